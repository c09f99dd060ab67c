import math

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from netspec.errors import SpecError
from netspec.expression import finite, parse
from netspec.streams import Draws, OneStream, uniforms

IDS = (1, 2, 3)
PATH = "netParams.connParams['A->B'].weight"
NUMPY = {
    name: getattr(np, name)
    for name in (
        "sin",
        "cos",
        "tan",
        "exp",
        "sqrt",
        "arctan2",
        "log",
        "log10",
        "remainder",
        "ceil",
        "mean",
        "copy",
    )
}
FREE = {**NUMPY, "np": np, "pi": np.pi, "inf": np.inf, "floor": np.floor, "tanh": np.tanh}


def distances(n=4000, seed=1):
    rng = np.random.default_rng(seed)
    return {
        "dist_3D": rng.random(n) * 800,
        "dist_x": rng.random(n) * 500,
        "pre_ynorm": rng.random(n),
        "post_y": rng.random(n) * 1500 - 100,
        "propVelocity": 500.0,
    }


def scalars(text, variables, n):
    """NetPyNE's way: Python's own evaluation for each row, numbers of columns being numpy's."""
    code = compile(text, "", "eval")
    return [
        eval(
            code, FREE, {k: v[i] if np.ndim(v) else v for k, v in variables.items()}
        )  # the reference, not the product
        for i in range(n)
    ]


@pytest.mark.parametrize(
    "text",
    [
        "exp(-dist_3D/150)",
        "0.1*exp(-dist_3D**2/(2*100**2))",
        "0.5*exp(-(dist_3D/200.)**2.5) + dist_x/propVelocity",
        "dist_x**0.5 + dist_x**-1 + dist_3D**3 - pow(dist_x, 1.5)",
        "min(1, 0.2 + dist_3D/propVelocity)",
        "max(dist_x, dist_3D, 100)*abs(post_y)",
        "0.3 if dist_3D < 100 else 0.1*exp(-dist_3D/50) if post_y > 0 else 0",
        "round(dist_3D/7) + round(dist_x, 2) + round(post_y, -1) + round(pre_ynorm*10, 1)",
        "int(dist_3D/100) + int(post_y) % 7 + post_y % 13.5 + post_y // 9",
        "1 / (1 + exp(-(post_y - 500)/40))",
        "sin(2*pi*pre_ynorm)*cos(dist_x)/tan(dist_3D) + arctan2(dist_x, post_y)",
        "log(1 + dist_3D) - log10(10 + dist_x) + sqrt(dist_3D) + remainder(dist_3D, 17) + ceil(dist_x)",
        "(dist_3D < 300)*(post_y > 0)*0.7",
        "(dist_3D < 300)+(post_y > 0)",
        "0.2*(100 < dist_3D <= 400)",
        "dist_3D > 100 and dist_x < 200 or post_y",
        "not dist_3D < 100",
        "-dist_3D**2 + +dist_x",
        "mean(dist_x)*copy(2.5)",
        "np.exp(-dist_3D/150)*np.pi",
        "floor(dist_x) + tanh(dist_3D/100)",
        "1/3*dist_x + 7//2 + 2**3 + 2**-1 + 7 % 3",
    ],
)
def test_columns_equal_python_row_by_row(text):
    variables = distances()
    expected = np.array([float(value) for value in scalars(text, variables, 4000)])
    expression = parse(text, frozenset(variables), PATH)
    assert np.array_equal(expression.evaluate(variables, rows=4000), expected)
    # columns that are views with a stride take other paths in numpy
    strided = {k: np.repeat(v, 3)[::3] if np.ndim(v) else v for k, v in variables.items()}
    assert np.array_equal(expression.evaluate(strided, rows=4000), expected)


LEAVES = st.sampled_from(["a", "b", "2", "0.5", "-3.25", "1e-3", "pi"])


def combine(children):
    binary = st.tuples(children, st.sampled_from(["+", "-", "*", "/", "**", "%", "//"]), children)
    test = st.tuples(children, st.sampled_from(["<", "<=", ">", "=="]), children, children, children)
    return st.one_of(
        binary.map(lambda p: f"({p[0]} {p[1]} {p[2]})"),
        test.map(lambda p: f"({p[3]} if {p[0]} {p[1]} {p[2]} else {p[4]})"),
        st.tuples(st.sampled_from(["exp", "sqrt", "abs", "sin", "tanh"]), children).map(
            lambda p: f"{p[0]}({p[1]})"
        ),
        st.tuples(st.sampled_from(["min", "max"]), children, children).map(
            lambda p: f"{p[0]}({p[1]}, {p[2]})"
        ),
    )


