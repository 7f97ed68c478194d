"""In any order, in any batches, repeated, with crashes in between: the tables come out the same."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncConnection

from launch.processes.postgres import Postgres
from records.errors import RecordsUnavailable
from records.facts import About, Fact, fact_of
from records.facts.identity import IdentityLinked, IdentityUndone
from records.facts.talk import Turn
from records.sql import RecordsStore, opened, tables
from records.sql import keep as keeping
from records.sql.engine import writing
from tests.records.stories import ANA, BEN, KEY, NOW, answered, at, closed, everything, said, understood

LINK = {"link_id": "l1", "into": "c_ana", "part": "c_ben", "part_contact": "p_ben", "addresses": ("web:b",)}


def story() -> list[Fact]:
    """Two customers, several intents and outcomes at the same moments, a contact that changed, a join and its undo."""
    facts = [
        fact for n in range(4) for fact in (said(ANA, n, f"ana {n}"), answered(ANA, n, f"yes {n}"), answered(ANA, n, "!", 2))
    ]
    facts += [understood(ANA, 1, "balance"), understood(ANA, 2, "branch"), closed(ANA, 3, "solved"), closed(ANA, 2, "unsolved")]
    facts += [said(About("c_ana", "p_other", "web"), 7, "who is it?", minutes=3), said(BEN, 5, "ben", address="web:b")]
    same = [
        fact_of(Turn(message_id="m", intent=intent), cause=f"t{intent}", at=at(2), about=ANA, key=KEY)
        for intent in ("zero", "alpha")
    ]
    joined = fact_of(IdentityLinked(**LINK), cause="l1", at=at(4), about=ANA, key=KEY)
    undone = IdentityUndone(**LINK, linked_at=at(4), restored="c_new")
    return [*facts, *same, joined, fact_of(undone, cause="u1", at=at(6), about=About("c_new", "p_ana"), key=KEY)]


STORY = story()
SHUFFLED = st.permutations(range(len(STORY)))
CUTS = st.lists(st.integers(1, 9), min_size=1, max_size=len(STORY))
REPEATS = st.lists(st.integers(0, len(STORY) - 1), max_size=8)
CRASHES = st.sets(st.integers(0, 12), max_size=4)


class Crash(RecordsUnavailable):
    """The process, or the server, went down in the middle of a transaction."""


@dataclass(frozen=True)
class Play:
    """One way for the facts to arrive."""

    order: list[int]
    cuts: list[int]
    repeats: list[int]
    crashes: set[int]

    def batches(self) -> list[list[Fact]]:
        left, found = [*self.order, *self.repeats], []
        for cut in (*self.cuts, *[5] * len(left)):
            if left:
                found.append([STORY[n] for n in left[:cut]])
                left = left[cut:]
        return found


async def play(store: RecordsStore, given_play: Play) -> dict[str, Any]:
    """Each batch that crashed half way comes again, as it does from a stream."""
    real: Callable[..., Awaitable[None]] = keeping._keep_derived

    async def dies(connection: AsyncConnection, rows: Any) -> None:
        await real(connection, rows)
        raise Crash("down")

    for number, batch in enumerate(given_play.batches()):
        if number in given_play.crashes:
            keeping._keep_derived = dies
            try:
                await store.keep(batch)
            except Crash:
                pass
            finally:
                keeping._keep_derived = real
        await store.keep(batch)
    return await everything(store)


async def emptied(store: RecordsStore) -> None:
    async with writing(store.engine) as connection:
        for table in tables.metadata.sorted_tables:
            await connection.execute(table.delete())


def check(url: str, given_play: Play) -> None:
    async def both() -> None:
        store = await opened(url, lambda: NOW)
        try:
            await emptied(store)
            straight = await play(store, Play(list(range(len(STORY))), [len(STORY)], [], set()))
            await emptied(store)
            assert await play(store, given_play) == straight
            assert len(straight["facts"]) == len(STORY) and len(straight["lines"]) == 14
        finally:
            await store.close()

    asyncio.run(both())


PLAYS = st.builds(Play, SHUFFLED, CUTS, REPEATS, CRASHES)
EXAMPLES = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.generate],  # made smaller, a failure would take minutes to be told
)


@EXAMPLES
@given(PLAYS)
def test_sqlite_ends_the_same(tmp_path: Path, given_play: Play) -> None:
    check(f"sqlite:///{tmp_path / 'records.sqlite'}", given_play)


@settings(EXAMPLES, max_examples=12)
@given(PLAYS)
def test_postgresql_ends_the_same(postgres: Postgres, given_play: Play) -> None:
    check(one_database(postgres), given_play)


@lru_cache
def one_database(server: Postgres) -> str:
    """For all examples."""
    return server.new()
