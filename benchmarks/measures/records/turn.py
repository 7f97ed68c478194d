"""A whole turn with what happened kept, against one of an installation that keeps nothing (``RECORDING=off``)."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from statistics import median

from benchmarks import numbers
from benchmarks.results import Figure, Found, at_most
from benchmarks.stack import Stack, running, settled
from benchmarks.traffic import Missing, Senders, line, reply_counts, texts
from bot.redis_store.client.base import connect
from bot.redis_store.facts import fact_streams

MS = 1000.0
CONVERSATIONS, MESSAGES = 4, 30
"""Of each side in a run, and messages of each: one sender may write 40 a minute."""


@dataclass(slots=True)
class Side:
    """One installation and the seconds of its turns, run by run."""

    stack: Stack
    senders: Senders
    runs: list[list[float]] = field(default_factory=list)

    async def converse(self, counts: list[int]) -> None:
        """One customer's conversation; returns when all that it brought about is kept."""
        tel = self.senders.new()
        for number, replies in enumerate(counts):
            self.runs[-1].append(await texts(self.stack, tel, line(number), replies))
        self.stack.vendor.forget(tel)
        await settled(self.stack)
        await kept(self.stack)


async def kept(stack: Stack, seconds: float = 60.0) -> None:
    """Wait until no fact waits in Redis. Raises Missing when some still do."""
    client = connect(stack.plan.settings.redis_url)
    try:
        async with asyncio.timeout(seconds):
            while sum([await client.xlen(stream) for stream in fact_streams()]):  # noqa: ASYNC110 - Redis tells no event of it
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise Missing("facts still wait in Redis: the recorder is not at work") from None
    finally:
        await client.aclose()


async def measure(runs: int) -> list[Found]:
    """Conversation by conversation in turn; who begins changes with each."""
    async with running() as one, running(settings={"RECORDING": "off"}) as other:
        on, off = Side(one, Senders("+1995")), Side(other, Senders("+1994"))
        counts = await reply_counts(one, on.senders, MESSAGES)
        if await reply_counts(other, off.senders, MESSAGES) != counts:
            raise Missing("the two installations answer differently")
        for _ in range(runs):
            for side in (on, off):
                side.runs.append([])
            for number in range(CONVERSATIONS):
                for side in (on, off) if number % 2 else (off, on):
                    await side.converse(counts)
    figures = [
        at_most("whole turn, recorder on / off, median", numbers.ratio_of(on.runs, off.runs), 1.03),
        Figure("the same at the 95th percentile", numbers.ratio_of(on.runs, off.runs, numbers.p95)),
        Figure("whole turn, recorder on, median", median(median(run) for run in on.runs) * MS, "ms"),
        Figure("whole turn, recorder off, median", median(median(run) for run in off.runs) * MS, "ms"),
    ]
    notes = (
        "Turn: two installations side by side, one with `RECORDING=off`, conversation by conversation in turn: "
        f"{CONVERSATIONS} of {MESSAGES} messages on each side in a run. Before the next begins all is kept, so that a recorder "
        "disturbs the turns of its own side alone.",
    )
    return [Found("recording", "A whole turn with what happens kept", runs, tuple(figures), notes)]
