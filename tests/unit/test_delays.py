import pytest
from plan_nets import net, planned

from netspec.errors import SpecError
from netspec.plan.delays import not_above_dt


def of(delay, **options):
    return planned(net({"a": {"delay": 2.0}, "b": {"delay": delay}}), **options)


@pytest.mark.parametrize(
    ("delay", "options"), [("0.01 + 0*dist_x", {}), ("-1 + 0*dist_x", {"cvode_active": True})]
)
def test_a_delay_below_the_step_is_refused(delay, options):
    with pytest.raises(SpecError, match=r"netParams\.connParams\['b'\]\.delay"):
        of(delay, **options)


def test_a_delay_of_one_step_is_too_short_for_several_ranks():
    (problem,) = not_above_dt(of(0.1, dt=0.1))
    assert problem.path == "netParams.connParams['b'].delay"
    assert "0.1 ms for pair 0 -> 4" in problem.message
    assert not_above_dt(of(0.1, dt=0.05)) == []
    assert not_above_dt(of(0.1, dt=0.1, cvode_active=True)) == []
