"""What the user wrote about the simulation: simConfig as a value."""

import math
from dataclasses import dataclass, field
from typing import Any

from netspec.spec.keys import key

FAST = "fast"
"""The value of coreneuron that asks for vector instructions."""
GPU = "gpu"
"""The value of coreneuron that insists on a GPU."""
DEFAULT_SEEDS = {"conn": 1, "stim": 1, "loc": 1, "cell": 1}
DEFAULT_H_PARAMS = {"celsius": 6.3, "v_init": -65.0, "clamp_resist": 0.001}
WEIGHT_STEP = 100.0
"""Interval of samples of weights [ms]: they change slowly, and there are many."""
DEFAULT_SAVE_INCLUDE = ["netParams", "netCells", "netPops", "simConfig", "simData"]


@dataclass(frozen=True)
class Simulation:
    """Every option of simConfig; `extra` holds the user's own attributes."""

    duration: float = key("duration", "number", "length of the simulation", 1000.0, "ms")
    tstop: float = key("tstop", "number", "ignored; use duration", 1000.0, "ms")
    dt: float = key("dt", "number", "integration step", 0.025, "ms")
    h_params: dict[str, float] = key(
        "hParams", "mapping of numbers", "NEURON globals: celsius, v_init ...", DEFAULT_H_PARAMS
    )
    random_streams: str = key(
        "randomStreams", "text", "'netpyne' (its numbers) or 'named' (by rule name)", "netpyne"
    )
    coreneuron: Any = key(
        "coreneuron",
        "bool or text",
        "run with CoreNEURON; 'fast' compiles for this machine's processor, 'gpu' needs a GPU",
        False,
    )
    gpu: bool | None = key(
        "gpu", "bool", "run CoreNEURON on a GPU; default: if it was built for that and there is one", None
    )
    dump_coreneuron_model: bool = key(
        "dump_coreneuron_model",
        "bool",
        "write the model for CoreNEURON to the folder coredat; do not run",
        False,
    )
    random123: bool = key("random123", "bool", "NetStim noise by noiseFromRandom123 (same spikes)", False)
    rand123_global_index: int | None = key(
        "rand123GlobalIndex", "count", "Random123 index of run-time noise", None
    )
    cache_efficient: bool = key(
        "cache_efficient", "bool", "NEURON's cache_efficient (no effect in NEURON 9)", False
    )
    cvode_active: bool = key("cvode_active", "bool", "variable time step", False)
    cvode_atol: float = key("cvode_atol", "number", "absolute tolerance of the variable step", 0.001)
    use_fast_imem: bool = key("use_fast_imem", "bool", "compute i_membrane_", False)
    use_local_dt: bool = key("use_local_dt", "bool", "variable step of each cell", False)
    threads: int = key("threads", "count", "threads of each rank", 1)
    multisplit: bool = key("multisplit", "bool", "cut large cells, so that ranks can share them", False)
    seeds: dict[str, int] = key(
        "seeds", "mapping of numbers", "random seeds: conn, stim, loc, cell", DEFAULT_SEEDS
    )
    create_neuron_obj: bool = key("createNEURONObj", "bool", "build NEURON objects", True)
    create_py_struct: bool = key("createPyStruct", "bool", "accepted; views cost nothing", True)
    add_syn_mechs: bool = key("addSynMechs", "bool", "accepted; synapses are always made", True)
    include_params_label: bool = key("includeParamsLabel", "bool", "label in conns and cell tags", True)
    one_syn_per_netcon: bool = key("oneSynPerNetcon", "bool", "a synapse for every connection", True)
    merge_synapses: Any = key(
        "mergeSynapses",
        "any",
        "linear synapses of a segment share one: True (those of equal weight), 'any weight' or False",
        False,
    )
    random_section: bool = key("connRandomSecFromList", "bool", "choose sections at random", True)
    distribute: bool = key("distributeSynsUniformly", "bool", "spread synapses over the sections", True)
    allow_self_conns: bool = key("allowSelfConns", "bool", "a cell may connect to itself", False)
    allow_weight_0: bool = key("allowConnsWithWeight0", "bool", "keep connections of weight 0", True)
    pt3d_relative: bool = key(
        "pt3dRelativeToCellLocation", "bool", "shift 3-D points by the cell's position", True
    )
    inverted_y: bool = key("invertedYCoord", "bool", "depth grows downwards", True)
    validate_net_params: bool = key("validateNetParams", "bool", "accepted; netspec always checks", False)
    strict: bool = key(
        "strict", "bool", "False turns mistakes that NetPyNE would run with into warnings", True
    )
    balance: str = key("balance", "text", "cells to ranks: 'round-robin' or 'cost'", "round-robin")
    verbose: Any = key("verbose", "any", "log every step", False)
    progress_bar: int = key("progressBar", "any", "0 hides progress bars", 2)
    timing: bool = key("timing", "bool", "measure and print times", True)
    save_timing: bool = key("saveTiming", "bool", "write the times to a JSON file", False)
    print_run_time: Any = key("printRunTime", "any", "print the model time every so many seconds", False)
    print_pop_avg_rates: Any = key("printPopAvgRates", "any", "print rates; True or time ranges", False)
    print_syns_after_rule: bool = key("printSynsAfterRule", "bool", "print contacts after each rule", False)
    record_cells: list[Any] = key("recordCells", "selectors", "cells whose traces are recorded", [])
    record_traces: dict[str, dict[str, Any]] = key(
        "recordTraces", "mapping of mappings", "traces to record", {}
    )
    record_cells_spikes: Any = key("recordCellsSpikes", "any", "-1 for all, or selectors", -1)
    record_stim: bool = key("recordStim", "bool", "record the spikes of NetStim stimuli", False)
    record_lfp: list[Any] = key("recordLFP", "list", "electrodes [x, y, z]; y is depth", [], "um")
    electrodes: dict[str, Any] = key(
        "electrodes",
        "mapping",
        "of recordLFP: sigma [S/m], method, contactRadius [um], contactPoints, contactNormal, slab, "
        "minimumDistance [um], cells, of",
        {},
    )
    save_lfp_cells: Any = key("saveLFPCells", "any", "keep the LFP of cells: True or selectors", False)
    save_lfp_pops: Any = key("saveLFPPops", "any", "keep the LFP of populations: True or labels", False)
    save_imembrane: Any = key(
        "saveIMembrane", "any", "keep the membrane currents of segments: True or selectors of cells", False
    )
    record_dipole: Any = key("recordDipole", "any", "record the current dipole moment", False)
    save_dipole_cells: Any = key("saveDipoleCells", "any", "keep dipoles of cells: True or selectors", False)
    save_dipole_pops: Any = key(
        "saveDipolePops", "any", "keep the dipoles of populations: True or labels", False
    )
    record_dipoles_hnn: Any = key(
        "recordDipolesHNN", "any", "dipoles along cells: label -> populations", False
    )
    record_signals: list[Any] = key("recordSignals", "list", "names of signals of your own", [])
    record_step: Any = key(
        "recordStep", "number or text", "sampling interval of traces and signals", 0.1, "ms"
    )
    record_time: bool = key("recordTime", "bool", "record the time axis", True)
    sim_label: str = key("simLabel", "text", "name of the simulation, used in file names", "")
    save_folder: str = key("saveFolder", "text", "folder of everything saved", "")
    filename: str = key("filename", "text", "base name of saved files", "model_output")
    save_data_include: list[str] = key("saveDataInclude", "list", "what is saved", DEFAULT_SAVE_INCLUDE)
    timestamp_filename: bool = key("timestampFilename", "bool", "add date and time to file names", False)
    save_pickle: bool = key("savePickle", "bool", "save as pickle", False)
    save_json: bool = key("saveJson", "bool", "save as JSON", False)
    save_mat: bool = key("saveMat", "bool", "save as MATLAB file", False)
    save_csv: bool = key("saveCSV", "bool", "save spikes as CSV", False)
    save_dpk: bool = key("saveDpk", "bool", "save as compressed pickle", False)
    save_hdf5: bool = key("saveHDF5", "bool", "save as netspec's HDF5", False)
    save_dat: bool = key("saveDat", "bool", "save traces as text", False)
    save_sonata: Any = key(
        "saveSonata",
        "any",
        "save as SONATA's files: True, a folder or {folder, config, anywhere, double}",
        False,
    )
    save_lems: Any = key(
        "saveLems", "any", "files to write as a LEMS simulation does: a list of mappings", False
    )
    backup_cfg_file: list[str] = key("backupCfgFile", "list", "[source, folder] to copy the script to", [])
    gather_only_sim_data: bool = key("gatherOnlySimData", "bool", "gather no cells", False)
    compact_conn_format: Any = key("compactConnFormat", "any", "columns of connections in saved files", False)
    save_cell_secs: bool = key("saveCellSecs", "bool", "save the sections of cells", True)
    save_cell_conns: bool = key("saveCellConns", "bool", "save the connections of cells", True)
    interval_folder: str = key("intervalFolder", "text", "folder of interval files", "")
    save_weights: Any = key(
        "saveWeights", "any", "record weights: True or {step [ms], rules, pre, post, index}", False
    )
    checkpoint_every: float = key(
        "checkpointEvery", "number", "save the state every so often; 0: never", 0.0, "ms"
    )
    resume: bool = key("resume", "bool", "continue from the newest checkpoint in runFolder", False)
    record_window: float = key(
        "recordWindow",
        "number",
        "write recordings to runFolder every so often; 0: keep them in memory",
        0.0,
        "ms",
    )
    run_folder: str = key("runFolder", "text", "folder of checkpoints and windows; '': <filename>_run", "")
    analysis: dict[str, Any] = key("analysis", "mapping", "plot function -> True, False or its arguments", {})
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def longest_held(self) -> float:
        """Longest stretch of recordings that is in memory at once [ms]."""
        return min(self.duration, self.record_window or math.inf, self.checkpoint_every or math.inf)

    @property
    def sonata_options(self) -> dict[str, Any]:
        """What saveSonata asks for."""
        given = self.save_sonata
        return dict(given) if isinstance(given, dict) else {"folder": given} if isinstance(given, str) else {}

    @property
    def weight_options(self) -> dict[str, Any]:
        """What saveWeights asks for, with its default step [ms]."""
        given = self.save_weights if isinstance(self.save_weights, dict) else {}
        return {"step": WEIGHT_STEP, **given}
