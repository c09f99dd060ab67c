"""The settings of a job as options of a command line."""

import inspect
from collections.abc import Callable
from dataclasses import fields
from typing import Annotated, Any

import typer

from netspec.batch.jobs import SCHEDULERS, Job

Scheduler = Annotated[str, typer.Option("--for", "--scheduler", help=f"one of {', '.join(SCHEDULERS)}")]


def job_options(command: Callable[..., None]) -> Callable[..., None]:
    """The command with an option for each setting of a job, in place of its `**job`."""
    signature = inspect.signature(command)
    own = [each for each in signature.parameters.values() if each.kind is not each.VAR_KEYWORD]
    added = [_parameter(each) for each in fields(Job)]

    def filled(**given: Any) -> None:
        command(**{name: value for name, value in given.items() if value is not None})

    filled.__name__, filled.__doc__ = command.__name__, command.__doc__
    filled.__signature__ = signature.replace(parameters=[*own, *added])  # type: ignore[attr-defined]
    filled.__annotations__ = {each.name: each.annotation for each in (*own, *added)}
    return filled


def _parameter(setting: Any) -> inspect.Parameter:
    name, text = f"--{setting.name}", setting.metadata["help"]
    if isinstance(setting.default, tuple):
        kind: Any = list[str] | None
    elif isinstance(setting.default, bool):
        kind, name = bool, f"{name}/--no-{setting.name}"
    else:
        kind = setting.type
    default = None if isinstance(setting.default, tuple) else setting.default
    return inspect.Parameter(
        setting.name,
        inspect.Parameter.KEYWORD_ONLY,
        default=default,
        annotation=Annotated[kind, typer.Option(name, help=text)],
    )
