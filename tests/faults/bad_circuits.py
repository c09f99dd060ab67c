"""Ways to spoil the small circuit: each a name, a change of a folder, and what the error must name."""

import json

import h5py
import numpy as np

GONE = object()


def in_json(file, key, value):
    """Another value of a key 'a.b[0].c', or none."""
    parts = [
        int(part) if part.isdecimal() else part for part in key.replace("[", ".").replace("]", "").split(".")
    ]

    def change(folder):
        path = next(folder.rglob(file))
        content = json.loads(path.read_text())
        *above, last = parts
        place = content
        for part in above:
            place = place[part]
        if value is GONE:
            del place[last]
        else:
            place[last] = value
        path.write_text(json.dumps(content))

    return change


def in_text(file, old, new):
    def change(folder):
        path = next(folder.rglob(file))
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))

    return change


def more_in_h5(file, name, values):
    def change(folder):
        with h5py.File(folder / file, "r+") as content:
            content[name] = values

    return change


def in_h5(file, name, action):
    """action: (values) -> new values, or a word of ACTIONS."""

    def change(folder):
        with h5py.File(folder / file, "r+") as content:
            attributes = dict(content[name].attrs)
            values = content[name][()] if isinstance(content[name], h5py.Dataset) else None
            del content[name]
            if action == "gone":
                return
            if action == "group":
                content.create_group(name)
                return
            if action == "sparse":
                content.create_dataset(name, (10**10,), np.int64, chunks=(4096,)).attrs.update(attributes)
                return
            made = action(values)
            kind = h5py.string_dtype() if made.dtype.kind in "OU" else None
            content.create_dataset(name, data=made, dtype=kind).attrs.update(attributes)

    return change


def attribute(file, name, key, value):
    def change(folder):
        with h5py.File(folder / file, "r+") as content:
            content[name].attrs.pop(key, None)
            if value is not GONE:
                content[name].attrs[key] = value

    return change


