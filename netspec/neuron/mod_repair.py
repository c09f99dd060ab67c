"""Mod files that NEURON once translated to C, made fit for C++ (NEURON 9): text in, text and repairs out.

Every repair keeps the number of lines, so that messages of compilers name the lines of the original.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from netspec.neuron.c_text import (
    DECLARATION,
    Definition,
    Edit,
    applied,
    closing,
    definitions,
    mask,
    split_declarators,
    verbatims,
)

VERSION = 1
"""Part of the name of what is compiled: a change of the repairs compiles everything anew."""

NEURON_LIST = """
getarg pgetarg gargstr pgargstr objgetarg chkarg ifarg execerror set_seed state_discontinuity at_time
scop_random exprand normrand poisrand ob2pntproc ob2pntproc_0 is_obj_type check_obj_type is_vector_arg
install_vector_method has_loc_point get_loc_point_process loc_point_process create_point_process
hoc_getarg hoc_pgetarg hoc_gargstr hoc_pgargstr hoc_objgetarg hoc_execerror hoc_warning hoc_lookup
hoc_call_func hoc_object_name hoc_obj_file_arg hoc_is_double_arg hoc_is_pdouble_arg hoc_is_str_arg
hoc_is_object_arg hoc_is_tempobj_arg hoc_get_symbol hoc_name2obj hoc_assign_str hoc_temp_charptr
hoc_obj_ref hoc_obj_unref hoc_obj_run hoc_pushx hoc_pushpx hoc_pushobj hoc_pushstr hoc_ret hoc_retpushx
hoc_val_pointer hoc_argtype hoc_temp_objptr hoc_temp_objvar hoc_Exp hoc_xpop hoc_pxpop
ivoc_list_count ivoc_list_item vector_arg vector_arg_px vector_vec vector_capacity vector_buffer_size
vector_resize vector_instance_px vector_new vector_new0 vector_new1 vector_new2 vector_pobj
vector_append vector_delete vector_temp_objvar nrn_mlh_gsort nrn_random_arg nrn_random_pick
nrn_random_reset nrn_get_random_sequence nrn_set_random_sequence nrn_random_isran123
nrn_random123_getseq nrn_random123_setseq mcell_ran4 mcell_ran4_init mcell_ran4a
mcell_iran4 nrnran123_newstream nrnran123_newstream3 nrnran123_deletestream nrnran123_dblpick
nrnran123_ipick nrnran123_getseq nrnran123_setseq nrnran123_getids nrnran123_getids3 nrnran123_negexp
nrnran123_normal sqrt exp log log10 pow fabs floor ceil sin cos tan
"""
NEURON = frozenset(NEURON_LIST.split())
"""Functions that the headers of NEURON 9, or C, declare, so that a mod file must not."""

RETURNS = {
    "INITIAL": "",
    "NET_RECEIVE": "",
    "CONSTRUCTOR": "",
    "DESTRUCTOR": "",
    "PROCEDURE": " 0",
    "FUNCTION": " 0.",
}
"""What the C++ function of an NMODL block returns when nothing is said."""
_BLOCK = re.compile(rf"\b({'|'.join(RETURNS)})\b[^{{}}\n]*\{{")
_VALUES = {"int": " 0", "double": " 0.", "float": " 0.", "void": ""}
_BASIC = re.compile(
    r"(?:(?:const|unsigned|double|float|int|char|long|short|Object)\b|[\s*,]|\b\w+\b(?=\s*(?:,|$)))*"
)
_EMPTY = re.compile(r"([\s*]*)(\w+)\s*\(\s*\)\s*$")
_RETURN = re.compile(r"\breturn\b\s*(?:\(\s*)?(0\.?0*)?(?:\s*\))?\s*;")
_ALLOCATION = re.compile(
    r"(?P<type>(?:\w+\s+)?\w+\s*\*+\s*)?(?P<to>[A-Za-z_][\w.\[\]]*(?:->[\w.\[\]]+)*)\s*=\s*(?=(?:malloc|calloc|realloc)\s*\()"
)


@dataclass(frozen=True)
class Repair:
    """What was changed in which line (from 1). names: of which functions or variables, for some kinds."""

    line: int
    what: str
    names: str = ""

    def __str__(self) -> str:
        return f"{self.what}: {self.names}" if self.names else self.what


@dataclass(frozen=True)
class Repaired:
    """The text to compile, and what was changed; the same text if nothing was."""

    text: str
    repairs: tuple[Repair, ...]


@dataclass(frozen=True)
class _Source:
    """A text in the middle of its repair, its C code (positions as in the text) and its functions."""

    text: str
    c: bool
    prototypes: Mapping[str, str]
    code: str = field(init=False)
    nmodl: str = field(init=False)
    defined: dict[str, Definition] = field(init=False)

    def __post_init__(self) -> None:
        regions = verbatims(self.text, self.c)
        code = mask(self.text, regions)
        object.__setattr__(self, "code", code)
        object.__setattr__(self, "nmodl", "" if self.c else without_c(self.text, regions))
        object.__setattr__(self, "defined", {found.name: found for found in definitions(code)})


def repaired(text: str, prototypes: Mapping[str, str] | None = None, c: bool = False) -> Repaired:
    """What to compile instead of a mod file's text.

    prototypes: parameters of functions that other files of the model define. c: the text is C, not NMODL.
    """
    repairs = []
    for rule in RULES:
        source = _Source(text, c, prototypes or {})
        edits = list(rule(source))
        repairs += [Repair(text.count("\n", 0, edit.start) + 1, edit.what, edit.names) for edit in edits]
        text = applied(text, edits)
    return Repaired(text, tuple(sorted(repairs, key=lambda repair: repair.line)))


def told(repairs: Iterable[Repair]) -> str:
    """Repairs of a file in one line: what was changed, and in which lines."""
    kinds: dict[str, list[str]] = {}
    for repair in repairs:
        where = f"{repair.names} (line {repair.line})" if repair.names else f"line {repair.line}"
        kinds.setdefault(repair.what, []).append(where)
    return "; ".join(f"{what}: {', '.join(places)}" for what, places in kinds.items())


def prototypes_in(text: str, c: bool = False) -> dict[str, str]:
    """Functions that the C code of a mod file defines with parameters of basic types: name -> parameters."""
    found = definitions(mask(text, verbatims(text, c)))
    return {each.name: each.signature for each in found if _BASIC.fullmatch(each.signature)}


def _own_declarations(source: _Source) -> Iterator[Edit]:
    """Declarations of NEURON's functions, whose types are others in NEURON 9, are left out."""
    for found in DECLARATION.finditer(source.code):
        parts = split_declarators(found["names"])
        gone = [name for part in parts if (name := _function(part)) in NEURON and name not in source.defined]
        if not gone:
            continue
        kept = [part.strip() for part in parts if _function(part) not in gone]
        new = f"{found['type']} {', '.join(kept)};" if kept else ""
        yield Edit(found.start("type"), found.end(), new, "declaration left out", ", ".join(gone))


