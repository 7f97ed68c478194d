"""What the desk finds and reads of conversations that are over, out of the records (``desk.views.Records``)."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.model import Author, ChannelName, TranscriptLine
from bot.ports import StoreUnavailable
from desk.queue.past import Found, PastLines
from desk.transcripts.masking import Personal
from desk.transcripts.reading import Listed, Listing
from desk.words.facts import FactWords, one_line
from records.errors import RecordsUnavailable, RefusedByDatabase
from records.facts import Fact
from records.sql import BadCursor, Conversation, Line, Question, RecordsStore

NUMBER = re.compile(r"\+?[\d\s().-]{7,24}")
LINES = 100


@dataclass(frozen=True, slots=True)
class RecordedPast:
    """``facts``: which slots hold a name."""

    records: RecordsStore
    facts: FactWords

    async def find(self, said: str, limit: int) -> Sequence[Found]:
        """See ``desk.queue.past.Records``."""
        try:
            rows = await self._by_number(said) if NUMBER.fullmatch(said) else ()
            rows = rows or (await self.records.search(Question(q=said), None, limit)).rows
            return list(await asyncio.gather(*map(self._told, rows[:limit])))
        except RefusedByDatabase:
            return ()
        except RecordsUnavailable as error:
            raise StoreUnavailable(str(error)) from error

    async def lines(self, conversation_id: str, before: str | None) -> PastLines | None:
        """See ``desk.queue.past.Records``."""
        try:
            page = await self.records.lines(conversation_id, before, None, LINES)
            if not page.rows:
                return None
            name, _ = await self._name_and_topic(conversation_id)
            return PastLines(name, tuple(map(_line, page.rows)), page.before)
        except (BadCursor, RefusedByDatabase):
            return None
        except RecordsUnavailable as error:
            raise StoreUnavailable(str(error)) from error

    async def latest(self, intent: str, before: str | None, limit: int) -> Listing | None:
        """See ``desk.transcripts.reading.Records``."""
        try:
            page = await self.records.search(Question(intent=intent or None), before, limit)
        except (BadCursor, RefusedByDatabase):
            return None
        except RecordsUnavailable as error:
            raise StoreUnavailable(str(error)) from error
        rows = tuple(
            Listed(one.joined_into or one.id, one.last_at, _channels(one), one.last_intent or "", one.outcome or "")
            for one in page.rows
        )
        return Listing(rows, page.after)

    async def personal(self, conversation_id: str) -> Personal:
        """See ``desk.transcripts.reading.Records``."""
        known: list[tuple[str, str]] = []
        cursor: str | None = None
        try:
            while True:
                page = await self.records.facts_of(conversation_id, ["slot_set"], cursor, around=True)
                known += [(str(fact.body.get("slot", "")), text) for fact in page.rows for text in _texts(fact.body.get("value"))]
                cursor = page.after
                if cursor is None:
                    break
        except RecordsUnavailable as error:
            raise StoreUnavailable(str(error)) from error
        names = [text for slot, text in known if slot in self.facts.names]
        return Personal.of([(self.facts.label(slot), text) for slot, text in known], names)

    async def _by_number(self, said: str) -> Sequence[Conversation]:
        """Of whoever used this number; the latest first."""
        number = "+" + "".join(c for c in said if c.isdigit())
        contacts = await self.records.contacts_at(f"tel:{number}")
        found = {one.id: one for contact in contacts for one in await self.records.conversations_of(contact)}
        return sorted(found.values(), key=lambda one: one.last_at, reverse=True)

    async def _told(self, one: Conversation) -> Found:
        name, topic = await self._name_and_topic(one.id)
        return Found(one.joined_into or one.id, name or await self._number(one.id), topic, _channels(one), one.last_at)

    async def _name_and_topic(self, conversation_id: str) -> tuple[str, str]:
        """The latest of each."""
        found = (await self.records.facts_of(conversation_id, ["slot_set", "handoff_opened"])).rows
        names = (one_line(fact.body.get("value")) for fact in _latest(found) if fact.body.get("slot") in self.facts.names)
        topics = (one_line(fact.body.get("reason")) for fact in _latest(found) if fact.kind == "handoff_opened")
        return next(filter(None, names), ""), next(filter(None, topics), "")

    async def _number(self, conversation_id: str) -> str:
        found = (await self.records.facts_of(conversation_id, ["message_in"], None, 1)).rows
        kind, _, value = str(found[0].body.get("address") if found else "").partition(":")
        return value if kind == "tel" and value.startswith("+") else ""


def _channels(one: Conversation) -> tuple[ChannelName, ...]:
    return tuple(ChannelName(name) for name in one.channels if name in set(ChannelName))


def _texts(value: Any) -> list[str]:
    """What of a slot's value may stand in a sentence."""
    if isinstance(value, Mapping):
        return [text for one in value.values() for text in _texts(one)]
    if isinstance(value, list | tuple):
        return [text for one in value for text in _texts(one)]
    return [] if value is None or isinstance(value, bool) else [str(value)]


@dataclass(frozen=True, slots=True)
class RecordedDay:
    """``desk.supervision.day.Told``."""

    records: RecordsStore

    async def since(self, kinds: Sequence[str], moment: datetime) -> Sequence[Fact]:
        """See there."""
        try:
            return await self.records.facts_since(kinds, moment)
        except RecordsUnavailable as error:
            raise StoreUnavailable(str(error)) from error


def _latest(found: Sequence[Fact]) -> Iterable[Fact]:
    return reversed(found)


def _line(line: Line) -> TranscriptLine:
    author = Author(line.author) if line.author in set(Author) else Author.NOTICE
    channel = ChannelName(line.channel) if line.channel in set(ChannelName) else None
    return TranscriptLine(line.at, author, channel, line.text, line.agent or None)
