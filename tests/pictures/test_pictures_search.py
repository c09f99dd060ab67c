"""Pictures of searches look as they did: 4 x 3 inch at 80 dpi, beside tests/pictures/baseline.

After a change that is meant: pytest tests/pictures --mpl-generate-path=tests/pictures/baseline, and look.
"""

import numpy as np
import pytest
from matplotlib.figure import Figure

from netspec.plots import search

COUNT = 24
A, B = np.linspace(0, 1, COUNT), (np.arange(COUNT) * 7 % COUNT) / COUNT
VALUES = (A - 0.3) ** 2 + 0.5 * B
MAP = np.array([[1.0, 2.0, 3.0], [4.0, np.nan, 6.5]])
PICTURES = {
    "heat_map": lambda ax: search.heat_map(
        MAP, ["low", "high"], [0.1, 0.2, 0.4], ax, ("b", "a", "rate [Hz]")
    ),
    "response": lambda ax: search.response(np.round(A * 4), VALUES, ax, ("a", "error")),
    "response_of_words": lambda ax: search.response(["exp", "alpha"] * 12, VALUES, ax, ("kind", "error")),
    "history": lambda ax: search.history(range(COUNT), VALUES, ax, "error", allowed=A > 0.2),
    "importance": lambda ax: search.importance({"a": 0.25, "b": 0.7, "c": 0.05}, ax, "error"),
    "parallel": lambda ax: search.parallel({"a": A, "b": B, "kind": ["x", "y"] * 12}, VALUES, ax, "error"),
    "front": lambda ax: search.front(np.stack([A, VALUES], 1), VALUES < 0.2, ax, ("a", "error")),
}


@pytest.mark.parametrize("name", PICTURES)
@pytest.mark.mpl_image_compare
def test_search(name):
    figure = Figure(figsize=(4, 3), dpi=80, layout="constrained")
    PICTURES[name](figure.subplots())
    return figure
