"""The indexes are there for these queries: each is used, in both databases, and none reads a whole table."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Select, and_, event, select, text

from records.facts import REGISTER, About, Retention
from records.sql import Question, RecordsStore
from records.sql.engine import reading, writing
from records.sql.tables import facts
from tests.records.stories import ANA, at, said, talk

MANY = 3000


@pytest.fixture
async def full(store: RecordsStore) -> RecordsStore:
    """Enough rows for a planner to prefer an index."""
    await store.keep([said(About(f"c{n}", f"p{n}", "web"), n, f"hello {n}", minutes=-n) for n in range(MANY)])
    await store.keep([*talk(ANA), *(said(ANA, n, f"line {n}") for n in range(10, 300))])
    async with writing(store.engine) as connection:
        await connection.execute(text("ANALYZE"))
    return store


async def plans(store: RecordsStore, run: Any) -> str:
    """How the database goes about all the statements of a call."""
    seen: list[tuple[str, Any]] = []

    def note(_: Any, __: Any, statement: str, parameters: Any, *___: Any) -> None:
        if statement.lstrip().startswith("SELECT"):
            seen.append((statement, parameters))

    event.listen(store.engine.sync_engine, "before_cursor_execute", note)
    await run
    event.remove(store.engine.sync_engine, "before_cursor_execute", note)
    explain = "EXPLAIN " if store.engine.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN "
    found = []
    async with reading(store.engine) as connection:
        for statement, parameters in seen:
            rows = await connection.exec_driver_sql(explain + statement, parameters)
            found += [str(row[-1]) for row in rows]
    return "\n".join(found)


def whole(plan: str) -> list[str]:
    """Steps that read all of facts, lines or conversations, by either database's word for it. Empty partitions cost nothing."""
    words = (
        "Seq Scan on facts",
        "Seq Scan on lines",
        "Seq Scan on conversations",
        "SCAN facts",
        "SCAN lines",
        "SCAN conversations",
    )
    steps = [step for step in plan.splitlines() if any(word in step for word in words)]
    return [step for step in steps if "INDEX" not in step and "cost=0.00..0.00" not in step]


async def test_a_page_of_lines(full: RecordsStore) -> None:
    page = await full.lines("c_ana")
    plan = await plans(full, full.lines("c_ana", before=page.before))
    assert "lines_in_order" in plan and whole(plan) == []


async def test_facts_of_a_conversation_and_of_a_contact(full: RecordsStore) -> None:
    plan = await plans(full, full.facts_of("c_ana"))
    assert "conversation_id" in plan and whole(plan) == []
    plan = await plans(full, full.subject(["p77"]))
    assert "contact" in plan and whole(plan) == []


async def test_a_search_by_words(full: RecordsStore) -> None:
    plan = await plans(full, full.search(Question(q="941")))
    assert "lines_words" in plan and [step for step in whole(plan) if "lines" in step] == []


async def test_a_list_of_the_latest(full: RecordsStore) -> None:
    plan = await plans(full, full.search(Question(), limit=10))
    assert "conversations_by_time" in plan and whole(plan) == []


async def test_the_proposals(full: RecordsStore) -> None:
    plan = await plans(full, full.proposals())
    assert whole(plan) == [] and "facts_by_time" not in plan


async def test_what_retention_looks_for(full: RecordsStore) -> None:
    async def look() -> None:
        kinds = REGISTER.kept_as(Retention.WORDS)
        old = and_(facts.c.kind.in_(kinds), facts.c.expires, facts.c.at < at(-MANY + 10))
        query: Select[Any] = select(facts.c.at).where(old).order_by(facts.c.at).offset(4999).limit(1)
        async with reading(full.engine) as connection:
            await connection.execute(query)

    plan = await plans(full, look())
    assert ("facts_to_purge" in plan or "facts_2026" in plan) and whole(plan) == []
