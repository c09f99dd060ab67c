"""Numbers of fields and of causality by NetPyNE's names: prepareLFP, preparePSD, prepareCSD, nTE ..."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from netspec.analysis import causality, cells, spectra, spikes
from netspec.analysis import electrodes as sites
from netspec.analysis.csd import csd
from netspec.analysis.registry import measure
from netspec.errors import Problem, SpecError, StateError, did_you_mean
from netspec.results import Results
from netspec.tables import Floats, Ints

Band = float | Sequence[float]

METHODS = ("morlet", "fft")
FEATURES = ("latencyPeak1", "ISIPeak1", "ampSpike1", "ampSpike2")
EVERY = ("avg", "all")


@measure("prepareLFP")
def prepare_lfp(
    results: Results,
    timeRange: Sequence[float] | None = None,
    electrodes: Sequence[Any] = EVERY,
    pop: str | None = None,
    LFPData: Floats | None = None,
    normSignal: bool = False,
    filtFreq: Band | bool = False,
    filtOrder: int = 3,
    detrend: bool = False,
) -> dict[str, Any]:
    """LFP of the electrodes: t (samples,) [ms]; electrodes: names, locs, data, each (samples,) [mV].

    LFPData: signals (samples, sites) of your own in place of the recorded ones. They are filtered, then less
    their straight line, then lifted to 0 and divided by the highest value.
    """
    given = sites.recorded(results, "LFP", pop) if LFPData is None else np.asarray(LFPData, float)
    signals = sites.cut(results, given, timeRange).T
    if filtFreq:
        band = list(filtFreq) if isinstance(filtFreq, Sequence) else float(filtFreq)
        with argument("filtFreq"):
            signals = spectra.filtered(signals, rate(results), band, filtOrder)
    if detrend:
        signals = spectra.detrended(signals)
    if normSignal:
        signals = signals - np.minimum(signals.min(axis=1, keepdims=True), 0)
        signals = signals / signals.max(axis=1, keepdims=True)
    return {
        "electrodes": sites.chosen(results, signals.T, electrodes),
        "t": sites.times(results, timeRange, signals.shape[1]),
    }


@measure("preparePSD")
def prepare_psd(
    results: Results,
    LFPData: Floats | None = None,
    CSD: bool = False,
    timeRange: Sequence[float] | None = None,
    electrodes: Sequence[Any] = EVERY,
    pop: str | None = None,
    NFFT: int = 256,
    noverlap: int = 128,
    nperseg: int = 256,
    minFreq: float = 1,
    maxFreq: float = 100,
    stepFreq: float = 1,
    smooth: int = 0,
    logy: bool = False,
    normSignal: bool = False,
    normPSD: bool = False,
    filtFreq: Band | bool = False,
    filtOrder: int = 3,
    detrend: bool = False,
    transformMethod: str = "morlet",
) -> dict[str, Any]:
    """Power by frequency: psdFreqs [Hz] and psdSignal, a list with an array for each of psdNames.

    'morlet': the mean over time of the power of wavelets [mV2]; 'fft': density [dB of mV2/Hz]. normPSD: parts
    of the highest. CSD: of the current source density [mV2/mm4]. As in NetPyNE, nperseg and logy change
    nothing.
    """
    known(transformMethod, "transformMethod", METHODS)
    if CSD:
        data = prepare_csd(results, timeRange, electrodes, pop, getAllData=False)
    else:
        more = (LFPData, normSignal, filtFreq, filtOrder, detrend)
        data = prepare_lfp(results, timeRange, electrodes, pop, *more)
    found = []
    for signal in data["electrodes"]["data"]:
        if transformMethod == "morlet":
            freqs = np.arange(minFreq, maxFreq + 1, stepFreq, dtype=float)
            power = spectra.morlet_power(signal, rate(results), freqs).mean(axis=1)
        else:
            with argument("noverlap"):
                freqs, density = spectra.netpyne_psd(signal, rate(results), NFFT, noverlap)
            with argument("smooth"):
                power = spectra.smooth(decibels(density), smooth or 0)
        found.append((freqs, power))
    highest = max(power.max() for _, power in found) if normPSD else 1.0
    return {
        "psdFreqs": [freqs[freqs < maxFreq] for freqs, _ in found],
        "psdSignal": [power[freqs < maxFreq] / highest for freqs, power in found],
        "psdNames": data["electrodes"]["names"],
    }


@measure("prepareSpectrogram")
def prepare_spectrogram(
    results: Results,
    timeRange: Sequence[float] | None = None,
    electrodes: Sequence[Any] = EVERY,
    pop: str | None = None,
    LFPData: Floats | None = None,
    NFFT: int = 256,
    noverlap: int = 128,
    nperseg: int = 256,
    minFreq: float = 1,
    maxFreq: float = 100,
    stepFreq: float = 1,
    smooth: int = 0,
    includeAxon: bool = True,
    logy: bool = False,
    normSignal: bool = False,
    normPSD: bool = False,
    normSpec: bool = False,
    filtFreq: Band | bool = False,
    filtOrder: int = 3,
    detrend: bool = False,
    transformMethod: str = "morlet",
) -> dict[str, Any]:
    """What prepareLFP gives, and electrodes['spectrogram']: power (freqs, samples) of each electrode.

    'morlet': [mV2], with their extent [ms, ms, Hz, Hz]; 'fft': pieces of nperseg samples [dB of mV2/Hz], with
    their times xmesh [ms] and frequencies ymesh [Hz]. vmin, vmax: of all electrodes. As in NetPyNE, NFFT,
    smooth, includeAxon and normPSD change nothing.
    """
    known(transformMethod, "transformMethod", METHODS)
    more = (LFPData, normSignal, filtFreq, filtOrder, detrend)
    data = prepare_lfp(results, timeRange, electrodes, pop, *more)
    signals, span = data["electrodes"]["data"], sites.span(results, timeRange)
    if transformMethod == "morlet":
        freqs = np.arange(minFreq, maxFreq + 1, stepFreq, dtype=float)
        if logy:
            freqs = np.logspace(np.log10(minFreq), np.log10(maxFreq), int((maxFreq - minFreq) / stepFreq))
        powers = np.array([spectra.morlet_power(signal, rate(results), freqs) for signal in signals])
        found: dict[str, Any] = {"extent": [[*span, freqs.min(), freqs.max()]] * len(signals)}
    else:
        segment = nperseg / rate(results)
        with argument("noverlap"):
            freqs, middles, density = spectra.spectrogram(signals, rate(results), segment, noverlap / nperseg)
        powers = decibels(density[:, freqs < maxFreq])
        mesh = np.meshgrid(span[0] + middles, freqs[freqs < maxFreq])
        found = {"xmesh": mesh[0], "ymesh": mesh[1]}
    limits = float(powers.min()), float(powers.max())
    if normSpec and transformMethod == "morlet":
        powers, limits = powers / limits[1], (0.0, 1.0)
    found |= {transformMethod: list(powers), "vmin": limits[0], "vmax": limits[1], "freqs": freqs}
    data["electrodes"]["spectrogram"] = found
    return data


@measure("prepareCSD")
def prepare_csd(
    results: Results,
    timeRange: Sequence[float] | None = None,
    electrodes: Sequence[Any] = EVERY,
    pop: str | None = None,
    dt: float | None = None,
    sampr: float | None = None,
    spacing_um: float | None = None,
    minf: float = 0.05,
    maxf: float = 300,
    vaknin: bool = True,
    norm: bool = False,
    saveData: bool = True,
    getAllData: bool = True,
) -> Any:
    """CSD (sites, samples) [mV/mm2], LFP (samples, sites) [mV], rate [Hz], spacing [um], dt [ms].

    getAllData False: as prepareLFP, of the CSD. saveData: sim.analysis.prepareCSD leaves it in allSimData.
    """
    lfp = sites.cut(results, sites.recorded(results, "LFP", pop), timeRange)
    dt = sites.step(results) if dt is None else dt
    sampr = 1.0 / (dt / 1000.0) if sampr is None else sampr
    spacing_um = sites.spacing(results) if spacing_um is None else spacing_um
    if not spacing_um or lfp.shape[1] < (1 if vaknin else 3):
        raise StateError("a current source density needs electrodes at several depths; or give spacing_um")
    found = csd(lfp, sampr, spacing_um / 1000, (minf, maxf), vaknin, norm)
    if getAllData:
        return found, lfp, sampr, spacing_um, dt
    return {
        "electrodes": sites.chosen(results, found.T, electrodes, 0 if vaknin else 1),
        "t": sites.times(results, timeRange, found.shape[1]),
    }


@measure("nTE")
def nte(
    results: Results,
    cells1: Sequence[Any] = (),
    cells2: Sequence[Any] = (),
    spks1: Sequence[float] | None = None,
    spks2: Sequence[float] | None = None,
    timeRange: Sequence[float] | None = None,
    binSize: float = 20,
    numShuffle: int = 30,
) -> float:
    """Normalised transfer entropy from the spikes of cells1 (or times spks1 [ms]) to those of cells2."""
    both = ((cells1, spks1), (cells2, spks2))
    first, second = (counts(results, chosen, given, timeRange, binSize) for chosen, given in both)
    return causality.transfer_entropy(first, second, numShuffle).normalised


def counts(
    results: Results,
    chosen: Sequence[Any],
    given: Sequence[float] | None,
    time_range: Sequence[float] | None,
    width: float,
) -> Ints:
    """Spikes of cells and stimuli, or given times [ms], per bin of `width` [ms]; the last bin is whole."""
    span = spikes.whole(results, time_range)
    times = spikes.raster(results, chosen, span).times if given is None or not len(given) else given
    return np.histogram(times, np.arange(*span, width))[0]


@measure("calculatefI")
def calculate_fi(results: Results) -> dict[str, list[float]]:
    """Rates and features of the current steps that cfg.analysis['plotfI'] describes, by NetPyNE's names.

    fI, fI_onset, fI_steady [Hz] count the spikes of all cells; fI_latencyPeak1, fI_ISIPeak1 [ms],
    fI_ampSpike1, fI_ampSpike2 [mV] are of the trace V_soma of cell 0. As in NetPyNE, -1 ms or 1 mV below the
    threshold is where there is no peak.
    """
    asked = results.plan.model.spec.simulation.analysis.get("plotfI")
    options: Mapping[str, Any] = asked if isinstance(asked, Mapping) else {}
    return steps(results, **{name: options[name] for name in STEPS if name in options})


STEPS = ("times", "dur", "calculateOnset", "durSteady", "calculateFeatures")
"""Arguments of plotfI that describe current steps."""


def steps(
    results: Results,
    times: Sequence[float] | None = None,
    dur: float | None = None,
    calculateOnset: bool = False,
    durSteady: float | None = None,
    calculateFeatures: Sequence[str] = (),
) -> dict[str, list[float]]:
    """What calculatefI gives, of steps that begin at `times` and last `dur` [ms]."""
    duration = float(results.plan.model.spec.simulation.duration)
    starts, length = [0.0, duration] if times is None else list(times), duration if dur is None else dur
    spiked = results.spikes["time"]
    found = {"fI": cells.fi_curve(spiked, starts, length)}
    if calculateOnset:
        found["fI_onset"] = cells.onset_rates(spiked, starts, length)
    if durSteady:
        found["fI_steady"] = cells.fi_curve(spiked, starts, length, durSteady)
    if calculateFeatures:
        found |= _step_features(results, starts, length, calculateFeatures)
    return {name: values.tolist() for name, values in found.items()}


def _step_features(
    results: Results, starts: Sequence[float], length: float, wanted: Sequence[str]
) -> dict[str, Floats]:
    for name in wanted:
        known(name, "calculateFeatures", FEATURES)
    trace = results.traces.get("V_soma", {}).get(0)
    if trace is None or isinstance(trace, Mapping):
        raise StateError("features of steps are those of the trace V_soma of cell 0, which was not recorded")
    threshold = float(results.plan.model.spec.network.default_threshold)
    found = cells.step_features(trace, sites.step(results), starts, length, threshold)
    instead = {name: threshold - 1 if name.startswith("amp") else -1.0 for name in FEATURES}
    return {f"fI_{name}": np.nan_to_num(found[name], nan=instead[name]) for name in wanted}


def rate(results: Results) -> float:
    """Samples of signals per second [Hz]."""
    return 1000.0 / sites.step(results)


def decibels(power: Floats) -> Floats:
    """10 log10 of a power; -inf where it is 0."""
    with np.errstate(divide="ignore"):
        return np.asarray(10 * np.log10(power))


@contextmanager
def argument(name: str) -> Iterator[None]:
    """What a function of arrays says of a value, said of the argument."""
    try:
        yield
    except ValueError as error:
        raise SpecError([Problem(name, f"{error}.")]) from error


def known(value: Any, argument: str, values: Sequence[str]) -> None:
    """SpecError unless an argument is one of the known values."""
    if value not in values:
        raise SpecError([Problem(argument, f"there is no {value!r}. {did_you_mean(str(value), values)}")])