@given(st.recursive(LEAVES, combine, max_leaves=8), st.integers(0, 1000))
@example("(a / (b ** a))", 34)
def test_any_expression_equals_python(text, seed):
    rng = np.random.default_rng(seed)
    columns = {"a": rng.normal(0, 3, 20), "b": np.round(rng.normal(0, 5, 20))}
    ours = parse(text, columns, PATH).evaluate(columns, rows=20)
    for i in range(20):
        try:
            with np.errstate(all="ignore"):
                value = eval(text, FREE, {"a": columns["a"][i], "b": columns["b"][i]})
        except (ZeroDivisionError, OverflowError):
            continue  # where Python refuses to calculate with constants, we go on with inf or nan
        if isinstance(value, complex) or not math.isfinite(value):
            continue
        assert ours[i] == float(value)


def test_result_is_a_fresh_column_of_the_asked_length():
    a = np.arange(3.0)
    result = parse("a", {"a"}, PATH).evaluate({"a": a}, rows=3)
    result[0] = 9
    assert a[0] == 0
    assert parse("0.5", (), PATH).evaluate({}, rows=3).tolist() == [0.5, 0.5, 0.5]
    assert parse("log10(100)", (), PATH).evaluate({}, rows=2).tolist() == [2.0, 2.0]
    assert parse(" 3 ", (), PATH).evaluate({}, rows=0).shape == (0,)


def test_names_and_randomness():
    expression = parse("uniform_w*exp(pre_y*pre_ynorm)", {"uniform_w", "pre_y", "pre_ynorm", "post_y"}, PATH)
    assert expression.names == {"uniform_w", "pre_y", "pre_ynorm"}
    assert not expression.random
    assert expression.spends == 0
    assert parse("uniform(0, 1)*rand.negexp(2)", (), PATH).spends == 2
    assert parse("normal(0, 1)", (), PATH).spends is None
    assert parse("normal(0, 1)", (), PATH).random
    skipping = parse("uniform(0, 1) if a > 0 else 1", {"a"}, PATH)
    assert skipping.calls is None
    assert skipping.random
    assert parse("1 if uniform(0, 1) > a else 0", {"a"}, PATH).calls == ("uniform",)
    assert parse("uniform(0, 1) < normal(0, 1) < 2", (), PATH).calls == ("uniform", "normal")
    assert parse("0 < 1 < uniform(0, 1)", (), PATH).calls is None
    assert parse("a or uniform(0, 1)", {"a"}, PATH).calls is None
    assert parse("normal(uniform(0, 1), 2)", (), PATH).calls == ("uniform", "normal")


def test_parsing_is_done_once():
    assert parse("a*2", frozenset({"a"}), PATH) is parse("a*2", ["a"], "elsewhere")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "0.1*exp(-dist_3d/150)",
            "unknown name 'dist_3d' in '0.1*exp(-dist_3d/150)'. Did you mean 'dist_3D'?",
        ),
        ("exq(dist_3D)", "unknown function 'exq' in 'exq(dist_3D)'. Did you mean 'exp'?"),
        ("unifrom(0, 1)", "unknown function 'unifrom' in 'unifrom(0, 1)'. Did you mean 'uniform'?"),
        ("__import__('os').system('true')", "not allowed: "),
        ("__import__('os')", "unknown function '__import__'"),
        ("dist_3D.__class__", "not allowed: 'dist_3D.__class__'"),
        ("np.linalg", "not allowed: 'np.linalg'"),
        ("np.uniform(0, 1)", "not allowed: 'np.uniform(0, 1)'"),
        ("rand.exp(1)", "not allowed: 'rand.exp(1)'"),
        ("open('x')", "unknown function 'open'"),
        ("(lambda: 1)()", "not allowed: '(lambda: 1)()'"),
        ("[x for x in (1, 2)]", "not allowed: "),
        ("'text'", "not allowed: \"'text'\""),
        ("1j", "not allowed: '1j'"),
        ("dist_3D @ 2", "not allowed: 'dist_3D @ 2'"),
        ("(dist_3D := 3)", "not allowed: "),
        ("uniform(1)", "uniform takes 2 arguments, not 1, in 'uniform(1)'"),
        ("negexp(1, 2)", "negexp takes 1 argument, not 2,"),
        ("round(2.5, dist_3D)", "round takes a constant number of digits"),
        ("max(2)", "max takes 2 or more arguments"),
        ("exp(x=1)", "not allowed: 'exp(x=1)'"),
        ("max(1, *dist_3D)", "not allowed: '*dist_3D'"),
        ("1 +", "cannot read '1 +': "),
        ("x = 1", "cannot read 'x = 1': "),
        ("", "cannot read ''"),
        ("1e400", "not allowed: "),
        ("uniform", "unknown name 'uniform'"),
    ],
)
def test_what_is_refused(text, message):
    with pytest.raises(SpecError) as error:
        parse(text, {"dist_3D", "dist_x"}, PATH)
    assert {problem.path for problem in error.value.problems} == {PATH}
    assert message in error.value.problems[0].message