def _old_definitions(source: _Source) -> Iterator[Edit]:
    """`f(a) int a; {` becomes `f(int a) {`."""
    for found in source.defined.values():
        if found.old:
            head = source.text[found.start : found.end]
            new = f"{head[: head.index('(')].rstrip()}({found.signature}) {{"
            yield Edit(found.start, found.end, new, "definition as C++ has it", found.name)


def _empty_declarations(source: _Source) -> Iterator[Edit]:
    """`double f();` means 'any arguments' in C and 'none' in C++: the definition says which."""
    for found in DECLARATION.finditer(source.code):
        parts = split_declarators(found["names"])
        filled = [_filled(part, source) for part in parts]
        changed = [_function(new) for new, part in zip(filled, parts, strict=True) if new != part]
        if changed:
            new = f"{found['type']}{','.join(filled)};"
            yield Edit(
                found.start("type"), found.end(), new, "declaration with arguments", ", ".join(changed)
            )


def _filled(declarator: str, source: _Source) -> str:
    found = _EMPTY.match(declarator)
    if not found:
        return declarator
    own = source.defined.get(found[2])
    parameters = own.signature if own else source.prototypes.get(found[2], "")
    return f"{found[1]}{found[2]}({parameters})" if parameters else declarator


def _returns(source: _Source) -> Iterator[Edit]:
    """A return without a value where C++ wants one, and with 0 where it wants none."""
    places = [
        (block.end(), closing(source.nmodl, block.end()), RETURNS[block[1]], block[1])
        for block in _BLOCK.finditer(source.nmodl)
    ]
    places += [
        (*own.body, _VALUES[own.type], own.name) for own in source.defined.values() if own.type in _VALUES
    ]
    for start, end, value, name in places:
        for found in _RETURN.finditer(source.code, start, end):
            if bool(found[1]) != bool(value):
                yield Edit(*found.span(), f"return{value};", f"made `return{value};`", name)


def _allocations(source: _Source) -> Iterator[Edit]:
    """`x = malloc(n)` gets the cast that C++ wants."""
    for found in _ALLOCATION.finditer(source.code):
        of = found["type"] or f"std::decay_t<decltype({found['to']})>"
        yield Edit(found.end(), found.end(), f"({of.strip()}) ", "cast of allocated memory")


