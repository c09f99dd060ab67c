"""How much of what came out each parameter explains: functional ANOVA over a forest (Hutter et al. 2014)."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from netspec.batch import searches, space
from netspec.errors import StateError, did_you_mean
from netspec.extras import needed

if TYPE_CHECKING:
    from netspec.batch.table import Table


def shares(table: "Table", measure: str, seed: int = 0) -> dict[str, float]:
    """Parameter -> its share of the variance of a measure, the largest first; shares add up to 1.

    Of complete trials, by Optuna's evaluator. A parameter that is not there in all trials (`when`) has none.
    """
    optuna = searches.library()
    needed("sklearn", "Importance", "batch")
    if measure not in table.values:
        raise StateError(f"the trials have no value {measure!r}. {did_you_mean(measure, table.values)}")
    kept = [row for row in table.rows if row["state"] == "COMPLETE" and row.get(measure) is not None]
    if len({row[measure] for row in kept}) < 2:
        raise StateError(f"importance needs trials with different values of {measure!r}")
    study = optuna.create_study()
    varied = [each for each in table.space if all(each.label in row for row in kept)]
    for row in kept:
        study.add_trial(
            optuna.trial.create_trial(
                params={each.label: _choice(each, row[each.label]) for each in varied},
                distributions={each.label: _distribution(each) for each in varied},
                value=float(row[measure]),
            )
        )
    evaluator = optuna.importance.FanovaImportanceEvaluator(seed=seed)
    found: dict[str, float] = optuna.importance.get_param_importances(study, evaluator=evaluator)
    return found


def first(names: Iterable[str]) -> str:
    """The first of the objectives; a StateError if there is none."""
    found = next(iter(names), None)
    if found is None:
        raise StateError("the study has no objective: name a measure")
    return found


def _numeric(each: space.Parameter) -> bool:
    values = each.values or ()
    return all(isinstance(value, int | float) and not isinstance(value, bool) for value in values)


def _choice(each: space.Parameter, value: Any) -> Any:
    return value if _numeric(each) else repr(value)


def _distribution(each: space.Parameter) -> Any:
    """Numbers are on an axis, whether a list or a range."""
    kinds = searches.library().distributions
    if not _numeric(each):
        return kinds.CategoricalDistribution([repr(value) for value in each.values or ()])
    low, high = (min(each.values), max(each.values)) if each.values else (each.low, each.high)
    return kinds.FloatDistribution(low, high, log=each.log)
