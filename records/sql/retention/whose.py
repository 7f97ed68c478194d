"""Whose records these are, where only an address or a conversation is known; and which exports may hold them.

Asked seldom, by somebody who waits for it: nothing is indexed for it.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import or_, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from records.facts import REGISTER, Fact, Retention
from records.sql.many import POSTGRESQL
from records.sql.queries.reading import fact_in, fact_rows
from records.sql.retention.strip import field_of
from records.sql.tables import conversations, facts, lines


async def contacts_at(connection: AsyncConnection, address: str) -> list[str]:
    """Contacts that wrote from this address (as ``tel:+12125550147``), or stopped or allowed messages to it."""
    if connection.dialect.name == POSTGRESQL:
        await connection.execute(text("SET LOCAL statement_timeout = 0"))
    said = select(lines.c.id).where(lines.c.address == address)
    proof = facts.c.kind.in_(REGISTER.kept_as(Retention.PROOF)) & (field_of(connection, "address") == address)
    found = select(facts.c.contact).where(facts.c.contact.is_not(None), or_(facts.c.id.in_(said), proof)).distinct()
    return sorted((await connection.execute(found)).scalars())


async def contacts_in(connection: AsyncConnection, conversation_id: str) -> list[str]:
    """The contact that a conversation is with, if it is known; else those who spoke in it."""
    mine = select(conversations.c.contact_id).where(conversations.c.id == conversation_id)
    known = (await connection.execute(mine)).scalar()
    spoke = select(facts.c.contact).where(facts.c.conversation_id == conversation_id, facts.c.contact.is_not(None)).distinct()
    return [known] if known else sorted((await connection.execute(spoke)).scalars())


async def exports_with_persons(connection: AsyncConnection, since: datetime | None) -> list[Fact]:
    """``exported`` facts of files with persons in them, whose range goes beyond ``since``; oldest first."""
    here = facts.c.conversation_id.is_(None) & (facts.c.kind == "exported")
    rows = await connection.execute(fact_rows().where(here).order_by(facts.c.at, facts.c.id))
    found = [fact_in(row) for row in rows]
    return [one for one in found if one.body["persons"] and (since is None or datetime.fromisoformat(one.body["until"]) > since)]
