"""The internal listener's own routes: conversations as JSON, health, metrics."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from redis.exceptions import RedisError

from bot.identity.links import Linking, LinkRefused
from bot.model import Contact
from bot.model.handoffs import OWNED
from bot.ports import Contacts, DialogueUnavailable, Handoffs, StoreUnavailable
from bot.ports.stores import LinkRecord
from bot.transcript.log import Lines
from bot.transcript.paging import page_of
from bot.transcript.repeats import Questions
from bot.transcript.summary import Summary
from gateway.api.access import Access, Reads, refused
from gateway.api.asked import address_in
from gateway.api.recorded import RecordsApi
from gateway.observe import health
from gateway.observe.metrics import Metrics

LINES = 1000
"""Of an answer; more come in pages."""


async def _no_parts() -> Mapping[str, bool]:
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class InternalApi:
    """``/conversations`` and ``/metrics``."""

    access: Access
    reads: Reads
    recorded: RecordsApi
    contacts: Contacts
    handoffs: Handoffs
    lines: Lines
    metrics: Metrics
    depths: Callable[[], Awaitable[Mapping[str, int]]]
    linking: Linking
    questions: Questions = field(default_factory=Questions)
    parts: Callable[[], Awaitable[Mapping[str, bool]]] = _no_parts
    at_desk: Callable[[], Awaitable[int]] | None = None

    def routes(self) -> list[web.RouteDef]:
        """For the internal listener only."""
        return [
            web.get("/conversations", self.by_address),
            web.get("/conversations/{id}", self.by_id),
            web.post("/links/{id}/undo", self.undo_link),
            web.post("/addresses/forget", self.forget_address),
            *self.recorded.routes(),
            web.get("/metrics", self.show_metrics),
        ]

    async def by_address(self, request: web.Request) -> web.Response:
        """``GET /conversations?address=tel:%2B1...``; without an address it is a search of the records."""
        self.access.check(request)
        if "address" not in request.query:
            return await self.recorded.search(request)
        return await self._show(request, await self.contacts.find(address_in(request.query["address"])))

    async def by_id(self, request: web.Request) -> web.Response:
        """``GET /conversations/{id}``: the newest lines, ``lines`` or a few more; ``before``: those before the place that the
        answer with the page after them gave as ``earlier``."""
        self.access.check(request)
        return await self._show(request, await self.contacts.of_conversation(request.match_info["id"]))

    async def undo_link(self, request: web.Request) -> web.Response:
        """``POST /links/{id}/undo``: both conversations as they were. 404 unknown, 409 with a sentence, 503 without Rasa."""
        self.access.check(request)
        link_id = request.match_info["id"]
        if await self.linking.links.get(link_id) is None:
            raise refused(404, "no such link")
        try:
            link = await self.linking.undo_by_agent(link_id, "api")
        except LinkRefused as error:
            raise refused(409, str(error)) from error
        except DialogueUnavailable as error:
            raise refused(503, "the assistant's records cannot be reached; nothing is half done, try again") from error
        return web.json_response(_link(link))

    async def forget_address(self, request: web.Request) -> web.Response:
        """``POST /addresses/forget`` with ``{"address": "tel:+1..."}``: a number changed hands (a carrier's signal, say).

        The address begins anew, as a claim, in a conversation of its own. 404 when it is not known.
        """
        self.access.check(request)
        try:
            address = address_in(str((await request.json())["address"]))
        except (ValueError, KeyError, TypeError) as error:
            raise refused(400, 'send {"address": "tel:+12125550147"}, or a messenger: or web: address') from error
        fresh = await self.linking.forget(address)
        if fresh is None:
            raise refused(404, "no such address")
        return web.json_response({"conversation_id": fresh.conversation_id})

    async def show_metrics(self, _request: web.Request) -> web.Response:
        """``GET /metrics`` in Prometheus' text format."""
        for part, well in (await asyncio.gather(self.parts(), self._look()))[0].items():
            self.metrics.parts.labels(part=part).set(well)
        return web.Response(body=self.metrics.text(), headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"})

    async def _look(self) -> None:
        """For no longer than a health check: who scrapes gives up after ten seconds, and would call this gateway gone."""
        try:
            await asyncio.wait_for(self._look_into_the_store(), health.CHECK_SECONDS)
        except (StoreUnavailable, RedisError, OSError):
            self.metrics.failures.labels(part="redis").inc()  # the page is for that hour above all

    async def _look_into_the_store(self) -> None:
        self.metrics.depths(await self.depths())
        found = await self.handoffs.listing()
        for state in sorted(OWNED):
            self.metrics.handoffs.labels(state=state.value).set(sum(h.state is state for h in found))
        if self.at_desk:
            self.metrics.agents.set(await self.at_desk())

    async def _show(self, request: web.Request, contact: Contact | None) -> web.Response:
        before, wanted = _number(request, "before"), _number(request, "lines")
        if contact is None:
            raise refused(404, "no such conversation")
        page = await page_of(self.lines, contact.conversation_id, before, min(wanted or LINES, LINES))
        recent = await self.lines.recent(contact.conversation_id)
        known = Summary.load(recent.summary, self.questions).take(recent.events)
        handoff = await self.handoffs.open_for(contact.conversation_id)
        await self.reads.note(request, contact.conversation_id, len(page.lines))
        return web.json_response(
            {
                "id": contact.conversation_id,
                "contact": _contact(contact),
                "links": [_link(link) for link in await self.linking.links.of(contact.id)],
                "transcript": [
                    {
                        "at": line.at.isoformat(),
                        "author": line.author,
                        "channel": line.channel,
                        "text": line.text,
                        "agent": line.agent,
                        "picked": line.picked or None,
                    }
                    for line in page.lines
                ],
                "earlier": page.earlier,
                "whole": page.whole,
                "slots": [{"name": s.name, "value": s.value, "channel": s.channel, "at": s.at.isoformat()} for s in known.slots],
                "repeats": [repeat.slot for repeat in known.latest_repeats],
                "handoff": handoff
                and {
                    "id": handoff.id,
                    "state": handoff.state,
                    "reason": handoff.reason,
                    "queue": handoff.queue,
                    "agent": handoff.agent,
                    "opened_at": handoff.opened_at.isoformat(),
                },
            }
        )


def _number(request: web.Request, name: str) -> int | None:
    text = request.query.get(name, "")
    if text and not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise refused(400, f"{name} must be a number")
    return int(text) if text else None


def _contact(contact: Contact) -> dict[str, Any]:
    return {
        "id": contact.id,
        "locale": contact.locale,
        "opted_out": contact.opted_out,
        "last_channel": contact.last_channel,
        "addresses": [
            {"address": str(a.address), "proof": a.proof.label, "since": a.since.isoformat()} for a in contact.addresses
        ],
    }


def _link(link: LinkRecord) -> dict[str, Any]:
    return {
        "id": link.id,
        "at": link.at.isoformat(),
        "by": link.by,
        "how": link.how or None,
        "joined": [str(known.address) for known in link.before[0].addresses],
        "undone_at": link.undone_at and link.undone_at.isoformat(),
        "undone_by": link.undone_by or None,
    }
