"""Finding conversations: by words in a line, channel, time, intent, outcome, contact."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, literal, literal_column, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from records.facts import storable
from records.sql.queries.pages import Page, bounded, cursor, place
from records.sql.queries.reading import Conversation, conversation_rows, conversations_in
from records.sql.tables import conversation_marks, conversations, lines

LONGEST_QUESTION = 200


@dataclass(frozen=True, slots=True)
class Question:
    """What to look for; all of it must fit. ``q``: words that stand in one line; ``since`` and ``until`` (excluded): some of
    the conversation lies between; ``intent`` and ``outcome``: it had one of these at some time."""

    q: str = ""
    channel: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    intent: str | None = None
    outcome: str | None = None
    contact: str | None = None


async def search(connection: AsyncConnection, question: Question, after: str | None, limit: int) -> Page[Conversation]:
    """The latest first. Raises BadCursor."""
    wanted, table = bounded(limit), conversations.c
    question = _plain(question)
    statement = conversation_rows().where(*_conditions(question, connection.dialect.name))
    if after is not None:
        statement = statement.where(tuple_(table.last_at, table.id) < tuple_(*place(after, str)))
    statement = statement.order_by(table.last_at.desc(), table.id.desc()).limit(wanted + 1)
    rows = (await connection.execute(statement)).all()
    found = await conversations_in(connection, rows[:wanted])
    more = cursor(found[-1].last_at, found[-1].id) if len(rows) > wanted else None
    return Page(tuple(found), None, more)


def _plain(question: Question) -> Question:
    """What is asked comes from an address line: it may hold what no database takes."""
    return Question(**{field.name: storable(getattr(question, field.name)) for field in fields(Question)})


def _conditions(question: Question, dialect: str) -> list[ColumnElement[bool]]:
    table, found = conversations.c, []
    if question.since is not None:
        found.append(table.last_at >= question.since)
    if question.until is not None:
        found.append(table.first_at < question.until)
    if question.contact:
        found.append(table.contact_id == question.contact)
    for mark, value in (("channel", question.channel), ("intent", question.intent), ("outcome", question.outcome)):
        if value:
            found.append(_marked(mark, value))
    if question.q.strip():
        found.append(table.id.in_(_said(question.q[:LONGEST_QUESTION], dialect)))
    return found


def _marked(mark: str, value: str) -> ColumnElement[bool]:
    marks = conversation_marks.c
    return exists().where(marks.conversation_id == conversations.c.id, marks.mark == mark, marks.value == value)


def _said(words: str, dialect: str) -> Select[Any]:
    """Conversations with a line that has all of the words."""
    if dialect == "postgresql":
        simple: ColumnElement[Any] = literal_column("'simple'::regconfig")  # as the index has it
        return select(lines.c.conversation_id).where(
            func.to_tsvector(simple, lines.c.text).op("@@")(func.plainto_tsquery(simple, literal(words)))
        )
    hits = text("SELECT rowid FROM lines_words WHERE lines_words MATCH :words").bindparams(words=_quoted(words))
    return select(lines.c.conversation_id).where(lines.c.number.in_(hits.columns(rowid=lines.c.number.type).scalar_subquery()))


def _quoted(words: str) -> str:
    """Each word as a string of FTS5: what a customer writes is no query language. A word of signs alone finds nothing."""
    return " ".join('"' + word.replace('"', '""') + '"' for word in words.split())
