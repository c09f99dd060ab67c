import logging

import pytest

from netspec.neuron import mod_copy, mod_random, mod_repair
from netspec.neuron.mod_repair import repaired, told


def mod(c="", neuron="", more=""):
    """A mod file with a piece of C at the top."""
    return f"NEURON {{ POINT_PROCESS X {neuron} }}\nVERBATIM\n{c}\nENDVERBATIM\n{more}\n"


def c_of(text):
    return text.split("VERBATIM\n", 1)[1].split("\nENDVERBATIM", 1)[0]


CASES = {
    "a wrong type": ("void* nrn_random_arg(int argpos);", ""),
    "no arguments": ("extern double* vector_vec();", ""),
    "several on a line": ("int a; extern void* vector_arg(); double b;", "int a;  double b;"),
    "beside variables": ("char *gargstr(), *filename;", "char *filename;"),
    "after variables": ("double num, imax, *getarg();", "double num, imax;"),
    "over lines": ("extern int\n  ifarg(int),\n  own(int);\nint z;", "extern int own(int);\n\n\nint z;"),
    "in a comment": ("/* double nrn_random_pick(void* r); */", None),
    "in a text": ('char* s = "x; double getarg();";', None),
    "a call": ("{ x = *getarg(1); return getarg(2); }", None),
    "of another file": ("extern double mine(int);", None),
    "defined here": ("double hoc_warning(double a);\ndouble hoc_warning(double a) { return a; }", None),
    "in a macro": ("#define A(x) int y; \\\n  double getarg();", None),
    "old definition": (
        "static double f(a, b, s) double a, *b; char* s; { return a; }",
        "static double f(double a, double *b, char *s) { return a; }",
    ),
    "old definition over lines": (
        "float bess(x)\nfloat x;\n{\nreturn x; }",
        "float bess(float x) {\n\n\nreturn x; }",
    ),
    "declared without arguments": (
        "double f(), g();\ndouble f(double x) { return x; }",
        "double f(double x), g();\ndouble f(double x) { return x; }",
    ),
    "no value": ("int f(int x) { if (x) return; return 1; }", "int f(int x) { if (x) return 0; return 1; }"),
    "a value too many": ("void f(int x) { return 0; }", "void f(int x) { return; }"),
    "malloc": ("x->y = malloc(8);", "x->y = (std::decay_t<decltype(x->y)>) malloc(8);"),
    "malloc in a declaration": ("int *x = calloc(1, 8);", "int *x = (int *) calloc(1, 8);"),
    "malloc with a cast": ("x = (int*) malloc(8);", None),
    "a method without a value": (
        'void m(void* v) { }\nvoid i() { install_vector_method("m", m); }',
        'void m(void* v) { }\nvoid i() { install_vector_method("m", (double (*)(void*)) m); }',
    ),
    "a sequence": (
        "{ nrn_random123_getseq(r, &s, &which); nrnran123_getseq(r, &s, (char*)&which); }",
        "{ nrn_random123_getseq(r, &s, (char*) &which); nrnran123_getseq(r, &s, (char*)&which); }",
    ),
    "scop_random": ("x = scop_random(1);", "x = scop_random();"),
    "another name": ("i = hoc_is_tempobj(1);", "i = hoc_is_tempobj_arg(1);"),
}


@pytest.mark.parametrize("name", CASES)
def test_c(name):
    given, wanted = CASES[name]
    new = repaired(mod(given))
    assert c_of(new.text) == (given if wanted is None else wanted)
    assert bool(new.repairs) == (wanted is not None)
    assert new.text.count("\n") == mod(given).count("\n")


@pytest.mark.parametrize("name", CASES)
def test_a_repaired_text_needs_no_repair(name):
    once = repaired(mod(CASES[name][0])).text
    assert repaired(once) == mod_repair.Repaired(once, ())


@pytest.mark.parametrize(
    ("block", "given", "wanted"),
    [
        ("INITIAL", "return 0;", "return;"),
        ("PROCEDURE p()", "if (x) return;", "if (x) return 0;"),
        ("FUNCTION f(x)", "return;", "return 0.;"),
        ("PROCEDURE p()", "return 0;", "return 0;"),
        ("NET_RECEIVE(w)", "return;", "return;"),
    ],
)
def test_returns_of_blocks(block, given, wanted):
    text = f"{block} {{\n if (a) {{ b = 1 }}\nVERBATIM\n{given}\nENDVERBATIM\n}}\n"
    assert c_of(repaired(text).text) == wanted


