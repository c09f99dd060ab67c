from pathlib import Path

import pytest

from netspec.errors import FileError
from netspec.neuron import mod_files

CHANNEL = """
TITLE a channel: SUFFIX wrong
COMMENT
NEURON { SUFFIX alsowrong }
ENDCOMMENT
NEURON {
    SUFFIX chan  : not SUFFIX thirdwrong
    USEION ca READ cai, eca WRITE ica VALENCE 2
    USEION k READ ek
    RANGE gbar, g,
        tau
    GLOBAL q10 ? RANGE nothing
    POINTER other
}
UNITS { (mV) = (millivolt) }
PARAMETER {
    gbar = 1.5e-3 (S/cm2) <0, 1e9>
    q10 = -2
    tau[3] (ms)
    vh = .5 (mV) FROM -10 TO 10
}
VERBATIM
PARAMETER { no = 3 }
ENDVERBATIM
INITIAL { if (q10 > 0) { g = 1 } }
"""


def parse(text):
    return mod_files.parse(text, Path("folder/file.mod"))


def test_a_channel():
    mod = parse(CHANNEL)
    assert (mod.name, mod.kind, mod.ions) == ("chan", "density mechanism", ("ca", "k"))
    assert mod.parameters == ("gbar", "q10", "tau", "vh")
    assert (mod.ranges, mod.globals, mod.pointers) == (("gbar", "g", "tau"), ("q10",), ("other",))


@pytest.mark.parametrize(
    ("block", "name", "kind"),
    [
        ("POINT_PROCESS Syn RANGE e", "Syn", "point process"),
        ("THREADSAFE ARTIFICIAL_CELL Cell BBCOREPOINTER p", "Cell", "artificial cell"),
        ("SUFFIX nothing", "nothing", ""),
        ("THREADSAFE", "file", "density mechanism"),
    ],
)
def test_kinds(block, name, kind):
    mod = parse(f"NEURON {{ {block} }}")
    assert (mod.name, mod.kind) == (name, kind)


def test_blocks_with_braces_inside():
    assert mod_files.block("A { b { c } d } E { f } A { g }", "A").split() == ["b", "{", "c", "}", "d", "g"]


def test_files_of_folders(tmp_path):
    for folder, names in (("one", ["b", "a"]), ("two", ["c"])):
        (tmp_path / folder).mkdir()
        for name in names:
            (tmp_path / folder / f"{name}.mod").write_text(f"NEURON {{ SUFFIX {name} }}")
    (tmp_path / "one" / "readme.txt").write_text("no")
    found = mod_files.find([tmp_path / "one", tmp_path / "none", tmp_path / "two"])
    assert [mod.name for mod in found] == ["a", "b", "c"]


def test_the_folder_of_a_model(tmp_path):
    assert mod_files.folder(tmp_path) is None
    (tmp_path / "kdr.mod").write_text("NEURON { SUFFIX kdr }")
    assert mod_files.folder(tmp_path) == tmp_path
    (tmp_path / "mod").mkdir()
    assert mod_files.folder(tmp_path) == tmp_path / "mod"


def test_included_files(tmp_path):
    (tmp_path / "mod").mkdir()
    places = [tmp_path / "mod", tmp_path]
    (tmp_path / "mod" / "a.mod").write_text('INCLUDE "b.inc" : INCLUDE "d.inc"\nINCLUDE "none.inc"')
    (tmp_path / "mod" / "b.inc").write_text('INCLUDE "c.inc"')
    (tmp_path / "c.inc").write_text('INCLUDE "b.inc"')
    (tmp_path / "d.inc").write_text("")
    found = mod_files.included(tmp_path / "mod" / "a.mod", places)
    assert found == {tmp_path / "mod" / "b.inc", tmp_path / "c.inc"}


def test_a_file_that_does_not_exist(tmp_path):
    with pytest.raises(FileError, match=r"lost\.mod"):
        mod_files.read(tmp_path / "lost.mod")
