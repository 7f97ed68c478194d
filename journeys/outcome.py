"""What a run tells of a journey."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from journeys.script import Journey, Step
from journeys.seats import Line, Seat


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a journey: ``trouble`` is None when all went as written."""

    journey: Journey
    trouble: str | None
    told: tuple[str, ...]
    seconds: float

    def __str__(self) -> str:
        told = "\n".join(f"    {line}" for line in self.told)
        if self.trouble is None:
            return f"ok    {self.journey.name}"
        return f"FAIL  {self.journey.name}  ({self.journey.file})\n{told}\n    >>> {self.trouble}"


@dataclass(slots=True)
class Told:
    """The lines of a journey under way: what was done, and what came."""

    lines: list[str] = field(default_factory=list)
    _shown: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))

    def step(self, step: Step, words: str) -> None:
        """What somebody does."""
        doing = f"{step.verb} {words}".strip() if step.verb not in ("says", "receives") else words
        if step.verb != "receives":
            self.lines.append(f"{step.who:9} > {doing}")

    def news(self, seats: Mapping[str, Seat]) -> None:
        """What came since this was last asked."""
        for channel, seat in seats.items():
            lines = seat.lines
            self.lines += [told for line in lines[self._shown[channel] :] for told in as_told(channel, line)]
            self._shown[channel] = len(lines)


def as_told(channel: str, line: Line) -> Iterable[str]:
    """A line that came, as a run tells it."""
    options = f"   [{'] ['.join(line.options)}]" if line.options else ""
    first, *rest = (line.text + options).splitlines() or [""]
    yield f"{channel:9} < {first}"
    yield from (f"{'':9}   {more}" for more in rest)