def test_only_c_is_read_as_c():
    text = "COMMENT\nVERBATIM\ndouble getarg();\nENDVERBATIM\nENDCOMMENT\n: VERBATIM is double getarg();\n"
    assert repaired(text).text == text


def test_functions_of_other_files():
    known = mod_repair.prototypes_in(
        mod("double f(int n, double* x) { return 0; }\nint g(Own* o) { return 0; }")
    )
    assert known == {"f": "int n, double* x"}
    new = repaired(mod("extern double f();\nextern int g();"), known)
    assert c_of(new.text) == "extern double f(int n, double* x);\nextern int g();"


def test_nmodl():
    text = "NEURON { RANGE a, seed, b }\nPROCEDURE seed(x) { y = scop_random(1) }\n"
    assert repaired(text).text == "NEURON { RANGE a, b }\nPROCEDURE seed(x) { y = scop_random() }\n"
    assert (
        repaired("NEURON { RANGE seed }\nFUNCTION seed() { }\n").text == "NEURON {  }\nFUNCTION seed() { }\n"
    )


def test_states_that_nothing_solves():
    text = "NEURON { RANGE u }\nSTATE {\n V (mV) : potential\n u\n}\n"
    new = repaired(text).text
    assert new == "NEURON { RANGE V  RANGE u }\nASSIGNED {\n V (mV) : potential\n u\n}\n"
    solved = text + "BREAKPOINT { SOLVE states }\n"
    assert repaired(solved).text == solved


def test_what_is_told():
    new = repaired(mod("void* vector_arg();\nint a;\nextern double chkarg(), ifarg();\nx = malloc(3);"))
    assert told(new.repairs) == (
        "declaration left out: vector_arg (line 3), chkarg, ifarg (line 5); cast of allocated memory: line 6"
    )


def test_files_stay_and_copies_are_repaired(tmp_path, caplog):
    model, work = tmp_path / "mod", tmp_path / "work"
    model.mkdir()
    work.mkdir()
    data = mod("void* vector_arg();").encode() + b": caf\xe9 \r\n"
    (model / "old.mod").write_bytes(data)
    (model / "fine.mod").write_text(mod("int x;"))
    (model / "c.h").write_text("extern int ifarg();\n")
    with caplog.at_level(logging.INFO, logger="netspec"):
        mod_copy.copy(sorted(model.iterdir()), work)
    assert (model / "old.mod").read_bytes() == data
    assert (work / "old.mod").read_bytes() == data.replace(b"void* vector_arg();", b"")
    assert (work / "fine.mod").read_bytes() == (model / "fine.mod").read_bytes()
    assert (work / "c.h").read_text() == "\n"
    said = [record.getMessage() for record in caplog.records]
    start = "repaired in the copy that is compiled: declaration left out:"
    assert said == [
        f"{model / 'c.h'}: {start} ifarg (line 1)",
        f"{model / 'old.mod'}: {start} vector_arg (line 3)",
    ]


class TestSharedGenerators:
    @pytest.mark.parametrize("name", mod_random.SHARED)
    def test_are_found(self, name):
        found = mod_random.shared_draw(mod(more=f"FUNCTION f() {{\n f = {name}(1)\n}}"))
        assert (found.function, found.line, found.otherwise) == (name, 6, False)
        assert "depend on the number of ranks" in str(found)
        assert mod_random.shared_draw(mod(f"x = {name}();")).line == 3

    def test_beside_a_stream_of_each_instance(self):
        found = mod_random.shared_draw(mod("if (r) x = nrn_random_pick(r); else x = exprand(1);"))
        assert found.otherwise
        assert "no Random of their own" in str(found)

    @pytest.mark.parametrize(
        "text",
        [
            mod("x = nrn_random_pick(r); /* scop_random() */"),
            mod(more=": normrand(0, 1)\nFUNCTION f() { f = grand(1) }"),
            mod("double drand48() { return 1; }\nx = drand48();"),
            mod(more="FUNCTION rand() { rand = 4 }\nINITIAL { x = rand() }"),
        ],
    )
    def test_are_not_seen_where_they_are_not(self, text):
        assert mod_random.shared_draw(text) is None
