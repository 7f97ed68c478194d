"""Conversations that are over: found by words or a number, and read. They are looked for where things are kept for good."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from aiohttp import web

from bot.facts.audit import transcript_read
from bot.model import About, ChannelName, TranscriptLine, new_id
from bot.ports import Clock, Doubt, Facts, StoreUnavailable
from connectors.visitors import place_of
from desk import show
from desk.guard import Missing
from desk.http import Visit
from desk.limits import SearchLimit
from desk.pages import Pages
from desk.presence import Presence
from desk.words import words

FOUND = 20


@dataclass(frozen=True, slots=True)
class Found:
    """A conversation that fits. ``who``: name or number, empty where neither is known."""

    id: str
    who: str
    topic: str
    channels: tuple[ChannelName, ...]
    last_at: datetime


@dataclass(frozen=True, slots=True)
class PastLines:
    """A page of what was said, in its order; ``before``: asks for the page before it, None: there is none."""

    who: str
    lines: tuple[TranscriptLine, ...]
    before: str | None


class Records(Protocol):
    """What is kept for good. Raises StoreUnavailable while it is away."""

    async def find(self, said: str, limit: int) -> Sequence[Found]:
        """The latest first: by a number, or by words that stand in one line."""
        ...

    async def lines(self, conversation_id: str, before: str | None) -> PastLines | None:
        """The newest lines, or those before; None when nothing is kept of it."""
        ...


@dataclass(frozen=True, slots=True)
class Said:
    """Lines as ``desk.show`` takes them."""

    transcript: tuple[TranscriptLine, ...]
    doubts: tuple[Doubt, ...] = ()


@dataclass(frozen=True, slots=True)
class Past:
    """Searching, so often at most; and the page of one conversation, of whose reading is told."""

    records: Records
    limit: SearchLimit
    facts: Facts
    pages: Pages
    presence: Presence
    clock: Clock

    async def found(self, username: str, said: str) -> tuple[Sequence[Found], str]:
        """What fits, and a sentence where it could not be looked for."""
        if seconds := await self.limit.wait(username):
            return (), words()("find.often", minutes=-(-seconds // 60))
        try:
            return await self.records.find(said, FOUND), ""
        except StoreUnavailable:
            return (), words()("find.away")

    async def page(self, request: web.Request, visit: Visit) -> web.Response:
        """What was said. Missing when nothing is kept of it; StoreUnavailable."""
        conversation_id, before = request.match_info["id"], request.query.get("before", "")[:200]
        past = await self.records.lines(conversation_id, before or None)
        if past is None:
            raise Missing("There is no such conversation, or what was said in it is not kept any more.")
        who = {"reader": visit.agent.username, "handoff_id": "", "network": place_of(request)}
        about = About(conversation_id, None)
        await self.facts.append([transcript_read(new_id("read"), about, self.clock(), lines=len(past.lines), **who)])
        names = (await self.presence.look()).names
        days = show.days(Said(past.lines), names, past.who)
        return self.pages.render(
            "past.html", handoff_id="", conversation_id=conversation_id, past=past, days=days, csrf=visit.csrf
        )
