"""The few statistics that the benchmarks report. Pure functions; seconds in, seconds out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from statistics import median


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which ``share`` (0 to 1) of the values lie, by linear interpolation. ValueError without values."""
    if not values:
        raise ValueError("no values")
    ordered = sorted(values)
    place = (len(ordered) - 1) * share
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def p95(values: Sequence[float]) -> float:
    """The 95th percentile."""
    return percentile(values, 0.95)


def ratio_of(
    above: Sequence[Sequence[float]], below: Sequence[Sequence[float]], of: Callable[[Sequence[float]], float] = median
) -> float:
    """The median over the runs of ``of(above) / of(below)``, both of one run. ValueError when the runs do not pair."""
    if len(above) != len(below) or not above:
        raise ValueError("each run needs both sides")
    return median(of(one) / of(other) for one, other in zip(above, below, strict=True))


def slope(points: Sequence[tuple[float, float]]) -> float:
    """Growth of y per unit of x, by least squares. ValueError when x does not vary."""
    count = len(points)
    mean_x, mean_y = sum(x for x, _ in points) / max(count, 1), sum(y for _, y in points) / max(count, 1)
    spread = sum((x - mean_x) ** 2 for x, _ in points)
    if not spread:
        raise ValueError("x does not vary")
    return sum((x - mean_x) * (y - mean_y) for x, y in points) / spread
