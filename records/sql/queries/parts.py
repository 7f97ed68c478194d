"""Which conversations are read as one, after contacts were joined and taken apart.

Facts and lines stay where they were written. A join only says that one conversation is read with another's lines in it; an
undo says which of the common time belong to which side: those of an address that had come with the part, to the part.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, Table, and_, false, not_, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from records.sql.tables import joins

DEEPEST = 20
"""Joins of joins that are followed."""


@dataclass(frozen=True, slots=True)
class Part:
    """A conversation of which all lines are read (no ``link``), or those of one side of a link that was undone."""

    conversation_id: str
    link: Row[Any] | None = None
    theirs: bool = False

    def within(self, lines: Table) -> ColumnElement[bool]:
        """The lines it is of."""
        here = lines.c.conversation_id == self.conversation_id
        if self.link is None:
            return here
        addresses = list(self.link.addresses)
        said = lines.c.address.in_(addresses) if addresses else false()
        during = and_(lines.c.at >= self.link.linked_at, said)
        return and_(here, during if self.theirs else not_(during))


async def parts_of(connection: AsyncConnection, conversation_id: str) -> list[Part]:
    """What is read under this id, itself first."""
    found, seen, open_ends = [Part(conversation_id)], {conversation_id}, [conversation_id]
    for _ in range(DEEPEST):
        links = await _links(connection, open_ends)
        new = [part for end in open_ends for link in links for part in _by(link, end) if part.conversation_id not in seen]
        open_ends = [part.conversation_id for part in new if part.link is None or not part.theirs]
        found += new
        seen.update(part.conversation_id for part in new)
        if not open_ends:
            break
    return found


def within(parts: Sequence[Part], lines: Table) -> ColumnElement[bool]:
    """The lines of all of them."""
    plain = [part.conversation_id for part in parts if part.link is None]
    whole = lines.c.conversation_id == plain[0] if len(plain) == 1 else lines.c.conversation_id.in_(plain)
    return or_(whole, *(part.within(lines) for part in parts if part.link is not None))


def _by(link: Row[Any], end: str) -> list[Part]:
    if link.undone_at is None:
        return [Part(link.part_id)] if link.into_id == end else []
    if link.restored_id == end:
        return [Part(link.into_id, link)]
    return [Part(link.into_id, link, theirs=True)] if link.part_id == end else []


async def _links(connection: AsyncConnection, ends: Sequence[str]) -> Sequence[Row[Any]]:
    if not ends:
        return []
    where = or_(joins.c.into_id.in_(ends), joins.c.part_id.in_(ends), joins.c.restored_id.in_(ends))
    return (await connection.execute(select(joins).where(where))).all()
