import ast
import inspect
import json
import pickle
import re
import subprocess
import sys
import textwrap

import numpy as np
import pytest
from small_results import plan, results

from netspec import plots
from netspec.analysis.registry import MEASURES
from netspec.errors import NetspecError, SpecError


def test_raster_has_one_artist_per_population():
    figure, numbers = plots.draw(results(), "plotRaster", include=["all"], popRates=False, timeRange=[0, 15])
    drawn = {line.get_label(): len(line.get_xdata()) for line in figure.axes[0].lines}
    assert drawn == {"E": 3, "I": 2, "bkg": 2}
    assert numbers["spkTimes"].tolist() == [0.5, 0.7, 1, 2, 5, 11, 12]
    assert numbers["timeRange"] == [0.0, 15.0]
    assert figure.axes[0].get_title().startswith("5 cells and 2 stimuli, 7 spikes")


def test_raster_order_is_inverted_on_request():
    up, _ = plots.draw(results(), "plotRaster")
    down, _ = plots.draw(results(), "plotRaster", orderInverse=True)
    assert down.axes[0].yaxis_inverted()
    assert not up.axes[0].yaxis_inverted()


def test_colours_are_the_same_in_every_picture():
    raster, _ = plots.draw(results(), "plotRaster", include=["I"], popColors={"I": "green"})
    assert raster.axes[0].lines[0].get_color() == "green"
    both = plots.draw(results(), "plotRaster")[0].axes[0].lines
    alone = plots.draw(results(), "plotRaster", include=["I"])[0].axes[0].lines
    assert both[1].get_color() == alone[0].get_color()


def test_histogram_counts_and_rates():
    _, numbers = plots.draw(results(), "plotSpikeHist", binSize=10)
    assert numbers["labels"] == ["allCells", "E", "I"]  # NetPyNE's order
    assert numbers["values"].tolist() == [[3, 4], [2, 1], [1, 3]]
    _, rates = plots.draw(results(), "plotSpikeHist", include=["I"], binSize=10, measure="rate")
    assert rates["values"].tolist() == [[50, 150]]


def test_traces_make_a_figure_per_cell_or_per_trace():
    figures, numbers = plots.draw(results(), "plotTraces", timeRange=[5, 10])
    assert list(figures) == ["_gid_0", "_gid_3"]
    assert len(figures["_gid_0"].axes) == 3  # V and g at two places
    assert numbers["tracesData"][0]["t"][[0, -1]] == pytest.approx([5, 10])
    by_trace, _ = plots.draw(results(), "plotTraces", oneFigPer="trace", include=["E", 3], overlay=True)
    assert [len(ax.lines) for ax in by_trace["_trace_V"].axes] == [2]


@pytest.mark.parametrize("graph", ["matrix", "bar"])
def test_connections(graph):
    figure, numbers = plots.draw(
        results(), "plotConn", includePre=["E"], includePost=["I"], feature="numConns", graphType=graph
    )
    assert numbers["connMatrix"].tolist() == [[3]]
    assert figure.axes


def test_network_in_space():
    figure, numbers = plots.draw(results(), "plot2Dnet", include=["E", ("I", 0)])
    assert numbers["posY"].tolist() == [50, 40, 30, 20]
    assert numbers["pairs"].tolist() == [[0, 3], [0, 3], [3, 2]]
    assert len(figure.axes[0].collections[0].get_segments()) == 3


def test_files_have_the_names_that_scripts_expect(tmp_path):
    ran = results(filename=str(tmp_path / "out"))
    wanted = {"plotRaster": {"saveFig": True, "saveData": True}, "plotSpikeHist": {"saveFig": True}}
    wanted |= {"plotTraces": {"saveFig": True}, "plotConn": {"saveFig": True}, "plot2Dnet": {"saveFig": True}}
    drawn = plots.draw_all(ran, wanted)
    assert list(drawn) == list(wanted)
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {
        "out_raster.png",
        "out_raster.pkl",
        "out_histogram.png",
        "out_traces__gid_0_.png",
        "out_traces__gid_3_.png",
        "out_plot_conn_pop_strength_matrix.png",
        "out_plot_2Dnet.png",
    }
    assert pickle.loads((tmp_path / "out_raster.pkl").read_bytes())["popLabels"] == ["E", "I"]


