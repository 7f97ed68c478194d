"""What the processes hold at rest, and whether they grow: ten thousand messages of ever new customers."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from statistics import median

import psutil

from benchmarks import numbers
from benchmarks.results import Figure, Found, at_most
from benchmarks.stack import Stack, running, settled
from benchmarks.traffic import Senders, line, reply_counts, texts

MB = 1_000_000
WARM, MESSAGES, STEP = 2_000, 10_000, 1_000
AT_ONCE, EACH = 24, 10
"""Customers at once, and messages of each: a thousand customers in all."""
FLAT = {"gateway": 5.0, "rasa": 5.0}
"""MB per 10,000 messages up to which growth counts as none: what the allocator moves by."""


def held(pids: Mapping[str, int]) -> dict[str, float]:
    """PSS in MB of each part with its children: shared pages are divided among those who map them, so parts add up."""
    return {name: sum(member.memory_full_info().pss for member in _family(pid)) / MB for name, pid in pids.items()}


def resident(pids: Mapping[str, int]) -> float:
    """RSS in MB of all parts: shared pages count in each."""
    return sum(member.memory_info().rss for pid in pids.values() for member in _family(pid)) / MB


def _family(pid: int) -> list[psutil.Process]:
    process = psutil.Process(pid)
    return [process, *process.children(recursive=True)]


async def talk(stack: Stack, senders: Senders, counts: list[int], messages: int) -> None:
    """That many messages, each customer in turn with a new number."""
    left = iter(range(messages // EACH))

    async def one_after_another() -> None:
        for _ in left:
            tel = senders.new()
            for number in range(EACH):
                await texts(stack, tel, line(number), counts[number], timeout=60.0)
            stack.vendor.forget(tel)

    async with asyncio.TaskGroup() as group:
        for _ in range(AT_ONCE):
            group.create_task(one_after_another())


async def _at_rest(stack: Stack) -> tuple[dict[str, float], float]:
    """PSS of each part and RSS of all, a moment after the start."""
    await asyncio.sleep(5)
    return held(stack.pids()), resident(stack.pids())


async def measure(runs: int) -> list[Found]:
    """At rest: that many starts. Growth: one long run, the slope of many readings."""
    found: list[tuple[dict[str, float], float]] = []
    for _ in range(runs - 1):
        async with running() as stack:
            found.append(await _at_rest(stack))
    senders = Senders("+1996")
    async with running() as stack:
        found.append(await _at_rest(stack))
        pids = stack.pids()
        counts = await reply_counts(stack, senders, EACH)
        await talk(stack, senders, counts, WARM)
        points = [(0.0, await _after(stack, pids))]
        for done in range(STEP, MESSAGES + 1, STEP):
            await talk(stack, senders, counts, STEP)
            points.append((float(done), await _after(stack, pids)))
    rest = {name: median(one[name] for one, _ in found) for name in pids}
    growth = {name: numbers.slope([(x, then[name]) for x, then in points]) * MESSAGES for name in pids}
    figures = [
        at_most("all processes at rest, RSS", median(rss for _, rss in found), 700, "MB"),
        Figure("the same, PSS", median(sum(one.values()) for one, _ in found), "MB"),
    ]
    figures += [Figure(f"... {name}, PSS", value, "MB") for name, value in rest.items()]
    for name, grown in growth.items():
        label = f"growth of {name} per {MESSAGES:,} messages"
        figures.append(at_most(label, grown, FLAT[name], "MB") if name in FLAT else Figure(label, grown, "MB"))
    last = median(sum(then.values()) for _, then in points[-3:])
    figures.append(Figure(f"all processes after {WARM + MESSAGES:,} messages, PSS", last, "MB"))
    notes = (
        f"At rest: medians over {runs} starts, five seconds after each. Growth: one run.",
        f"After {WARM:,} messages to warm up, {MESSAGES:,} more by {MESSAGES // EACH:,} customers; growth is the slope of "
        f"{MESSAGES // STEP + 1} readings.",
        "Valkey holds the conversations: it grows by what is kept (`docs/capacity.md`).",
    )
    return [Found("memory", "Memory", runs, tuple(figures), notes)]


async def _after(stack: Stack, pids: Mapping[str, int]) -> dict[str, float]:
    await settled(stack)
    return held(pids)
