"""Writes facts, and what follows from them, in one transaction; whatever is there already changes nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Insert, case, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from records.facts import KINDS, Aside, Fact, audit, fact_of
from records.sql import tables
from records.sql.derive import Derived, derived, row_of
from records.sql.many import POSTGRESQL, insert_new, inserting, run


@dataclass(frozen=True, slots=True)
class Kept:
    """Facts that were added, that were there already, and what was set aside (new ones only)."""

    added: int = 0
    already: int = 0
    aside: int = 0

    def __add__(self, other: Kept) -> Kept:
        return Kept(self.added + other.added, self.already + other.already, self.aside + other.aside)


async def keep(connection: AsyncConnection, facts: Sequence[Fact], asides: Sequence[Aside], now: datetime) -> Kept:
    """Within the caller's transaction. Of what is set aside for the first time a fact is kept as well."""
    new_asides = await _keep_asides(connection, asides, now)
    wanted = {(fact.id, fact.at): fact for fact in (*facts, *(_told(one, now) for one in new_asides))}
    found = await without_erased(connection, [wanted[key] for key in sorted(wanted)])
    added = await insert_new(connection, tables.facts, [row_of(fact) for fact in found], "id")
    new = set(added)
    await _keep_derived(connection, derived(fact for fact in found if fact.id in new))
    return Kept(len(added) - len(new_asides), len(facts) + len(new_asides) - len(added), len(new_asides))


async def _keep_asides(connection: AsyncConnection, asides: Sequence[Aside], now: datetime) -> list[Aside]:
    rows = {
        one.id: {"id": one.id, "kind": one.kind, "version": one.version, "why": one.why, "raw": one.raw, "since": now}
        for one in asides
    }
    new = set(await insert_new(connection, tables.facts_aside, [rows[one] for one in sorted(rows)], "id"))
    return list({one.id: one for one in asides if one.id in new}.values())


def _told(one: Aside, now: datetime) -> Fact:
    body = audit.KeptAside(aside_id=one.id, of_kind=one.kind or "", of_version=one.version, why=one.why)
    return fact_of(body, cause=one.id, at=now)


async def _keep_derived(connection: AsyncConnection, rows: Derived) -> None:
    await insert_new(connection, tables.lines, rows.lines, "id")
    if rows.conversations:
        found = inserting(connection, tables.conversations, list(rows.conversations[0]))
        await run(connection, _meeting(found, connection), rows.conversations, tables.conversations.c.id)
    await insert_new(connection, tables.conversation_marks, rows.marks, "value")
    await insert_new(connection, tables.joins, rows.linked, "link_id")
    if rows.undone:
        found = inserting(connection, tables.joins, list(rows.undone[0]))
        ended = {name: found.excluded[name] for name in ("undone_at", "restored_id")}
        statement = found.on_conflict_do_update(index_elements=["link_id"], set_=ended)
        await run(connection, statement, rows.undone, tables.joins.c.link_id)


def _meeting(found: Any, connection: AsyncConnection) -> Insert:
    """As ``derive._meet``, in SQL: the row of a conversation that is there, and what new facts say of it."""
    table, new = tables.conversations.c, found.excluded
    postgres = connection.dialect.name == POSTGRESQL
    least, greatest = (func.least, func.greatest) if postgres else (func.min, func.max)
    changed: dict[str, Any] = {
        "first_at": least(table.first_at, new.first_at),
        "last_at": greatest(table.last_at, new.last_at),
    }
    for moment, *values in (("contact_at", "contact_id", "pseudonym"), ("intent_at", "last_intent"), ("outcome_at", "outcome")):
        known, told = table[moment], new[moment]
        equal = (told == known) & (new[values[0]] > table[values[0]])
        newer = told.is_not(None) & or_(known.is_(None), told > known, equal)
        changed |= {name: case((newer, new[name]), else_=table[name]) for name in (*values, moment)}
    statement: Insert = found.on_conflict_do_update(index_elements=["id"], set_=changed)
    return statement


def id_hash(name: str) -> str:
    """How an erased contact, or its conversation, is recognised in facts that were on their way: the id itself is gone."""
    return hashlib.sha256(name.encode()).hexdigest()


async def without_erased(connection: AsyncConnection, facts: list[Fact]) -> list[Fact]:
    """The facts, without the person in those of a contact that was erased meanwhile, or of its conversation."""
    hashes = {id_hash(name): name for name in {_whose(fact) for fact in facts} if name}
    if not hashes:
        return facts
    known = tables.erased.c
    asked = select(known.id_hash, known.pseudonym).where(known.id_hash.in_(sorted(hashes)))
    gone = {hashes[one]: pseudonym for one, pseudonym in (await connection.execute(asked))}
    return [stripped(fact, gone[name]) if (name := _whose(fact)) in gone else fact for fact in facts] if gone else facts


def _whose(fact: Fact) -> str | None:
    """A fact that names nobody is about whom its conversation is with."""
    return fact.contact or fact.conversation_id


def stripped(fact: Fact, pseudonym: str | None) -> Fact:
    """The fact as a figure: no contact, no personal field."""
    personal = KINDS[fact.kind].personal if fact.kind in KINDS else ()
    body = {name: value for name, value in fact.body.items() if name not in personal}
    return replace(fact, contact=None, pseudonym=pseudonym, body=body)