def test_own_file_names_and_json(tmp_path):
    target = tmp_path / "deep" / "mine.svg"
    plots.draw(results(), "plotRaster", saveFig=str(target), saveData=str(tmp_path / "mine.json"))
    assert target.stat().st_size > 0
    assert json.loads((tmp_path / "mine.json").read_text())["spkGids"][0] == 0


def test_save_folder_and_label_name_the_files(tmp_path):
    ran = results(save_folder=str(tmp_path), sim_label="lab")
    plots.draw_all(ran, {"plotRaster": {"saveFig": True}, "plot2Dnet": False})
    assert [path.name for path in tmp_path.iterdir()] == ["lab_raster.png"]


def test_mistakes_in_analysis_are_found_before_a_run():
    analysis = {
        "plotRastr": True,
        "plotRaster": {"includ": ["E"], "timeRange": [5, 1], "overwrit": False},
        "plotTraces": {"include": ["EE"]},
        "plotConn": 7,
    }
    found = {item.path: item.message for item in plots.problems(analysis, plan().model.spec.network)}
    assert "'plotRaster'" in found["simConfig.analysis['plotRastr']"]
    assert "'include'" in found["simConfig.analysis['plotRaster']['includ']"]
    assert "'overwrite'" in found["simConfig.analysis['plotRaster']['overwrit']"]
    assert "'E'" in found["simConfig.analysis['plotTraces']['include'][0]"]
    assert set(found) >= {"simConfig.analysis['plotRaster']['timeRange']", "simConfig.analysis['plotConn']"}


def test_wrong_calls_are_refused():
    with pytest.raises(NetspecError, match="plotRaster"):
        plots.draw(results(), "plotRastr")
    with pytest.raises(SpecError, match="include"):
        plots.draw(results(), "plotRaster", includ=["E"])
    with pytest.raises(SpecError, match="'cell'"):
        plots.draw(results(), "plotTraces", oneFigPer="cel")


