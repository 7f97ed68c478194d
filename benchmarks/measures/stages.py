"""The gateway's own clocks, read from its metrics before and after."""

from __future__ import annotations

import re
from dataclasses import dataclass

from benchmarks.stack import Stack

LINE = re.compile(r'onethread_stage_seconds_(sum|count)\{stage="(\w+)"\} (\S+)')


@dataclass(frozen=True, slots=True)
class Before:
    """Sum of seconds and count so far, by stage."""

    stages: dict[str, tuple[float, float]]

    @classmethod
    async def read(cls, stack: Stack) -> Before:
        """As the gateway's ``/metrics`` says now."""
        headers = {"Authorization": f"Bearer {stack.plan.settings.internal_api_token}"}
        async with stack.http.get(f"{stack.internal}/metrics", headers=headers) as answer:
            return cls(parse(await answer.text()))


def parse(text: str) -> dict[str, tuple[float, float]]:
    """Sum and count of each stage in Prometheus's text format."""
    found: dict[str, dict[str, float]] = {}
    for kind, stage, value in LINE.findall(text):
        found.setdefault(stage, {})[kind] = float(value)
    return {stage: (values.get("sum", 0.0), values.get("count", 0.0)) for stage, values in found.items()}


async def stage_means(stack: Stack, before: Before) -> dict[str, float]:
    """Mean seconds of each stage since ``before``."""
    means: dict[str, float] = {}
    for stage, (total, count) in (await Before.read(stack)).stages.items():
        old_total, old_count = before.stages.get(stage, (0.0, 0.0))
        if count > old_count:
            means[stage] = (total - old_total) / (count - old_count)
    return means
