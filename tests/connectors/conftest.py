"""Shared by the connectors' tests."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp.test_utils import TestServer
from pytest_aiohttp.plugin import AiohttpClient, AiohttpServer

from connectors.twilio.client import TwilioAccount
from tests.connectors.fakes import FakeInbox, FakeThreads, Vendor
from tests.connectors.messenger_stage import Stage, set_up

ACCOUNT_SID = "AC00112233445566778899aabbccddeeff"


@pytest.fixture
def inbox() -> FakeInbox:
    return FakeInbox()


@pytest.fixture
def threads() -> FakeThreads:
    return FakeThreads()


@pytest.fixture
def refused() -> Counter[str]:
    """How often each reason was counted; ``refused.update([word])`` is the callback."""
    return Counter()


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
async def vendor() -> AsyncIterator[Vendor]:
    vendor = Vendor()
    yield vendor
    vendor.released.set()


@pytest.fixture
async def vendor_server(vendor: Vendor, aiohttp_server: AiohttpServer) -> AsyncIterator[TestServer]:
    server = await aiohttp_server(vendor.app())
    yield server
    vendor.released.set()


@pytest.fixture
def account(vendor_server: TestServer) -> TwilioAccount:
    return TwilioAccount(
        sid=ACCOUNT_SID,
        auth_tokens=("12345", "old-token"),
        api_url=str(vendor_server.make_url("/")),
        sms_number="+12125550190",
        voice_number="+12125550191",
        public_url="https://bot.example.com",
    )


@pytest.fixture
async def messenger(
    vendor_server: TestServer,
    session: aiohttp.ClientSession,
    inbox: FakeInbox,
    threads: FakeThreads,
    refused: Counter[str],
    aiohttp_client: AiohttpClient,
) -> Stage:
    """The Messenger channel in a real app; its vendor is ``vendor``."""
    return await set_up(str(vendor_server.make_url("/")), session, inbox, threads, refused, aiohttp_client)
