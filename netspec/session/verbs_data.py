"""NetPyNE's verbs that gather and save."""

from typing import Any

from netspec.session.current import current


def gatherData(
    gatherLFP: bool = True,
    gatherDipole: bool = True,
    gatherOnlySimData: bool | None = None,
    includeSimDataEntries: Any = None,
    analyze: bool = True,
) -> Any:
    """AllSimData with the data of all ranks, on rank 0; None elsewhere."""
    only_data = current.cfg.get("gatherOnlySimData") if gatherOnlySimData is None else gatherOnlySimData
    current.gather(not only_data)
    if analyze:
        current.print_summary()
    if current.ranks.rank != 0:
        return None
    data = current.all_simulation_data()
    if includeSimDataEntries is not None:
        for name in [name for name in data if name not in includeSimDataEntries]:
            del data[name]
    return data


def gatherDataFromFiles(
    gatherLFP: bool = True,
    saveFolder: str | None = None,
    simLabel: str | None = None,
    sim: Any = None,
    fileType: str | None = None,
    saveMerged: bool = False,
) -> None:
    """Put the shares of all ranks together from the files of saveDataInNodes."""
    current.gather_files(saveFolder, simLabel, fileType, saveMerged)


def saveData(include: Any = None, filename: str | None = None, saveLFP: bool = True) -> list[str] | None:
    """Paths of the files that cfg asks for, on rank 0; None elsewhere."""
    from netspec.session import saving

    if filename:
        current.cfg.filename = filename
    return saving.save_all(current, include)


def saveDataInNodes(
    filename: str | None = None,
    saveLFP: bool = True,
    removeTraces: bool = False,
    saveFolder: str | None = None,
) -> str:
    """The path of this rank's share."""
    from netspec.session import saving

    return saving.save_in_nodes(current, filename, saveFolder, not removeTraces)


def intervalSave(simTime: float, gatherLFP: bool = True) -> str | None:
    """The path of a file with everything up to now, on rank 0."""
    from netspec import sim
    from netspec.session import saving

    return saving.save_interval(current, simTime, vars(sim).get("allWeights"))


def saveJSON(fileName: str, data: Any, checkFileTimeout: float = 0) -> str:
    """The path of a JSON file."""
    from netspec.formats import json

    return json.save(fileName, data)


def ijsonLoad(
    filename: str,
    tagsGidRange: Any = None,
    connsGidRange: Any = None,
    loadTags: bool = True,
    loadConns: bool = True,
    tagFormat: Any = None,
    connFormat: Any = None,
    saveTags: Any = None,
    saveConns: Any = None,
) -> tuple[dict[Any, Any], dict[Any, Any]]:
    """(tags, conns) by gid of a saved network. Ranges: of gids. Formats: keys, to make each entry a list."""
    from netspec.session import loading

    tags = loading.of_cells(filename, "tags", tagsGidRange, tagFormat) if loadTags else {}
    conns = loading.of_cells(filename, "conns", connsGidRange, connFormat) if loadConns else {}
    for name, target, found in (("tags", saveTags, tags), ("conns", saveConns, conns)):
        if target and found:
            saveJSON(target if isinstance(target, str) else f"{filename[:-5]}_{name}.json", {name: found})
    return tags, conns