def _methods(source: _Source) -> Iterator[Edit]:
    """install_vector_method takes functions that return a double."""
    for found in re.finditer(r"\binstall_vector_method\s*\([^,;]*,\s*(\w+)\s*\)", source.code):
        own = source.defined.get(found[1])
        if own is not None and own.type != "double":
            cast = f"(double (*)(void*)) {found[1]}"
            yield Edit(*found.span(1), cast, "cast to a function that returns a double", found[1])


def _sequence(source: _Source) -> Iterator[Edit]:
    """nrn_random123_getseq and nrnran123_getseq want a char* for what many declare as unsigned char."""
    for found in re.finditer(r"\bnrn(?:_random|ran)123_getseq\s*\([^;]*?(&\s*\w+)\s*\)", source.code):
        if not source.code[: found.start(1)].rstrip().endswith(")"):
            yield Edit(*found.span(1), f"(char*) {found[1]}", "cast to char*")


def _scop_random(source: _Source) -> Iterator[Edit]:
    """scop_random takes no argument any more."""
    for text in (source.code, source.nmodl):
        for found in re.finditer(r"\bscop_random\s*\(\s*[^()\s][^()]*\)", text):
            yield Edit(*found.span(), "scop_random()", "scop_random takes no argument")


def _renamed(source: _Source) -> Iterator[Edit]:
    """Functions that have another name in NEURON 9."""
    for found in re.finditer(r"\bhoc_is_tempobj\b", source.code):
        yield Edit(*found.span(), "hoc_is_tempobj_arg", "hoc_is_tempobj is hoc_is_tempobj_arg")


def _functions_in_range(source: _Source) -> Iterator[Edit]:
    """RANGE names variables only."""
    functions = set(re.findall(r"\b(?:PROCEDURE|FUNCTION)\s+(\w+)", source.nmodl))
    for found in re.finditer(r"\b(?:RANGE|GLOBAL)\s+(\w+(?:\s*,\s*\w+)*)", source.nmodl):
        names = re.findall(r"\w+", found[1])
        kept = [name for name in names if name not in functions]
        if len(kept) < len(names):
            gone = ", ".join(name for name in names if name in functions)
            new = f"{found[0].split()[0]} {', '.join(kept)}" if kept else ""
            yield Edit(*found.span(), new, "function is no RANGE variable", gone)


def _states_without_equation(source: _Source) -> Iterator[Edit]:
    """Without SOLVE there are no STATEs; they are as good as ASSIGNED variables that RANGE names."""
    state = re.search(r"\bSTATE\s*\{([^}]*)\}", source.nmodl)
    neuron = re.search(r"\bNEURON\s*\{", source.nmodl)
    if not state or not neuron or re.search(r"\bSOLVE\b|\bFROM\b", source.nmodl):
        return
    names = re.findall(r"\b([A-Za-z_]\w*)", re.sub(r"\([^)]*\)", " ", state[1]))
    ranges = " ".join(re.findall(r"\bRANGE\s+(\w+(?:\s*,\s*\w+)*)", source.nmodl))
    new = [name for name in names if not re.search(rf"\b{name}\b", ranges)]
    yield Edit(state.start(), state.start() + len("STATE"), "ASSIGNED", "STATE without SOLVE is ASSIGNED")
    if new:
        joined = ", ".join(new)
        yield Edit(neuron.end(), neuron.end(), f" RANGE {joined} ", "RANGE names what was STATE", joined)


RULES: tuple[Callable[[_Source], Iterator[Edit]], ...] = (
    _renamed,
    _own_declarations,
    _old_definitions,
    _empty_declarations,
    _returns,
    _allocations,
    _methods,
    _sequence,
    _scop_random,
    _functions_in_range,
    _states_without_equation,
)
"""Each takes the text as those before left it."""


def _function(declarator: str) -> str:
    """The name of the function that a declarator declares; '' for a variable."""
    found = re.match(r"[\s*]*(\w+)\s*\(", declarator)
    return found[1] if found else ""


def without_c(text: str, regions: list[tuple[int, int]]) -> str:
    """The text without C, comments and title; positions stay."""
    for start, end in regions:
        text = text[:start] + re.sub(r"[^\n]", " ", text[start:end]) + text[end:]
    for pattern in (r"(?ms)^[ \t]*COMMENT\b.*?^[ \t]*ENDCOMMENT\b", r"(?m)^[ \t]*TITLE\b.*$", r"[:?].*"):
        text = re.sub(pattern, lambda found: re.sub(r"[^\n]", " ", found[0]), text)
    return text
