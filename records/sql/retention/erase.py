"""Everything of one person: out of all tables, or into their own hands.

Facts stay as figures: contact, personal fields and the keyed pseudonym go, a random one takes its place. Lines and their words in
the full-text index are deleted. What other people said in the same conversations stays.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Table, Text, and_, cast, delete, func, null, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.model import stable_id
from records.facts import KINDS, audit, fact_of
from records.sql.cold_tables import cold_contacts, cold_conversations, cold_events
from records.sql.engine import reading, writing
from records.sql.keep import id_hash, keep
from records.sql.many import POSTGRESQL, insert_new, values_of
from records.sql.queries.reading import fact_in, fact_rows
from records.sql.retention.purge import Deleted
from records.sql.retention.strip import field_of, strip, without
from records.sql.retention.sweep import sweep
from records.sql.tables import AnyJson, conversations, erased, facts, facts_aside, joins, lines


async def erase(engine: AsyncEngine, contacts: Collection[str], now: datetime) -> Deleted:
    """In one transaction. Again does no harm: facts that came meanwhile are met at the door (table ``erased``)."""
    total = Deleted()
    async with writing(engine) as connection:
        for contact in sorted(set(contacts)):
            total += await _erase_one(connection, contact, now)
        body = audit.DeletedFact(why="erasure", stripped=total.stripped, removed=total.removed, lines=total.lines)
        cause = f"erase {now.isoformat()} {' '.join(sorted(map(id_hash, contacts)))}"[:1000]
        await keep(connection, [fact_of(body, cause=cause, at=now)], [], now)
    await sweep(engine)
    return total


async def _erase_one(connection: AsyncConnection, contact: str, now: datetime) -> Deleted:
    mine, theirs = await _places(connection, [contact]), await _theirs(connection, [contact])
    own = await _own(connection, [contact], mine)
    alias = await _alias(connection, [contact, *own], now)
    addresses, known_as = await _addresses(connection, theirs), await _pseudonyms(connection, contact)
    gone = await connection.execute(delete(lines).where(lines.c.id.in_(select(facts.c.id).where(theirs)), _in(lines, mine)))
    aside = await _erase_aside(connection, [contact, *own], addresses, mine)
    await _unsay(connection, or_(theirs, _in(facts, own)), addresses, alias)
    stripped = await strip(connection, theirs, pseudonym=alias)
    await _rename(connection, own, known_as, alias)
    here = conversations.c.contact_id == contact
    await connection.execute(update(conversations).where(here).values(contact_id=null(), pseudonym=alias))
    await _erase_links(connection, contact, own)
    await _erase_cold(connection, contact, own)
    return Deleted(stripped, {"aside": aside} if aside else {}, gone.rowcount)


async def _addresses(connection: AsyncConnection, theirs: ColumnElement[bool]) -> list[str]:
    """From where they wrote, or were written to."""
    address = field_of(connection, "address")
    found = (await connection.execute(select(address).where(theirs, address.is_not(None)).distinct())).scalars()
    return sorted(one for one in found if one)


async def _pseudonyms(connection: AsyncConnection, contact: str) -> list[str]:
    """The keyed ones: facts that lost their contact to retention have them still."""
    told = select(facts.c.pseudonym).where(facts.c.contact == contact, facts.c.pseudonym.is_not(None))
    listed = select(conversations.c.pseudonym).where(
        conversations.c.contact_id == contact, conversations.c.pseudonym.is_not(None)
    )
    return sorted((await connection.execute(told.union(listed))).scalars())


async def _unsay(connection: AsyncConnection, here: ColumnElement[bool], addresses: Sequence[str], alias: str) -> None:
    """Their addresses wherever else they stand in these facts: an id that somebody made of one, say."""
    body = cast(facts.c.body, Text)
    for address in addresses:
        named = or_(facts.c.cause.contains(address, autoescape=True), body.contains(address, autoescape=True))
        rest: ColumnElement[Any] = func.replace(body, address, alias)
        rest = cast(rest, AnyJson) if connection.dialect.name == POSTGRESQL else rest
        values = {"cause": func.replace(facts.c.cause, address, alias), "body": rest}
        await connection.execute(update(facts).where(here, named).values(values))


async def _rename(connection: AsyncConnection, own: Sequence[str], known_as: Sequence[str], alias: str) -> None:
    """Facts and conversations that keep nothing of them but the keyed pseudonym."""
    old = and_(_in(facts, own), facts.c.pseudonym.in_(known_as))
    await connection.execute(update(facts).where(old).values(pseudonym=alias))
    listed = and_(conversations.c.id.in_(own), conversations.c.pseudonym.in_(known_as))
    await connection.execute(update(conversations).where(listed).values(pseudonym=alias))


async def _erase_links(connection: AsyncConnection, contact: str, places: Sequence[str]) -> None:
    """Facts about a join are the other side's, and name this one."""
    mine = or_(joins.c.part_contact == contact, joins.c.part_id.in_(places))
    links = (await connection.execute(select(joins).where(mine))).all()
    await connection.execute(update(joins).where(mine).values(part_contact=null(), addresses=[]))
    around = {one for link in links for one in (link.into_id, link.part_id, link.restored_id) if one}
    for kind in ("identity_linked", "identity_undone"):
        told_of = field_of(connection, "link_id").in_([link.link_id for link in links])
        here = and_(facts.c.kind == kind, facts.c.conversation_id.in_(sorted(around)), told_of)
        await connection.execute(update(facts).where(here).values(body=without(connection, KINDS[kind].personal)))


async def _erase_cold(connection: AsyncConnection, contact: str, places: Sequence[str]) -> None:
    """Events of the tracker that have left Redis, and the contact's own record."""
    for table in (cold_events, cold_conversations, cold_contacts):
        await connection.execute(delete(table).where(table.c.conversation_id.in_(places)))
    await connection.execute(delete(cold_contacts).where(cold_contacts.c.contact_id == contact))


