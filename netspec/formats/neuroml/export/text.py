"""Elements of XML as text, quantities with units, and ids that NeuroML takes."""

from typing import Any
from xml.sax.saxutils import escape, quoteattr

from netspec.formats.sonata.export.layout import safe, unique

Attributes = dict[str, Any]


def element(tag: str, /, *children: str, **attributes: Any) -> str:
    r"""An element in lines; attributes that are None are left out.

    >>> element("population", element("notes"), id="E", size=3)
    '<population id="E" size="3">\n  <notes/>\n</population>'
    """
    given = "".join(f" {name}={quoteattr(str(v))}" for name, v in attributes.items() if v is not None)
    if not children:
        return f"<{tag}{given}/>"
    inside = "\n".join(f"  {line}" for child in children for line in child.split("\n"))
    return f"<{tag}{given}>\n{inside}\n</{tag}>"


def note(tag: str, text: str) -> str:
    """An element with text only."""
    return f"<{tag}>{escape(text)}</{tag}>"


def number(value: float) -> str:
    """All digits of a number, as the schema writes them.

    >>> number(3.0), number(1e22), number(2.5e-9)
    ('3', '1e22', '2.5e-09')
    """
    return repr(float(value)).removesuffix(".0").replace("e+", "e")


def quantity(value: float, unit: str) -> str:
    """A number with its unit, as '0.12S_per_cm2'."""
    return number(value) + unit


OF_HOC = """
access advance all area attr begintemplate break celsius cm connect continue continuerun create depvar
diam dt else endtemplate eqn execute external fadvance fcurrent finitialize for forall forsec func getpid
graph hh if ifsec init initnrn insert iterator iterator_statement keepgoing L load_file local localobj
list nernst new nil nseg obfunc objectvar objref pause plot print proc psection public quit Ra rallbranch
read realtime return ropen run runStopAt runStopIn running save_window secname secondorder setdt
setpointer setuseCvode sprint stdinit step steprun steps_per_ms stop stoprun stopsim strdef system t this
topology tstop uninsert v v_init wait wopen while x xopen xred y z ExpSyn Exp2Syn AlphaSynapse IClamp
SEClamp VClamp APCount NetStim NetCon IntFire1 IntFire2 IntFire4 PatternStim Vector List File Matrix
Random Section SectionList SectionRef Shape Graph CVode ParallelContext PythonObject Deck Impedance
StringFunctions Timer FInitializeHandler
"""
"""Names that mean something else in the code for NEURON that is made of NeuroML."""


class Ids:
    """Ids of NeuroML: letters, digits and underscores, each given once, and none a name of hoc's."""

    def __init__(self) -> None:
        self._taken = set(OF_HOC.split())

    def new(self, label: Any) -> str:
        """An id like the label, unlike all before."""
        name = safe(label)
        return unique(name if not name[0].isdigit() else f"_{name}", self._taken)


def label_of(name: str, label: Any) -> list[str]:
    """The property that keeps a label which is no id; nothing where it is one."""
    return [] if name == str(label) else [element("property", tag="label", value=label)]
