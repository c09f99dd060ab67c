"""Where a model may give something else than in NetPyNE, and the names in its scripts that tell so."""

from collections.abc import Iterable

DIFFERENCES = {
    "`saveHDF5` writes netspec's own `.h5` (spec, plan and results by column); NetPyNE's HDF5, `.mat` and"
    " `.csv` cannot be written any more.": ("saveHDF5", "saveMat", "saveCSV"),
    "`saveDat` has the right time axis and stands beside the other files.": ("saveDat",),
    "With `allowConnsWithWeight0 = False` NetPyNE leaves synapses without connections behind, and spends"
    " their random numbers.": ("allowConnsWithWeight0",),
    "A point neuron (`vref`) on one of several sections in `sec`: NetPyNE makes synapses, netspec connects to"
    " the neuron.": ("vref",),
    "`scale` is a factor on densities too.": ("density",),
    "`plotSpikeFreq`, the peaks of `calculateRate` and `plotRates`, and histograms beside rasters "
    "have the last bin too.": (
        "plotSpikeFreq",
        "calculateRate",
        "plotRates",
    ),
    "Rates in labels of `plotRaster` and `prepareRaster` count every spike; NetPyNE leaves out the "
    "last one.": (
        "prepareRaster",
        "prepareSpikeData",
    ),
    "`colorbyPhase`: between two samples at the end of a turn the phase goes on; NetPyNE's runs back "
    "through the whole turn.": ("colorbyPhase",),
    "`plotSpikeStats`: colours, legends and depths belong to the population that they stand beside; "
    "NetPyNE counts them from the end. 'sync' and 'pairsync' need no package. `normfit` draws the "
    "log-normal distribution of the same mean and deviation of logarithms.": ("plotSpikeStats",),
    "`histlogy` of `plotSpikeStats`, `norm` and `smooth` of `plotRateSpectrogram` do what they say; NetPyNE"
    " ignores them.": ("plotRateSpectrogram",),
    "`rotateCellsRandomly`: NetPyNE turns each cell on top of the turns of all cells of the rank before it,"
    " and not at all with `[min, max]`.": ("rotateCellsRandomly",),
    "`shape`: pulse widths that are no whole number of ms are cut to the length of the table.": ("shape",),
    "`plotSpikeHist` keeps the last bin, which NetPyNE drops. `showFig` is False by default everywhere.": (
        "plotSpikeHist",
        "plotRaster",
        "plotTraces",
        "plotConn",
        "plot2Dnet",
    ),
    "`plotConn`: `logPlot` is of every feature (NetPyNE: of weight and strength; others keep their values"
    " under the title of logarithms)": ("logPlot",),
    "`plotShape` draws from the plan in two dimensions, cells of all ranks, without InterViews (`iv`) and"
    " `dist`;": ("plotShape",),
    "`plot2Dfiring` shows each spike in one frame, and no cells where none fire (NetPyNE: those of the frame"
    " before).": ("plot2Dfiring",),
    "`normSpec` divides a spectrogram by its highest power; NetPyNE divides by 1. `transformMethod = 'fft'`"
    " of a spectrogram works.": ("normSpec",),
    "`calculatefI`: amplitudes of spikes are over the potential 1 ms before the first step; NetPyNE takes"
    " sample `time - 1 / recordStep`.": ("calculatefI", "plotfI"),
    "`plotEEG` without `NP_LFPYKIT_HEAD_FILE` uses a head of four spheres; NetPyNE downloads the New York"
    " head.": ("plotEEG",),
    "`nTE` keeps to its `timeRange`, and needs nothing compiled (NetPyNE's wheel lacks the files, and it"
    " returns -1).": ("nTE",),
    "`granger` with `testGranger` always shuffles in the same orders.": ("testGranger",),
    "`hParams` given as a dict replace the defaults, as in NetPyNE; `v_init` stays -65 if it is not among"
    " them.": ("hParams",),
    "`sim.net.recXElectrode` has the cells of this rank, before and after gathering. `sim.calculateLFP` and"
    " `sim.calculateDipole` do nothing: samples are taken anyway.": (
        "recXElectrode",
        "calculateLFP",
        "calculateDipole",
    ),
    "`iplotDipoleSpectrogram` returns HTML as the others do. The dipole functions take off no baseline, since"
    " that of HNN's own network is no other's, and work for all labels of `recordDipolesHNN` (NetPyNE: L2 and"
    " L5 only).": ("iplotDipole", "iplotDipoleSpectrogram", "iplotDipolePSD"),
    "`prepareCSD` says what is missing in an error (NetPyNE prints it and returns -1).": ("prepareCSD",),
    "One thing does depend on the number of ranks, because NEURON steps every rank by itself: a variable time"
    " step (`cvode_active`).": ("cvode_active",),
    "| `coreneuron` with `recordTraces` or `recordLFP` | one sample of each trace, no LFP; what it cannot do"
    " ends the process; it stays on for later simulations | all samples; an error with its path; off again"
    " after each run |": ("coreneuron",),
    "| `gpu` | off unless it is True | CoreNEURON uses a GPU by itself if it was built for that and there is"
    " one; `gpu = False` keeps it off |": ("gpu",),
    "| `fullConn` with random weight, delay, loc or synsPerConn | values are dealt in another order |": (
        "fullConn",
    ),
    "| random functions in `probability`, `convergence`, `divergence` | another network |": (
        "convergence",
        "divergence",
    ),
    "| `sim.distributedSaveHDF5`, `sim.loadHDF5` | stop with a TypeError and a NameError | `saveHDF5` with"
    " `sim.saveDataInNodes`, and `sim.load` |": ("distributedSaveHDF5", "loadHDF5"),
    "`modifyCells` draws string functions on the stream of each cell, after all that was drawn for it.": (
        "modifyCells",
    ),
    "| `gatherOnlySimData` | counts and rates of rank 0 only; netspec: of the network (`allCells` is then an"
    " AttributeError) |": ("gatherOnlySimData",),
    "| `ions` with i or o | the defaults of the ion are those of the last cell of the rank; netspec: of the"
    " whole network |": ("ions",),
    "| reading a missing key of `specs.Dict` | an empty Dict is made and stored, so that a typo goes"
    " unnoticed | an error; writing below it (`d.secs.soma.geom = ...`) makes it |": (
        "Dict",
        "ODict",
    ),
    "| batches: a failed simulation | exit status 0, a line in a file | exit status 1, its last lines shown"
    " and kept |": ("Batch",),
    "| batches: `mpi_direct` | all simulations of a grid at once; at the end every process called `nrniv` is"
    " killed | as many as the cores have room for; only its own |": ("mpi_direct",),
    "| batches: `hpc_slurm`, `hpc_sge`, `hpc_torque` | a job for each simulation, searches poll for files"
    " | an array of jobs, each of which runs simulations of the study; `mpiCommand` is `mpiexec`, account and"
    " partition are the cluster's unless given; `post` is refused |": (
        "allocation",
        "queueName",
        "coresPerNode",
    ),
    "| batches: `evol`, `asd`, `optuna` | inspyred, adaptive stochastic descent, TPE | NSGA-II of the"
    " population's size, CMA-ES, TPE: other points |": ("evolCfg", "optimCfg"),
}
"""A sentence or row of docs/differences-from-netpyne.md, as it stands there -> names that make it matter."""


def concerning(names: Iterable[str]) -> list[str]:
    """What will or may differ for a model whose scripts have these names."""
    used = set(names)
    return [_plain(text) for text, words in DIFFERENCES.items() if used & set(words)]


def _plain(text: str) -> str:
    """A row of a table as a sentence."""
    if not text.startswith("|"):
        return text
    first, *rest = (cell.strip() for cell in text.strip("|").split("|"))
    how = "NetPyNE on several ranks: " if len(rest) == 1 else "NetPyNE: "
    return f"{first}. {how}{'; netspec: '.join(rest)}."