async def _places(connection: AsyncConnection, contacts: Collection[str]) -> list[str]:
    """Every conversation that they had a part in, those that they were joined into as well."""
    spoke = select(facts.c.conversation_id).where(facts.c.contact.in_(contacts), facts.c.conversation_id.is_not(None))
    had = select(conversations.c.id).where(conversations.c.contact_id.in_(contacts))
    joined = select(joins.c.into_id).where(joins.c.part_contact.in_(contacts))
    return sorted(set((await connection.execute(spoke.union(had, joined))).scalars()))


async def _own(connection: AsyncConnection, contacts: Collection[str], places: Sequence[str]) -> list[str]:
    """Those of them that are with nobody else."""
    table = conversations.c
    others = select(table.id).where(table.id.in_(places), table.contact_id.is_not(None), table.contact_id.not_in(contacts))
    return sorted(set(places) - set((await connection.execute(others)).scalars()))


async def _theirs(connection: AsyncConnection, contacts: Collection[str]) -> ColumnElement[bool]:
    """Their facts; those of their own conversations that name nobody, as replies do; and what they said and were told in a
    conversation that they were joined into, which is known by their addresses."""
    own = await _own(connection, contacts, await _places(connection, contacts))
    unnamed = and_(facts.c.conversation_id.in_(own), facts.c.contact.is_(None), facts.c.expires)
    links = (await connection.execute(select(joins).where(joins.c.part_contact.in_(contacts)))).all()
    joined = {one for link in links for one in await _while_joined(connection, link)}
    named = [facts.c.id.in_(values_of(connection, joined))] if joined else []
    return or_(facts.c.contact.in_(contacts), unnamed, *named)


async def _while_joined(connection: AsyncConnection, link: Row[Any]) -> Sequence[str]:
    """Ids of what stands at their addresses, and of all else that their messages brought about: slots, choices, a handoff's
    words."""
    during = and_(facts.c.conversation_id == link.into_id, facts.c.at >= link.linked_at)
    theirs = and_(during, field_of(connection, "address").in_(link.addresses))
    causes = select(facts.c.cause).where(theirs, facts.c.kind == "message_in")
    asked = {stable_id("h", cause) for cause in (await connection.execute(causes)).scalars()}
    opened = (await connection.execute(select(facts.c.cause).where(during, facts.c.kind == "handoff_opened"))).scalars()
    handoffs = and_(facts.c.kind == "handoff_opened", facts.c.cause.in_(sorted(asked.intersection(opened))))
    here = or_(theirs, and_(during, or_(facts.c.cause.in_(causes), handoffs)))
    return (await connection.execute(select(facts.c.id).where(here))).scalars().all()


def _in(table: Table, places: Sequence[str]) -> ColumnElement[bool]:
    return table.c.conversation_id.in_(places)


async def _alias(connection: AsyncConnection, names: Sequence[str], now: datetime) -> str:
    """What tells this nobody apart from others in figures: random, so that no key leads back. ``names``: the contact, and its
    conversations, by which facts that come later are known."""
    hashes = [id_hash(name) for name in names]
    found = await connection.execute(select(erased.c.pseudonym).where(erased.c.id_hash == hashes[0]))
    alias = found.scalar() or f"e_{secrets.token_hex(15)}"
    rows = [{"id_hash": one, "pseudonym": alias, "at": now} for one in sorted(hashes)]
    await insert_new(connection, erased, rows, "id_hash")
    return alias


async def _erase_aside(connection: AsyncConnection, names: Iterable[str], addresses: Iterable[str], places: Iterable[str]) -> int:
    """What could not be read and names them, or an address of theirs in a conversation that they had a part in: there is little
    of it, so each is looked into."""
    marks, spoken, where = ([one.encode() for one in some] for some in (names, addresses, places))
    rows = await connection.stream(select(facts_aside.c.id, facts_aside.c.raw))
    ids = [one async for one, raw in rows if _has(raw, marks) or (_has(raw, spoken) and _has(raw, where))]
    if ids:
        await connection.execute(delete(facts_aside).where(facts_aside.c.id.in_(ids)))
    return len(ids)


def _has(raw: bytes, marks: Iterable[bytes]) -> bool:
    return any(mark in raw for mark in marks)


async def subject(engine: AsyncEngine, contacts: Collection[str]) -> dict[str, Any]:
    """All that is kept of them, as JSON has it: conversations, transcript lines, facts. For the person, in one file."""
    async with reading(engine) as connection:
        places, theirs = await _places(connection, contacts), await _theirs(connection, contacts)
        rows = await connection.execute(fact_rows().where(theirs).order_by(facts.c.at, facts.c.id))
        found = [asdict(fact_in(row)) for row in rows]
        own = await _own(connection, contacts, places)
        had = await connection.execute(
            select(conversations).where(conversations.c.id.in_(own)).order_by(conversations.c.first_at)
        )
        here = and_(_in(lines, places), lines.c.id.in_(select(facts.c.id).where(theirs)))
        spoken = await connection.execute(select(lines).where(here).order_by(lines.c.at, lines.c.seq, lines.c.id))
        return {
            "contacts": sorted(contacts),
            "conversations": [_shown(row._mapping, contact_id="contact") for row in had],
            "lines": [_shown(row._mapping) for row in spoken],
            "facts": [_shown(one) for one in found],
        }


def _shown(row: Any, **names: str) -> dict[str, Any]:
    """``names``: what a column is called outside."""
    shown = {names.get(name, name): value for name, value in row.items() if name != "number"}
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in shown.items()}