def test_an_argument_without_effect_is_named_where_it_is_explained():
    silent = []
    for name, item in plots.entries().items():
        function = item.draw if isinstance(item, plots.Plot) else item.measure
        function = getattr(function, "func", getattr(function, "__wrapped__", function))
        (tree,) = ast.parse(textwrap.dedent(inspect.getsource(function))).body
        parts = [ast.walk(line) for line in tree.body]
        used = {node.id for nodes in parts for node in nodes if isinstance(node, ast.Name)}
        own = {argument.arg for argument in (*tree.args.args, *tree.args.kwonlyargs)} - {"results", "sim"}
        silent += [(name, one) for one in own - used if one not in re.findall(r"\w+", function.__doc__)]
    assert silent == []


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        ("plotSpikeHist", {"binSize": 0}, r"binSize.*\n.*a number above 0, got 0"),
        ("plotRaster", {"figSize": 3}, r"figSize.*\n.*\[width, height\] in inches, got 3"),
        ("plotRaster", {"title": 5}, r"title.*\n.*expected text, got 5"),
        ("plotRaster", {"suptitle": {"size": 5}}, r"suptitle.*\n.*a dictionary with 't'"),
        ("plotRaster", {"rcParams": {"axes.facecolour": "red"}}, "Did you mean 'axes.facecolor'"),
        ("plotRaster", {"popColors": {"E": "rde"}}, "plotRaster: 'rde' is not a valid"),
        ("plotRaster", {"saveFig": "x.xyz"}, "plotRaster: Format 'xyz' is not supported"),
        ("plotRaster", {"saveFig": "/proc/none/x.png"}, "plotRaster: .*No such file"),
        ("plotRaster", {"rasterData": "none.pkl"}, "none.pkl.*No such file"),
        ("plotSpikeFreq", {"smooth": 1000}, "plotSpikeFreq: a window of 1000 samples is longer"),
        ("plotSpikeStats", {"statDataIn": {"rate": {}}}, "'statData'"),
        ("plotLFP", {"plots": "PDS"}, "there is no 'PDS'. Did you mean 'PSD'"),
        ("plotRaster", {"orderBy": "depht"}, "no cell has a tag 'depht'"),
        ("granger", {}, "granger: 3 samples are too few for a past of 10: take a longer timeRange"),
    ],
)
def test_what_cannot_be_drawn_is_said_by_name(name, arguments, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(NetspecError, match=message):
        plots.draw(results(), name, **arguments)


def test_own_plot_can_be_registered():
    @plots.plot("plotCount", "count")
    def plot_count(ran, ax, *, factor=1):
        ax.bar([0], [factor * len(ran.spikes)])
        return {"count": factor * len(ran.spikes)}

    try:
        assert plots.draw(results(), "plotCount", factor=2)[1] == {"count": 14}
        assert plots.problems({"plotCount": {"facto": 1}}, plan().model.spec.network)
    finally:
        del plots.PLOTS["plotCount"]


def test_axes_of_the_user_are_drawn_into():
    from matplotlib.figure import Figure

    ax = Figure().subplots()
    figure, _ = plots.draw(results(), "plotRaster", axis=ax)
    assert figure is ax.figure
    assert len(ax.lines) == 2


def test_the_plotter_is_returned_for_more_work(tmp_path):
    own = {"xlabel": "t", "ylim": [0, 2], "grid": True, "rcParams": {"axes.facecolor": "#eeeeee"}}
    plotter, numbers = plots.draw(
        results(filename=str(tmp_path / "a")), "plotRaster", returnPlotter=True, **own
    )
    assert len(numbers["spkTimes"]) == 7
    assert plotter.fig is plotter.ax.figure
    assert (plotter.ax.get_xlabel(), plotter.ax.get_ylim(), plotter.kind) == ("t", (0, 2), "raster")
    assert plotter.ax.get_facecolor()[0] == pytest.approx(0xEE / 255)
    assert plotter.ax.xaxis.get_gridlines()[0].get_visible()
    plotter.ax.set_title("more")
    names = [plotter.saveFig(overwrite=False)[0].name for _ in range(3)]
    assert names == ["a_raster.png", "a_raster_01.png", "a_raster_02.png"]
    assert plotter.saveFig(fileDesc="b", fileType="pdf")[0].name == "a_b.pdf"
    plotter, _ = plots.draw(results(), "plotSpikeStats", returnPlotter=True)
    assert len(plotter.fig) == len(plotter.ax) == 2


def test_limits_that_a_plot_has_itself_stay_its_own():
    figure, _ = plots.draw(results(), "plotTraces", include=[0], ylim=[-70, -60])
    assert {ax.get_ylim() for ax in figure.axes} == {(-70, -60)}


def test_no_spikes_is_no_error():
    ran = results()
    ran.spikes = ran.spikes.take(slice(0, 0))
    _, numbers = plots.draw(ran, "plotRaster")
    assert len(numbers["spkTimes"]) == 0
    assert np.all(plots.draw(ran, "plotSpikeHist")[1]["values"] == 0)


def test_pyplot_and_matplotlib_are_not_imported_before_they_are_needed():
    code = "import sys, netspec.plots; print([m for m in sys.modules if m.startswith('matplotlib')])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "[]"


def test_what_is_not_there_is_left_out():
    drawn = plots.draw_all(results(), {"plotLater": True, "plotRaster": {"later": True, "include": ["I"]}})
    assert list(drawn) == ["plotRaster"]
    assert drawn["plotRaster"][1]["popLabels"] == ["I"]


def test_measures_are_asked_for_as_plots_are():
    import netspec

    @netspec.measure("spikeCount")
    def spike_count(results, factor=1):
        return factor * len(results.spikes)

    try:
        asked = {"spikeCount": {"factor": 2}}
        assert plots.draw_all(results(analysis=asked)) == {"spikeCount": (None, 14)}
        (problem,) = plots.problems({"spikeCount": {"facto": 2}}, plan().model.spec.network)
        assert "'factor'" in problem.message
    finally:
        del MEASURES["spikeCount"]
