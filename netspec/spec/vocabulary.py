"""Names that mean something in NetPyNE's dictionaries but are no fields of ours: data, no logic."""

SECTIONS = {
    "cellParams": "cell_rules",
    "popParams": "populations",
    "synMechParams": "synapses",
    "connParams": "connections",
    "subConnParams": "subcellular",
    "stimSourceParams": "sources",
    "stimTargetParams": "targets",
}
"""Sections of netParams and the fields of Network that hold their entries."""

IGNORED = {
    "connParams": {
        "plasticity": "NetPyNE documents this key but ignores it; what it reads is 'plast'.",
        "threshold": "ignored, as in NetPyNE: thresholds belong to the presynaptic cell's section.",
        "synReceptor": "ignored, as in NetPyNE; what it reads is 'synMech'.",
    },
    "synMechParams": {"label": "ignored, as in NetPyNE: the label is the key in synMechParams."},
    "simConfig": {
        "saveTxt": "ignored, as in NetPyNE: spikes as text are saved by saveCSV.",
        "saveDPK": "ignored, as in NetPyNE; what it reads is 'saveDpk'.",
        "recordSpikesGids": "documented, but ignored, as in NetPyNE; what it reads is 'recordCellsSpikes'.",
        "recordStims": "ignored, as in NetPyNE; what it reads is 'recordStim'.",
        "checkErrors": "an old option that NetPyNE ignores; netspec always checks.",
        "checkErrorsVerbose": "an old option that NetPyNE ignores; netspec always checks.",
        "exitOnError": "an old option that NetPyNE ignores; netspec always stops at an error.",
        "validateDataSaving": "no option of NetPyNE; ignored.",
    },
}
"""Keys in NetPyNE's documentation, examples or old versions that do nothing, and what to say of them."""

FREE = {
    "popParams": "tags",
    "synMechParams": "params",
    "stimSourceParams": "params",
    "stimTargetParams": "params",
}
"""Sections whose entries may have keys of their own, and the field that holds them."""

ENTRY_UNITS = {"rate": "Hz", "interval": "ms", "start": "ms", "noise": "", "number": "", "spkTimes": "ms"}
"""Units of keys of NetStims and of populations of artificial cells."""

WEIGHT = "weight of a connection"
"""Stands for it among the parameters of a mechanism."""
_CLAMP = {"del": "ms", "dur": "ms", "amp": "nA"}
_STEPS = {f"{name}{k}": unit for name, unit in {"dur": "ms", "amp": "mV"}.items() for k in (1, 2, 3)}
MECHANISM_UNITS: dict[str, dict[str, str]] = {
    "hh": {"gnabar": "S/cm2", "gkbar": "S/cm2", "gl": "S/cm2", "el": "mV"},
    "pas": {"g": "S/cm2", "e": "mV"},
    "ExpSyn": {"tau": "ms", "e": "mV", WEIGHT: "uS"},
    "Exp2Syn": {"tau1": "ms", "tau2": "ms", "e": "mV", WEIGHT: "uS"},
    "AlphaSynapse": {"onset": "ms", "tau": "ms", "gmax": "uS", "e": "mV"},
    "IClamp": _CLAMP,
    "SEClamp": {"rs": "megohm", **_STEPS},
    "NetStim": {"interval": "ms", "number": "", "start": "ms", "noise": "", WEIGHT: ""},
    "IntFire1": {"tau": "ms", "refrac": "ms", WEIGHT: ""},
    "IntFire2": {"taum": "ms", "taus": "ms", "ib": "", WEIGHT: ""},
    "IntFire4": {"taue": "ms", "taui1": "ms", "taui2": "ms", "taum": "ms", "eps": "", WEIGHT: ""},
    "": {},
}
"""Units of parameters of NEURON's own mechanisms, for plans that are made without NEURON."""
ION_UNITS = {"e": "mV", "i": "mM", "o": "mM"}
GLOBAL_UNITS = {"celsius": "degC", "v_init": "mV", "dt": "ms", "tstop": "ms", "t": "ms"}

GEOMETRY = {"L": "um", "diam": "um", "nseg": "", "Ra": "ohm*cm", "cm": "uF/cm2", "rallbranch": ""}
"""Numbers of a section's geometry and their units; pt3d comes on top."""

TOPOLOGY = {"parentSec": "text", "parentX": "location", "childX": "location"}

IONS = ("e", "i", "o")

STIMULUS_FUNCTIONS = tuple(
    [
        "del",
        "dur",
        "amp",
        "gain",
        "rstim",
        "tau1",
        "tau2",
        "onset",
        "tau",
        "gmax",
        "e",
        "interval",
        "rate",
        "number",
        "start",
        "noise",
    ]
)
"""Parameters of a source that may be string functions, and that a target may override."""

SPATIAL = ("x", "y", "z", "xnorm", "ynorm", "znorm")
"""Tags of every cell that conditions give as a range."""

TAGS = ("pop", "cellType", "cellModel", *SPATIAL, "gid", "label", "fraction")
"""Tags that conditions may name whether or not some cell has them."""

ARTIFICIAL = frozenset({"NetStim", "VecStim", "IntFire1", "IntFire2", "IntFire4", "PatternStim"})
"""Artificial cells that need no mod file of the user's."""

CONNECTION_RULES = {
    "probConn": "probability",
    "convConn": "convergence",
    "divConn": "divergence",
    "fromListConn": "connList",
    "fullConn": None,
}
"""Names that connFunc may have and the key that each needs; in the order of precedence without connFunc."""

H_GLOBALS = tuple(
    [
        "celsius",
        "v_init",
        "clamp_resist",
        "secondorder",
        "dt",
        "tstop",
        "t",
        "steps_per_ms",
        "diam_changed",
        "stoprun",
    ]
)
"""Global variables of NEURON that a model may set; any other belongs to a mechanism and ends in its name."""

SHAPES = ("cuboid", "cylinder", "ellipsoid")

SAVED = ("netParams", "netCells", "netPops", "net", "simConfig", "simData")
"""What saveDataInclude may list."""

_SIDE = ("x", "y", "z", "xnorm", "ynorm", "znorm")
PRE = frozenset(f"pre_{name}" for name in _SIDE)
POST = frozenset(f"post_{name}" for name in _SIDE)
PAIR = PRE | POST | {
    f"dist_{name}"
    for name in ["x", "y", "z", "2D", "3D", "3D_border", "xnorm", "ynorm", "znorm", "norm2D", "norm3D"]
}  # fmt: skip
"""Variables of string functions of a connection."""
CELL = frozenset(_SIDE)
CELL_DISTANCES = frozenset({"dist_path", "dist_euclidean"})
SYNAPSE = POST | {"post_dist_path", "post_dist_euclidean"}
DENSITY = frozenset({"xnorm", "ynorm", "znorm"})

TRACE = ("sec", "loc", "var", "mech", "synMech", "stim", "pointp", "index", "conds")
"""Keys of an entry of recordTraces."""

WEIGHTS = ("step", "rules", "pre", "post", "index")
"""Keys of saveWeights."""

SONATA = ("folder", "config", "anywhere", "double")
"""Keys of saveSonata."""

LEMS_FILE = ("file", "columns", "events", "format")
"""Keys of a file of saveLems."""
EVENT_FORMATS = ("ID_TIME", "TIME_ID")
