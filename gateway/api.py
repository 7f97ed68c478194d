"""The internal listener's own routes: conversations as JSON, health, metrics."""

from __future__ import annotations

import asyncio
import hmac
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from bot import transcript
from bot.lines import Lines
from bot.linking import Linking, LinkRefused
from bot.model import Address, Contact, HandoffState
from bot.ports import Contacts, DialogueUnavailable, Handoffs
from bot.repeats import Questions, repeats
from bot.stores import LinkRecord
from gateway.metrics import Metrics

Check = Callable[[], Awaitable[bool]]
CHECK_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Health:
    """Asks each part how it is; ``required`` ones decide whether this gateway is ready for traffic."""

    checks: Mapping[str, Check]
    required: frozenset[str] = frozenset({"redis"})

    async def parts(self) -> dict[str, bool]:
        """Each part's state, asked side by side."""
        answers = await asyncio.gather(*(self._ask(check) for check in self.checks.values()))
        return dict(zip(self.checks, answers, strict=True))

    async def _ask(self, check: Check) -> bool:
        try:
            return await asyncio.wait_for(check(), CHECK_SECONDS)
        except Exception:  # noqa: BLE001 - a health check's edge: whatever went wrong, the part is not well
            return False

    async def public(self, _request: web.Request) -> web.Response:
        """``GET /health`` for load balancers: 200 while messages can be stored, else 503. Says nothing more."""
        ready = await self._ask(self.checks["redis"])
        return web.json_response({"status": "ok" if ready else "unavailable"}, status=200 if ready else 503)

    async def internal(self, request: web.Request) -> web.Response:
        """``GET /health`` with each part's state; ``?alive`` only says that the process runs."""
        if "alive" in request.query:
            return web.json_response({"status": "alive"})
        parts = await self.parts()
        ready = all(parts[name] for name in self.required)
        status = "ok" if all(parts.values()) else "degraded" if ready else "unavailable"
        return web.json_response({"status": status, "parts": parts}, status=200 if ready else 503)


@dataclass(frozen=True, slots=True)
class InternalApi:
    """``/conversations`` and ``/metrics``."""

    token: str
    contacts: Contacts
    handoffs: Handoffs
    lines: Lines
    metrics: Metrics
    depths: Callable[[], Awaitable[Mapping[str, int]]]
    linking: Linking
    questions: Questions = field(default_factory=Questions)

    def routes(self) -> list[web.RouteDef]:
        """For the internal listener only."""
        return [
            web.get("/conversations", self.by_address),
            web.get("/conversations/{id}", self.by_id),
            web.post("/links/{id}/undo", self.undo_link),
            web.post("/addresses/forget", self.forget_address),
            web.get("/metrics", self.show_metrics),
        ]

    async def by_address(self, request: web.Request) -> web.Response:
        """``GET /conversations?address=tel:%2B1...``"""
        self._authorize(request)
        try:
            address = Address.parse(request.query.get("address", ""))
        except ValueError as error:
            raise _bad(400, "address must be tel:, messenger: or web: and a value") from error
        return await self._show(await self.contacts.find(address))

    async def by_id(self, request: web.Request) -> web.Response:
        """``GET /conversations/{id}``"""
        self._authorize(request)
        return await self._show(await self.contacts.of_conversation(request.match_info["id"]))

    async def undo_link(self, request: web.Request) -> web.Response:
        """``POST /links/{id}/undo``: both conversations as they were. 404 unknown, 409 with a sentence, 503 without Rasa."""
        self._authorize(request)
        link_id = request.match_info["id"]
        if await self.linking.links.get(link_id) is None:
            raise _bad(404, "no such link")
        try:
            link = await self.linking.undo_by_agent(link_id, "api")
        except LinkRefused as refused:
            raise _bad(409, str(refused)) from refused
        except DialogueUnavailable as error:
            raise _bad(503, "the assistant's records cannot be reached; nothing is half done, try again") from error
        return web.json_response(_link(link))

    async def forget_address(self, request: web.Request) -> web.Response:
        """``POST /addresses/forget`` with ``{"address": "tel:+1..."}``: a number changed hands (a carrier's signal, say).

        The address begins anew, as a claim, in a conversation of its own. 404 when it is not known.
        """
        self._authorize(request)
        try:
            address = Address.parse(str((await request.json())["address"]))
        except (ValueError, KeyError, TypeError) as error:
            raise _bad(400, "address must be tel:, messenger: or web: and a value") from error
        if await self.contacts.find(address) is None:
            raise _bad(404, "no such address")
        fresh = await self.contacts.detach(address)
        return web.json_response({"conversation": fresh.conversation_id})

    async def show_metrics(self, _request: web.Request) -> web.Response:
        """``GET /metrics`` in Prometheus' text format."""
        self.metrics.depths(await self.depths())
        found = await self.handoffs.listing()
        for state in (HandoffState.WAITING, HandoffState.ASSIGNED):
            self.metrics.handoffs.labels(state=state.value).set(sum(h.state is state for h in found))
        return web.Response(body=self.metrics.text(), headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"})

    def _authorize(self, request: web.Request) -> None:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if not hmac.compare_digest(given.encode(), self.token.encode()):
            self.metrics.refuse("api_token")
            raise _bad(401, "send the INTERNAL_API_TOKEN as Authorization: Bearer ...")

    async def _show(self, contact: Contact | None) -> web.Response:
        if contact is None:
            raise _bad(404, "no such conversation")
        events = await self.lines.all(contact.conversation_id)
        handoff = await self.handoffs.open_for(contact.conversation_id)
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
                    }
                    for line in transcript.lines(events)
                ],
                "slots": [
                    {"name": s.name, "value": s.value, "channel": s.channel, "at": s.at.isoformat()}
                    for s in transcript.slot_facts(events)
                ],
                "repeats": [repeat.slot for repeat in repeats(events, self.questions)],
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


def _bad(status: int, sentence: str) -> web.HTTPException:
    kinds: dict[int, Callable[..., web.HTTPException]] = {
        400: web.HTTPBadRequest,
        401: web.HTTPUnauthorized,
        404: web.HTTPNotFound,
    }
    kinds |= {409: web.HTTPConflict, 503: web.HTTPServiceUnavailable}
    return kinds[status](text=json.dumps({"error": sentence}), content_type="application/json")
