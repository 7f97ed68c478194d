"""What the records hold, counted against what the customers sent and what the vendor took.

Read from PostgreSQL itself, by the straight road, once nothing waits any more.
"""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, LiteralString

import psycopg

from benchmarks.chaos.load import Customer
from benchmarks.chaos.stack import Stack
from benchmarks.chaos.verdict import DONE, Sent, journal_of, records_of
from bot.redis_store.facts import fact_streams

DRAINED = 240.0
"""Seconds within which all is kept once the faults are over: what a dead recorder had in hand is another's after a minute, and
after a long absence of the database the next try comes within 15 seconds."""
COUNTED = ["message_in", "turn", "reply", "delivery"]


@dataclass(slots=True)
class Kept:
    """Counts over all facts; ``details`` has a sentence for each that is not as it should be (ids only)."""

    facts: int = 0
    lost: int = 0
    doubled: int = 0
    aside: int = 0
    drained: bool = True
    seconds: float = 0.0
    details: list[str] = field(default_factory=list)

    @property
    def good(self) -> bool:
        """Everything is there once."""
        return self.drained and not (self.lost or self.doubled or self.aside)

    def once(self, what: str, times: int) -> None:
        """This was to be there once, and is so many times."""
        if times == 0:
            self.lost += 1
            self.details.append(f"lost: no fact of {what}")
        elif times > 1:
            self.doubled += times - 1
            self.details.append(f"doubled: {times} facts of {what}")


@dataclass(slots=True)
class Found:
    """Facts by kind and what they are about: a message's id, with its state for deliveries; and the words of replies."""

    of: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    words: dict[str, str] = field(default_factory=dict)

    def add(self, kind: str, body: Mapping[str, Any]) -> None:
        """Count one."""
        name = str(body["message_id"])
        self.of[kind][f"{name} {body['state']}" if kind == "delivery" else name] += 1
        if kind == "reply":
            self.words[name] = str(body.get("text", ""))


async def drained(stack: Stack, seconds: float = DRAINED) -> bool:
    """Wait until no fact waits in Redis; False when some still do after ``seconds``."""
    try:
        async with asyncio.timeout(seconds):
            while sum([int(await stack.client.xlen(key)) for key in fact_streams()]):  # noqa: ASYNC110 - Redis tells no event
                await asyncio.sleep(0.2)
    except TimeoutError:
        return False
    return True


async def count(stack: Stack, customers: Sequence[Customer]) -> Kept:
    """Wait until all is kept, then count. Call it when nobody writes any more."""
    began, kept = monotonic(), Kept()
    kept.drained = await drained(stack)
    kept.seconds = monotonic() - began
    found, journal = await _read(stack, kept), journal_of(stack)
    for customer in customers:
        for message_id in customer.accepted:
            kept.once(f"message_in {message_id}", found.of["message_in"][message_id])
            kept.once(f"turn {message_id}", found.of["turn"][message_id])
        for sent in [one for each in (await records_of(stack, customer)).values() for one in each]:
            _reply(kept, found, sent, journal[customer.address.partition(":")[2]])
    return kept


def _reply(kept: Kept, found: Found, sent: Sent, taken: Mapping[str, str]) -> None:
    """It is there once, that it was sent is there once, and what the vendor took begins with its words (options follow them)."""
    name = f"{sent.message_id}>{sent.part}"
    kept.once(f"reply {name}", found.of["reply"][name])
    if sent.state in DONE:
        kept.once(f"delivery {name} sent", found.of["delivery"][f"{name} sent"])
    words = found.words.get(name, "")
    for came in [taken[external] for external in sent.external[:1] if external in taken]:
        if not came.startswith(words):
            kept.lost += 1
            kept.details.append(f"lost: {name} is kept as {words!r}, and the vendor took {came!r}")


async def _read(stack: Stack, kept: Kept) -> Found:
    """All facts that are counted, and how many there are of every kind."""
    found = Found()
    async with await psycopg.AsyncConnection.connect(stack.database.server.url()) as connection:
        kept.facts = await _number(connection, "SELECT count(*) FROM facts")
        kept.aside = await _number(connection, "SELECT count(*) FROM facts_aside")
        # the key of the table is the id and the time: one id under two times would be one fact twice
        kept.doubled = await _number(connection, "SELECT count(*) - count(DISTINCT id) FROM facts")
        lines = await _number(connection, "SELECT count(*) FROM lines")
        asked = "SELECT kind, body FROM facts WHERE kind = ANY(%s)"
        async for kind, body in await connection.execute(asked, [COUNTED]):
            found.add(kind, body)
    told = found.of["message_in"].total() + found.of["reply"].total()
    if lines != told:
        kept.lost += abs(told - lines)
        kept.details.append(f"lost: the transcripts have {lines} lines for {told} messages")
    return found


async def _number(connection: psycopg.AsyncConnection[Any], asked: LiteralString) -> int:
    [(number,)] = await (await connection.execute(asked)).fetchall()
    return int(number)