def in_file(file, action):
    def change(folder):
        path = next(folder.rglob(file))
        data = path.read_bytes()
        path.unlink()
        match action:
            case "folder":
                path.mkdir()
            case "empty":
                path.touch()
            case "half":
                path.write_bytes(data[: len(data) // 2])
            case "garbage":
                path.write_bytes(b"\xff\xfe\x00garbage" * 40)

    return change


def twins(folder):
    """The second file has a population of edges that the first has too."""
    with h5py.File(folder / "in.h5", "r+") as file:
        file.move("edges/in", "edges/rec")


def circle(folder):
    in_json("node_sets.json", "points", ["both"])(folder)
    in_json("simulation.json", "inputs.clamp.node_set", "both")(folder)


def again(folder):
    content = json.loads((folder / "circuit.json").read_text())
    content["networks"]["nodes"].append(content["networks"]["nodes"][0])
    (folder / "circuit.json").write_text(json.dumps(content))


def first(value):
    return lambda values: np.concatenate([np.full_like(values[:1], value), values[1:]])


def last(value):
    return lambda values: np.concatenate([values[:-1], np.full_like(values[-1:], value)])


def words(values):
    return np.array(["a"] * len(values), object)


def fractions(values):
    return values.astype(float) + 0.5


def nans(values):
    return np.full(values.shape, np.nan)


def shorter(values):
    return values[:-1]


def longer(values):
    return np.concatenate([values, values[-1:]])


def single(values):
    return np.array(values.flat[0])


def square(values):
    return np.stack([values, values], axis=-1)


def nothing(values):
    return values[:0]


def negative(values):
    return np.concatenate([[-5], values[1:].astype(np.int64)])


def backwards(values):
    return values[:, ::-1]


SHAPES = {
    "gone": "gone",
    "group": "group",
    "shorter": shorter,
    "single": single,
    "square": square,
    "nothing": nothing,
}
IDS = {**SHAPES, "words": words, "fractions": fractions, "negative": negative}
VALUES = {**SHAPES, "words": words, "nans": nans}


def mistakes():
    """(name, change, texts of which the message has all)."""
    for name, change, texts in (*_json(), *_h5(), *_files(), *OTHERS):
        yield name, change, ELSEWHERE.get(name, texts)


def _json():
    for file, keys in JSON_KEYS.items():
        for key, values in keys.items():
            for value in values:
                shown = "gone" if value is GONE else json.dumps(value)
                yield f"{file}:{key}={shown}", in_json(file, key, value), (file, key.rsplit(".", 1)[-1])


def _h5():
    for file, names in H5_NAMES.items():
        for key, (actions, harmless) in names.items():
            for label, action in actions.items():
                if label not in harmless:
                    texts = (file, key.rsplit("/", 1)[-1])
                    yield f"{file}:{key}:{label}", in_h5(file, key, action), texts


def _files():
    for file in FILES:
        for action in ("gone", "folder", "empty", "half", "garbage"):
            yield f"{file}:{action}", in_file(file, action), (file,)


WRONG = (GONE, None, 5, [], "nowhere")
JSON_KEYS = {
    "circuit.json": {
        "networks": (GONE, None, 5, "x", [], {}),
        "networks.nodes": (GONE, None, [], 5, "x", {"a": 1}, [5], [None]),
        "networks.nodes[0].nodes_file": (GONE, None, 5, "", [], "nowhere.h5", "."),
        "networks.nodes[0].node_types_file": (GONE, None, 5, [], "nowhere.csv", "."),
        "networks.edges": (5, "x", {"a": 1}, [5]),
        "networks.edges[0].edges_file": (GONE, None, 5, "", [], "nowhere.h5", "."),
        "networks.edges[0].edge_types_file": (GONE, None, 5, [], "nowhere.csv", "."),
        "components": (GONE, None, 5, "x", []),
        "components.synaptic_models_dir": WRONG,
        "components.point_neuron_models_dir": WRONG,
        "components.biophysical_neuron_models_dir": WRONG,
        "components.morphologies_dir": WRONG,
        "manifest": (5, "x", ["$NET"], {}),
        "manifest.$NET": (GONE, "$PARTS", "$NET/x", "$ELSEWHERE", None, 5, ["."]),
    },
    "simulation.json": {
        "network": (GONE, None, 5, [], "nowhere.json", "simulation.json", "."),
        "run": (5, "x", []),
        "run.tstop": ("long", [], -1.0, {}),
        "run.dt": ("short", 0.0, -0.1, []),
        "run.dL": ("long", -1.0, 0, []),
        "run.spike_threshold": ("high", []),
        "conditions": (5, "x", []),
        "conditions.celsius": ("warm", []),
        "conditions.v_init": ("low", []),
        "node_sets_file": (5, [], "nowhere.json", "."),
        "inputs": (5, "x", []),
        "inputs.trains": (None, 5, "x", []),
        "inputs.trains.input_type": (GONE, None, 5, "spike"),
        "inputs.trains.input_file": (GONE, None, 5, "", [], "nowhere.h5", "."),
        "inputs.trains.node_set": (
            "nowhere",
            5,
            {"a": 1},
            [99],
            [-1],
            {"node_id": 99},
            {"population": "exxt"},
            [],
        ),
        "inputs.clamp.module": (GONE, None, "IKlamp", 5),
        "inputs.clamp.node_set": (
            "nowhere",
            99,
            {"modeltype": "x"},
            {"model_type": "x"},
            ["detailed", "x"],
            [],
        ),
        "inputs.clamp.amp": (GONE, None, "x", [], [0.1, "x"], [0.1, 0.2], {}),
        "inputs.clamp.delay": (GONE, None, "x", []),
        "inputs.clamp.duration": (GONE, None, "x", []),
        "output": (5, "x", []),
        "output.output_dir": (5, [], "/elsewhere", "..", "../elsewhere", "output/../../elsewhere"),
        "output.spikes_file": (5, [], "/elsewhere/spikes.h5", "../spikes.h5", "a/../../spikes.h5", "."),
        "output.log_file": (5, "/elsewhere/log.txt", "../log.txt"),
        "reports": (5, "x", []),
        "reports.soma_v": (None, 5, "x"),
        "reports.soma_v.file_name": (5, "", "/elsewhere/v.h5", "../v.h5", ".."),
        "manifest.$OUT": ("$OUT", "${OUT}/x", "$NOWHERE", "/elsewhere"),
    },
    "node_sets.json": {
        "detailed": (
            GONE,
            "detailed",
            ["detailed"],
            5.5,
            {"model_type": "x"},
            ["nowhere"],
            {"population": "x"},
        ),
        "detailed.model_type": ("bio", {"$regexp": "bio"}, {"$regex": "("}, {"$gt": 5}, {"$regex": 5}),
    },
}
H5_NAMES = {
    "cells.h5": {
        "nodes": ({"gone": "gone"}, ()),
        "nodes/cells": ({"gone": "gone", "column": lambda values: np.arange(5)}, ()),
        "nodes/cells/node_type_id": ({**IDS, "unknown": first(999), "sparse": "sparse"}, ()),
        "nodes/cells/node_id": ({**IDS, "twice": first(1), "moved": last(77)}, ("gone",)),
        "nodes/cells/node_group_id": ({**IDS, "unknown": first(7)}, ("gone",)),
        "nodes/cells/node_group_index": ({**IDS, "beyond": first(70)}, ("gone",)),
        "nodes/cells/0/x": (VALUES, ("gone", "group", "square", "nans")),
    },
    "ext.h5": {
        "nodes/ext/node_type_id": (IDS, ()),
        "nodes/ext/node_id": (IDS, ("gone",)),
    },
    "rec.h5": {
        "edges": ({"gone": "gone"}, ()),
        "edges/rec": ({"gone": "gone", "column": lambda values: np.arange(5)}, ()),
        "edges/rec/source_node_id": ({**IDS, "unknown": first(99), "longer": longer}, ()),
        "edges/rec/target_node_id": ({**IDS, "unknown": first(99), "longer": longer}, ()),
        "edges/rec/edge_type_id": ({**IDS, "unknown": first(999)}, ()),
        "edges/rec/edge_group_id": ({**IDS, "unknown": first(7)}, ("gone",)),
        "edges/rec/edge_group_index": ({**IDS, "beyond": first(70)}, ("gone",)),
        "edges/rec/0/syn_weight": (VALUES, ("gone", "group")),
        "edges/rec/0/delay": ({**VALUES, "negative": first(-1.0)}, ("gone", "group")),
        "edges/rec/0/afferent_section_id": ({**IDS, "unknown": first(9)}, ("gone", "group")),
        "edges/rec/0/afferent_section_pos": ({**VALUES, "beyond": first(1.5), "negative": first(-0.5)},
         ("gone", "group")),
        "edges/rec/1/syn_weight": (VALUES, ("gone", "group")),
        "edges/rec/indices/target_to_source/node_id_to_range": (
            {**SHAPES, "words": words, "beyond": last(99), "backwards": backwards, "flat": lambda v: v[:, 0]},
            ("gone", "group", "square"),
        ),
        "edges/rec/indices/target_to_source/range_to_edge_id": (
            {**SHAPES, "words": words, "beyond": last(99), "backwards": backwards, "flat": lambda v: v[:, 0],
             "negative": first(-3), "shifted": lambda values: np.roll(values, 1, axis=0)},
            ("gone", "group", "square"),
        ),
    },
    "in.h5": {
        "edges/in/source_node_id": ({**IDS, "unknown": first(99)}, ()),
        "edges/in/target_node_id": ({**IDS, "unknown": first(99), "sparse": "sparse"}, ()),
        "edges/in/edge_type_id": ({**IDS, "unknown": first(999)}, ()),
        "edges/in/0/nsyns": ({**VALUES, "negative": first(-1), "fractions": fractions}, ("gone", "group")),
    },
    "spikes.h5": {
        "spikes": ({"gone": "gone"}, ()),
        "spikes/ext": ({"gone": "gone"}, ()),
        "spikes/ext/node_ids": (IDS, ()),
        "spikes/ext/timestamps": ({**VALUES, "negative": first(-1.0)}, ()),
    },
}  # fmt: skip
FILES = (
    "simulation.json", "circuit.json", "node_sets.json", "cells.h5", "ext.h5", "rec.h5", "in.h5", "spikes.h5",
    "cell_types.csv", "ext_types.csv", "rec_types.csv", "in_types.csv",
    "fire.json", "exc.json",
)  # fmt: skip
ELSEWHERE = {
    "circuit.json:networks=gone": ("simulation.json", "networks.nodes"),
    "circuit.json:components=gone": ("simulation.json", "components.biophysical_neuron_models_dir"),
    "circuit.json:networks.edges[0].edge_types_file=gone": ("rec.h5", "delay"),
    "circuit.json:networks.edges[0].edge_types_file=null": ("rec.h5", "delay"),
    "circuit.json:manifest.$NET=5": ("circuit.json", "nodes_file"),
    'simulation.json:manifest.$OUT="/elsewhere"': ("simulation.json", "output.output_dir"),
    "node_sets.json:detailed=gone": ("simulation.json", "inputs.clamp.node_set", "detailed"),
    "cells.h5:nodes/cells/node_id:moved": ("rec.h5", "node 4"),
    "rec.h5:edges/rec/source_node_id:unknown": ("rec.h5", "edge 0", "node 99"),
    "in.h5:edges/in/source_node_id:unknown": ("in.h5", "edge 0", "node 99"),
    "rec.h5:edges/rec/0/afferent_section_id:unknown": ("rec.h5", "edge 0", "section 9"),
}
"""Where a mistake shows itself in another place: what its message names."""
OTHERS = (
    ("two edge populations of a name", twins, ("in.h5", "edges/rec")),
    ("two node populations of a name", again, ("cells.h5", "cells")),
    ("node types twice", in_text("cell_types.csv", "101 ", "100 "), ("cell_types.csv", "node_type_id 100")),
    ("column twice", in_text("rec_types.csv", "delay", "syn_weight"), ("rec_types.csv", "syn_weight")),
    ("commas", in_text("cell_types.csv", " ", ","), ("cell_types.csv", "node_type_id")),
    ("field too many", in_text("cell_types.csv", "NULL\n", "NULL 5\n"), ("cell_types.csv", "line 3")),
    ("type is a word", in_text("cell_types.csv", "101 ", "many "), ("cell_types.csv", "line 3")),
    ("no such model_type", in_text("cell_types.csv", " biophysical", " biphysical"),
     ("cell_types.csv", "model_type")),
    ("no such template", in_text("cell_types.csv", "ctdb:", "cdtb:"), ("cell_types.csv", "model_template")),
    ("no such schema", in_text("cell_types.csv", "nrn:", "nest:"), ("cell_types.csv", "model_template")),
    ("no such morphology", in_text("cell_types.csv", "ball.swc", "bull.swc"), ("morphology", "bull.swc")),
    ("no such cell file", in_text("cell_types.csv", "fire.json", "fires.json"),
     ("cell_types.csv", "fires.json")),
    ("no such fit", in_text("cell_types.csv", "fit.json", "fits.json"), ("cell_types.csv", "fits.json")),
    ("no such synapse file", in_text("rec_types.csv", "exc.json", "exx.json"), ("rec_types.csv", "exx.json")),
    ("no time constant", in_json("exc.json", "tau1", GONE), ("exc.json", "tau1", "exp2syn")),
    ("parameters are words", more_in_h5("cells.h5", "nodes/cells/0/dynamics_params/tau", ["slow"] * 4),
     ("cells.h5", "dynamics_params/tau")),
    ("delay is a word", in_text("in_types.csv", " 1.0 ", " soon "), ("in_types.csv", "delay")),
    ("delay is negative", in_text("in_types.csv", " 1.0 ", " -1.0 "), ("in_types.csv", "delay")),
    ("delay is missing", in_text("in_types.csv", " 1.0 ", " NULL "), ("in_types.csv", "delay")),
    ("weight is a word", in_text("in_types.csv", " 0.001 ", " big "), ("in_types.csv", "syn_weight")),
    ("weight is missing", in_text("in_types.csv", " 0.001 ", " NaN "), ("in_types.csv", "syn_weight")),
    ("synapse is missing", in_text("in_types.csv", " exp2syn ", " NULL "),
     ("in_types.csv", "model_template")),
    ("no such part of a cell", in_text("in_types.csv", "['soma']", "['sooma']"),
     ("in_types.csv", "target_sections")),
    ("no list", in_text("in_types.csv", "['soma']", "['soma"), ("in_types.csv", "target_sections")),
    ("nothing so far away", in_text("in_types.csv", "[0.0, 100.0]", "[900.0, 999.0]"),
     ("in_types.csv", "distance_range")),
    ("no range", in_text("in_types.csv", "[0.0, 100.0]", "[0.0"), ("in_types.csv", "distance_range")),
    ("no population of sources", attribute("rec.h5", "edges/rec/source_node_id", "node_population", GONE),
     ("rec.h5", "source_node_id", "node_population")),
    ("no such sources", attribute("rec.h5", "edges/rec/source_node_id", "node_population", "x"),
     ("rec.h5", "'x'")),
    ("no population of targets", attribute("in.h5", "edges/in/target_node_id", "node_population", GONE),
     ("in.h5", "target_node_id", "node_population")),
    ("no such targets", attribute("in.h5", "edges/in/target_node_id", "node_population", "x"),
     ("in.h5", "'x'")),
    ("no spike of a node", in_h5("spikes.h5", "spikes/ext/node_ids", lambda values: values + 50),
     ("spikes.h5", "node_ids")),
    ("no such unit", attribute("spikes.h5", "spikes/ext/timestamps", "units", "fortnights"),
     ("spikes.h5", "timestamps", "unit")),
    ("a circle of node sets", circle, ("node_sets.json", "both")),
    ("misspelled section", in_json("circuit.json", "network", {}), ("circuit.json", "network")),
)  # fmt: skip
