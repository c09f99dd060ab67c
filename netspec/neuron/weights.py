"""Weights of NetCons as they change: copied in one piece between two windows of the run."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
from neuron import h
from numpy.typing import NDArray

from netspec.errors import Problem, SpecError
from netspec.plan import Plan

if TYPE_CHECKING:
    from netspec.neuron.connections import LiveConnections

Course = tuple[NDArray[np.float64], NDArray[np.float64]]
POINT = """
func netspec_point_at_weights() { local i  localobj nc
  for i = 0, $o3.size() - 1 {
    nc = $o2.o($o3.x[i])
    if ($o4.x[i] >= nc.wcnt()) { return i }
    $o1.pset(i, &nc.weight[$o4.x[i]])
  }
  return -1
}
"""


def point_at_weights(pointers: Any, netcons: Any, positions: Any, index: Any) -> int:
    """Let a PtrVector point at weights of NetCons in a List; the first that there is not, or -1."""
    if not hasattr(h, "netspec_point_at_weights"):
        h(POINT)
    return int(h.netspec_point_at_weights(pointers, netcons, positions, index))


class LiveWeights:
    """Samples of the weights of this rank's `plan.recordings.weights`."""

    def __init__(self, plan: Plan, connections: "LiveConnections"):
        self.rows: NDArray[np.int64] = plan.recordings.weights
        given = plan.model.spec.simulation.weight_options
        self.step = float(given["step"])
        count, index = len(self.rows), given.get("index")
        self._pointers, self._now = h.PtrVector(max(count, 1)), h.Vector(max(count, 1))
        self._times: list[float] = []
        self._samples: list[NDArray[np.float64]] = []
        chosen = connections.weight_index(self.rows) if index is None else np.full(count, index)
        self._point(connections, chosen)

    def clear(self) -> None:
        """Forget an earlier run."""
        self._times, self._samples = [], []

    def sample(self, time: float) -> None:
        """Keep the weights as they are at a time [ms]."""
        if len(self.rows):
            self._pointers.gather(self._now)
        self._times.append(round(time, 9))
        self._samples.append(np.array(self._now.as_numpy()[: len(self.rows)]))

    def course(self, earlier: Iterable[Course] = ()) -> Course:
        """Times (samples,) [ms] and weights (samples, rows) [uS] so far. earlier: what was taken away."""
        values = np.array(self._samples).reshape(len(self._times), len(self.rows))
        parts = [*earlier, (np.array(self._times), values)]
        return np.concatenate([times for times, _ in parts]), np.concatenate([some for _, some in parts])

    def take(self) -> Course:
        """The course so far, which is not kept any longer."""
        taken = self.course()
        self.clear()
        return taken

    @property
    def held(self) -> int:
        """Numbers that are in memory."""
        return len(self._times) * len(self.rows)

    def _point(self, connections: "LiveConnections", index: NDArray[Any]) -> None:
        if not len(self.rows):
            return
        ends = (h.Vector(np.asarray(a, float)) for a in (connections.positions(self.rows), index))
        wrong = point_at_weights(self._pointers, connections.netcons, *ends)
        if wrong >= 0:
            netcon = connections.netcon(int(self.rows[wrong]))
            message = f"{netcon.syn().hname()} has {int(netcon.wcnt())} weights, none of index {index[wrong]}"
            raise SpecError([Problem("simConfig.saveWeights.index", message)])