def test_all_mistakes_at_once():
    with pytest.raises(SpecError) as error:
        parse("dist_4D*exq(dist_z)", {"dist_3D"}, PATH)
    assert len(error.value.problems) == 3


def test_streams_of_their_own():
    ids = (np.arange(6), 2, 3)
    a = np.linspace(1, 2, 6)
    values = parse("a*uniform(0, 1) + negexp(a)", {"a"}, PATH).evaluate({"a": a}, Draws(ids, 6), 6)
    table = uniforms((np.arange(6)[:, None], 2, 3), range(2))
    assert np.array_equal(values, a * table[:, 0] + -a * np.array([math.log(u) for u in table[:, 1]]))


def test_parameters_go_on_along_the_streams_of_their_rows():
    draws = Draws((np.arange(4), 2, 3), 4)
    first, second = (parse("uniform(0, 1)", (), PATH).evaluate({}, draws, 4) for _ in range(2))
    assert np.array_equal(np.stack([first, second], 1), uniforms((np.arange(4)[:, None], 2, 3), range(2)))


@pytest.mark.parametrize(
    ("text", "drawn"),
    [
        ("uniform(0, 1) if a > 1 else 0.5", [0, 2]),
        ("a > 1 and uniform(0, 1)", [0, 2]),
        ("a <= 1 or uniform(0, 1)", [0, 2]),
        ("0 < a - 1 < uniform(2, 3)", [0, 2]),
        ("0.5 if a > 1 else normal(0, 1)", [1, 3]),
    ],
)
def test_rows_that_skip_a_call_do_not_advance(text, drawn):
    a = np.array([2.0, 1.0, 2.0, 1.0])
    draws = Draws((np.arange(4), 2, 3), 4)
    parse(text, {"a"}, PATH).evaluate({"a": a}, draws, 4)
    after = draws.uniform(0, 1)
    fresh = uniforms((np.arange(4), 2, 3), 0)
    assert np.flatnonzero(after != fresh).tolist() == drawn


def row_by_row(text, variables, n, ids=IDS):
    """The same on one stream, one row after the other."""
    stream, expression = OneStream(ids, 1), parse(text, variables, PATH)
    rows = [
        expression.evaluate({k: v[i] if np.ndim(v) else v for k, v in variables.items()}, stream.single, 1)
        for i in range(n)
    ]
    return np.concatenate(rows), stream.position


@pytest.mark.parametrize(
    "text",
    [
        "uniform(0, 1)*a",
        "normal(a, 0.1)",
        "max(0, normal(a, 0.1)) + lognormal(1, 2)",
        "uniform(0, 1) + negexp(a) + hypergeo(2, 9)*weibull(1, 2)",
        "normal(0, 1)*uniform(0, 1)",
        "poisson(a) + 1",
        "uniform(0, 1) if a > 1.5 else normal(0, 1)",
        "a > 1.5 and uniform(0, 1) < 0.5",
        "int(discunif(1, 4))",
    ],
)
def test_rows_along_one_stream(text):
    variables = {"a": np.linspace(1, 2, 60)}
    stream = OneStream(IDS, 60)
    values = parse(text, variables, PATH).evaluate(variables, stream, 60)
    expected, position = row_by_row(text, variables, 60)
    assert np.array_equal(values, expected)
    assert stream.position == position


def test_own_rows_of_one_stream():
    a = np.linspace(1, 2, 60)
    own = np.array([5, 17, 59])
    stream = OneStream(IDS, 60, only=own)
    for text in ("uniform(0, 1)*a", "discunif(1, 4) + negexp(a)"):
        part = parse(text, {"a"}, PATH).evaluate({"a": a[own]}, stream, 3)
        whole = OneStream(IDS, 60, at=0 if "*" in text else 60)
        assert np.array_equal(part, parse(text, {"a"}, PATH).evaluate({"a": a}, whole, 60)[own])


def test_random_expression_without_numbers():
    with pytest.raises(ValueError, match="needs random numbers"):
        parse("uniform(0, 1)", (), PATH).evaluate({}, None, 1)


def test_python_rounds_its_own_floats_exactly():
    values = parse("round(uniform(0, 1), 2)", (), PATH).evaluate({}, OneStream(IDS, 200), 200)
    assert values.tolist() == [round(u, 2) for u in uniforms(IDS, range(200)).tolist()]


def test_values_that_are_no_numbers():
    values = parse("sqrt(a)", {"a"}, PATH).evaluate({"a": np.array([4.0, -1.0, -2.0])}, rows=3)
    with pytest.raises(SpecError) as error:
        finite(values, PATH, "sqrt(a)", lambda row: f"pair {row} -> 17")
    assert str(error.value.problems[0]) == f"{PATH}\n    'sqrt(a)' gives nan for pair 1 -> 17 (and 1 more)."
    finite(values[:1], PATH, "sqrt(a)", str)
