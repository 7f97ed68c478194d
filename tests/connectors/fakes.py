"""Stand-ins for the connectors' tests: an inbox, thread memory, and a vendor's API on a loopback port."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aiohttp import web

from bot.model import DeliveryReport, InboundMessage
from bot.ports import StoreUnavailable

PAYLOADS = Path(__file__).parent / "payloads"
NOW = datetime(2026, 11, 21, 9, 15, tzinfo=UTC)


def payload(name: str) -> bytes:
    """A recorded body, as it travels."""
    return (PAYLOADS / name).read_bytes().strip()


class FakeInbox:
    """Keeps what is accepted, once for each id; raises when ``down``."""

    def __init__(self) -> None:
        self.accepted: dict[str, InboundMessage] = {}
        self.reports: list[DeliveryReport] = []
        self.down = False

    async def accept(self, message: InboundMessage) -> bool:
        self._check()
        return self.accepted.setdefault(message.id, message) is message

    async def report(self, report: DeliveryReport) -> None:
        self._check()
        self.reports.append(report)

    @property
    def messages(self) -> list[InboundMessage]:
        return list(self.accepted.values())

    def _check(self) -> None:
        if self.down:
            raise StoreUnavailable("down")


class FakeThreads:
    """Thread memory in dictionaries; raises when ``down``."""

    def __init__(self) -> None:
        self.people: dict[str, datetime] = {}
        self.messages: dict[str, list[tuple[datetime, str]]] = {}
        self.down = False

    async def opened(self, psid: str, at: datetime) -> None:
        self._check()
        self.people[psid] = max(at, self.people.get(psid, at))

    async def last_inbound(self, psid: str) -> datetime | None:
        self._check()
        return self.people.get(psid)

    async def sent(self, psid: str, mid: str, at: datetime) -> None:
        self._check()
        self.messages.setdefault(psid, []).append((at, mid))

    async def is_ours(self, psid: str, mid: str) -> bool:
        return any(known == mid for _, known in self.messages.get(psid, []))

    async def sent_until(self, psid: str, watermark: datetime) -> list[str]:
        return [mid for at, mid in self.messages.get(psid, []) if at <= watermark]

    async def forget_until(self, psid: str, watermark: datetime) -> None:
        self.messages[psid] = [(at, mid) for at, mid in self.messages.get(psid, []) if at > watermark]

    def _check(self) -> None:
        if self.down:
            raise StoreUnavailable("down")


@dataclass
class Request:
    """What the vendor's API was asked."""

    path: str
    query: dict[str, str]
    headers: Mapping[str, str]
    form: list[tuple[str, str]]
    json: dict[str, Any]


@dataclass
class Vendor:
    """A vendor's API: records each POST and gives ``answers`` in turn: (status, JSON, headers), ``HANG`` or ``DROP``."""

    HANG = "hang"
    DROP = "drop"

    answers: list[Any] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    released: asyncio.Event = field(default_factory=asyncio.Event)

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_post("/{path:.*}", self._answer)
        app.router.add_delete("/{path:.*}", self._answer)
        return app

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        is_json = request.content_type == "application/json"
        form = [] if is_json else [(k, str(v)) for k, v in (await request.post()).items()]
        body = await request.json() if is_json else {}
        self.requests.append(Request(request.path, dict(request.query), request.headers, form, body))
        answer = self.answers.pop(0)
        if answer == self.HANG:
            await self.released.wait()
            return web.Response()
        if answer == self.DROP:
            assert request.transport is not None
            request.transport.close()
            return web.Response()
        status, document, headers = answer
        return (
            web.json_response(document, status=status, headers=headers)
            if document is not None
            else web.Response(status=status, headers=headers)
        )


def ok(**document: Any) -> tuple[int, dict[str, Any], dict[str, str]]:
    """A 200 with this JSON."""
    return 200, document, {}
