"""What a check has found so far."""

from dataclasses import dataclass, field

from netspec.errors import Problem
from netspec.lems.tree import Place


@dataclass
class Findings:
    """problems: mistakes; notes: what is odd, but runs; components: how many were looked at."""

    problems: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)
    components: int = 0

    def wrong(self, place: Place, message: str) -> None:
        """A mistake; the same one is said once."""
        problem = Problem(str(place), message)
        if problem not in self.problems[-50:]:
            self.problems.append(problem)

    def odd(self, place: Place, message: str) -> None:
        """Something that is no mistake, but should be looked at."""
        self.notes.append(Problem(str(place), message))
