"""Reading what is kept for good (docs/records.md): conversations, transcript lines and facts, in pages."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar

from aiohttp import web

from gateway.api.access import Access, Reads, refused
from gateway.api.asked import Asked
from records.errors import RecordsUnavailable, RefusedByDatabase
from records.facts import KINDS, Fact
from records.sql import BadCursor, Conversation, Line, RecordsStore

QUESTION = ("q", "channel", "from", "to", "intent", "outcome", "contact", "cursor", "limit")
R = TypeVar("R", bound="RecordsApi")


def _told(call: Callable[[R, web.Request], Awaitable[web.Response]]) -> Callable[[R, web.Request], Awaitable[web.Response]]:
    """Who may not ask, a cursor of somebody else's, and a database that is away: each one sentence."""

    @wraps(call)
    async def guard(self: R, request: web.Request) -> web.Response:
        self.access.check(request)
        try:
            return await call(self, request)
        except BadCursor as error:
            raise refused(400, str(error)) from error
        except RefusedByDatabase as error:
            raise refused(400, f"this cannot be looked for: {error}") from error
        except RecordsUnavailable as error:
            self.access.metrics.failures.labels(part="records").inc()
            raise refused(503, str(error)) from error

    return guard


@dataclass(frozen=True, slots=True)
class RecordsApi:
    """Every read of words, and every search, is written down before it is shown."""

    access: Access
    records: RecordsStore
    reads: Reads

    def routes(self) -> list[web.RouteDef]:
        """For the internal listener only; the search is ``GET /conversations`` without an address."""
        return [
            web.get("/conversations/{id}/lines", self.lines),
            web.get("/conversations/{id}/facts", self.facts),
            web.get("/contacts/{id}/conversations", self.conversations_of),
        ]

    @_told
    async def search(self, request: web.Request) -> web.Response:
        """Conversations, the latest first. No words are in the answer."""
        asked = Asked.of(request, *QUESTION)
        page = await self.records.search(asked.question(), asked.cursor("cursor"), asked.limit())
        await self.reads.looked(request, "conversations")
        return web.json_response({"conversations": [_conversation(one) for one in page.rows], "next": page.after})

    @_told
    async def lines(self, request: web.Request) -> web.Response:
        """The newest lines of a transcript, or those before or after a cursor; oldest first."""
        asked, conversation_id = Asked.of(request, "before", "after", "limit"), request.match_info["id"]
        before, after = asked.cursor("before"), asked.cursor("after")
        if before and after:
            raise refused(400, "give before or after, not both")
        page = await self.records.lines(conversation_id, before, after, asked.limit())
        if not page.rows:
            await self._known(conversation_id)
        await self.reads.note(request, conversation_id, len(page.rows))
        return web.json_response({"lines": [_line(one) for one in page.rows], "before": page.before, "after": page.after})

    @_told
    async def facts(self, request: web.Request) -> web.Response:
        """The facts of a conversation, oldest first."""
        asked, conversation_id = Asked.of(request, "kind", "cursor", "limit"), request.match_info["id"]
        kind, place = asked.text("kind"), asked.cursor("cursor")
        if kind is not None and kind not in KINDS:
            raise refused(400, "kind is none of the facts in docs/records.md")
        page = await self.records.facts_of(conversation_id, [kind] if kind else None, place, asked.limit())
        if not page.rows:
            await self._known(conversation_id)
        await self.reads.note(request, conversation_id, sum(one.kind in ("message_in", "reply") for one in page.rows))
        return web.json_response({"facts": [_fact(one) for one in page.rows], "next": page.after})

    @_told
    async def conversations_of(self, request: web.Request) -> web.Response:
        """The conversations of a contact, and of those joined into it; the latest first. No words are in the answer."""
        Asked.of(request)
        found = await self.records.conversations_of(request.match_info["id"])
        if not found:
            raise refused(404, "the records have no conversations of such a contact")
        await self.reads.looked(request, "conversations of a contact")
        return web.json_response({"conversations": [_conversation(one) for one in found]})

    async def _known(self, conversation_id: str) -> None:
        """404 for a conversation of which nothing was recorded; a page of one that is known may be empty."""
        if not (await self.records.facts_of(conversation_id, limit=1)).rows:
            raise refused(404, "the records have no such conversation")


def _conversation(one: Conversation) -> dict[str, Any]:
    return {
        "id": one.id,
        "contact": one.contact_id,
        "pseudonym": one.pseudonym,
        "first_at": one.first_at.isoformat(),
        "last_at": one.last_at.isoformat(),
        "channels": list(one.channels),
        "last_intent": one.last_intent,
        "outcome": one.outcome,
        "joined_into": one.joined_into,
    }


def _line(one: Line) -> dict[str, Any]:
    return {
        "id": one.id,
        "conversation_id": one.conversation_id,
        "at": one.at.isoformat(),
        "channel": one.channel,
        "author": one.author,
        "agent": one.agent or None,
        "text": one.text,
        "kind": one.kind,
        "message_id": one.message_id,
    }


def _fact(one: Fact) -> dict[str, Any]:
    return {
        "id": one.id,
        "kind": one.kind,
        "version": one.version,
        "at": one.at.isoformat(),
        "cause": one.cause,
        "conversation_id": one.conversation_id,
        "contact": one.contact,
        "pseudonym": one.pseudonym,
        "channel": one.channel,
        "body": dict(one.body),
    }
