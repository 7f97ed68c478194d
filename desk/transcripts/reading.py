"""The pages of those who design the assistant: which conversations there were, and what was said in one, masked."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from aiohttp import web

from bot.facts.audit import MASKED, transcript_read
from bot.model import About, ChannelName, new_id
from bot.ports import Clock, Facts
from connectors.visitors import place_of
from desk import show
from desk.guard import Missing
from desk.http import Visit
from desk.pages import Pages
from desk.queue.past import PastLines, Said
from desk.transcripts.masking import Personal
from desk.words import words

LISTED = 50
LONGEST = 200
"""Characters of a cursor or an intent."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A conversation, without whose it was. ``intent``: the last one."""

    id: str
    last_at: datetime
    channels: tuple[ChannelName, ...]
    intent: str
    outcome: str


@dataclass(frozen=True, slots=True)
class Listing:
    """The latest first; ``before``: asks for those before, None: there are none."""

    rows: tuple[Listed, ...]
    before: str | None


class Records(Protocol):
    """What is kept for good. Raises StoreUnavailable while it is away."""

    async def latest(self, intent: str, before: str | None, limit: int) -> Listing | None:
        """Those that had the intent at some time, or all; None for a cursor that is none."""
        ...

    async def lines(self, conversation_id: str, before: str | None) -> PastLines | None:
        """The newest lines, or those before; None when nothing is kept of it."""
        ...

    async def personal(self, conversation_id: str) -> Personal:
        """What is known of its customer."""
        ...


@dataclass(frozen=True, slots=True)
class Transcripts:
    """``records``: None where nothing is kept; ``wishes``: what customers want, by intent; ``names``: of agents."""

    records: Records | None
    visitor: Callable[[web.Request], Awaitable[Visit]]
    facts: Facts
    pages: Pages
    clock: Clock
    wishes: Mapping[str, str]
    names: Callable[[], Awaitable[Sequence[str]]]

    async def list(self, request: web.Request) -> web.StreamResponse:
        """The latest conversations, by intent where one is chosen."""
        visit = await self.visitor(request)
        intent, before = request.query.get("intent", "")[:LONGEST], request.query.get("before", "")[:LONGEST]
        listing = await self.records.latest(intent, before or None, LISTED) if self.records else Listing((), None)
        if listing is None:
            raise Missing(words()("transcripts.none"))
        values = {"me": visit.agent, "csrf": visit.csrf, "listing": listing, "intent": intent, "wishes": self.wishes}
        return self.pages.render("transcripts.html", 200, kept=self.records is not None, **values)

    async def one(self, request: web.Request) -> web.StreamResponse:
        """What was said in it, masked; told of before it is shown."""
        visit = await self.visitor(request)
        conversation_id, before = request.match_info["id"], request.query.get("before", "")[:LONGEST]
        past = await self.records.lines(conversation_id, before or None) if self.records else None
        if past is None or self.records is None:
            raise Missing(words()("transcripts.none"))
        await self._tell(request, visit, conversation_id, len(past.lines))
        personal = (await self.records.personal(conversation_id)).and_agents(await self.names())
        lines = tuple(replace(line, text=personal.out_of(line.text), agent=None, media=(), picked="") for line in past.lines)
        values = {"conversation_id": conversation_id, "before": past.before, "days": show.days(Said(lines), {}), "handoff_id": ""}
        return self.pages.render("transcript.html", 200, **values)

    async def _tell(self, request: web.Request, visit: Visit, conversation_id: str, lines: int) -> None:
        about, reader, network = About(conversation_id, None), visit.agent.username, place_of(request)
        read = transcript_read(
            new_id("read"), about, self.clock(), reader=reader, handoff_id="", lines=lines, network=network, where=MASKED
        )
        await self.facts.append([read])
