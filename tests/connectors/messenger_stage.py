"""The Messenger channel in a real app, for the tests of both its directions."""

from __future__ import annotations

import hashlib
import hmac
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import aiohttp
from aiohttp import web
from pytest_aiohttp.plugin import AiohttpClient

from bot.menus.menu import numbered
from bot.model import Address, AddressKind
from connectors.messenger.channel import Messenger, MessengerApp
from tests.connectors.fakes import NOW, FakeInbox, FakeThreads

PSID, PAGE, SECRET = "1254459154682919", "1906385232743451", "app-secret"
ANA = Address(AddressKind.MESSENGER, PSID)
HOUR = timedelta(hours=1)


def sign(body: bytes, secret: str = SECRET) -> str:
    """``X-Hub-Signature-256`` as Meta makes it."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


@dataclass
class Stage:
    """The channel, a client of its routes, and what it counted."""

    channel: Messenger
    client: Any
    ignored: Counter[str]

    async def meta_posts(self, body: bytes, **headers: str) -> aiohttp.ClientResponse:
        """A webhook with a right signature, unless ``headers`` say otherwise."""
        signed = {"X-Hub-Signature-256": sign(body), "Content-Type": "application/json"}
        answer: aiohttp.ClientResponse = await self.client.post("/messenger", data=body, headers={**signed, **headers})
        await answer.read()
        return answer


async def set_up(
    api_url: str,
    session: aiohttp.ClientSession,
    inbox: FakeInbox,
    threads: FakeThreads,
    refused: Counter[str],
    aiohttp_client: AiohttpClient,
) -> Stage:
    """The channel with its Send API at ``api_url``."""
    ignored = Counter[str]()
    channel = Messenger(
        MessengerApp(SECRET, "verify-me", "page-token", PAGE, api_url),
        session,
        inbox,
        threads,
        render=numbered,
        clock=lambda: NOW,
        on_refused=lambda reason: refused.update([reason]),
        on_ignored=lambda kind: ignored.update([kind]),
        timeout=aiohttp.ClientTimeout(total=0.2),
    )
    gateway = web.Application()
    gateway.add_routes(channel.routes())
    return Stage(channel, await aiohttp_client(gateway), ignored)
