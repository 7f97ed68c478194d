"""The desk in an application of its own, on a real Valkey, with People in memory and a time that tests move."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from html import unescape
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from argon2 import PasswordHasher
from redis.asyncio import Redis

from bot.ports import Facts
from desk.agents import AgentDirectory
from desk.articles.proposals import Listed
from desk.calls.softphone import Softphone
from desk.factors.provider import OpenId
from desk.passwords import Passwords
from desk.queue.promises import Promises
from desk.sessions import SessionStore
from desk.views import Desk, Records, Typing
from desk.words.facts import FactWords
from knowledge.library import Library
from tests.desk.fake_people import FakeClock, FakePeople

PASSWORD = "correct horse battery"


@dataclass
class Answer:
    """What came back, the body read."""

    status: int
    text: str
    headers: Any
    location: str = ""

    @property
    def csrf(self) -> str:
        return self.field("csrf")

    def field(self, name: str) -> str:
        found = re.search(rf'name="{name}"[^>]* value="([^"]*)"', self.text)
        assert found, f"no field {name}"
        return unescape(found[1])


@dataclass
class Browser:
    """A browser without script: cookies, forms with an Origin, no redirects followed by itself."""

    session: aiohttp.ClientSession
    base: str
    csrf: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    async def get(self, path: str, **headers: str) -> Answer:
        async with self.session.get(self.base + path, headers=self.headers | headers, allow_redirects=False) as response:
            return await self._answer(response)

    async def post(self, path: str, fields: dict[str, str], origin: str | None = None, **headers: str) -> Answer:
        sent = {"Origin": self.base if origin is None else origin} | self.headers | headers
        data = {"csrf": self.csrf} | fields
        async with self.session.post(self.base + path, data=data, headers=sent, allow_redirects=False) as response:
            return await self._answer(response)

    async def sign_in(self, username: str, password: str, **more: str) -> Answer:
        self.csrf = (await self.get("/desk/sign-in")).csrf
        answer = await self.post("/desk/sign-in", {"username": username, "password": password, **more})
        if answer.status == 303 and answer.location != "/desk/password":
            self.csrf = (await self.get("/desk/settings")).csrf
        return answer

    def cookie(self) -> str:
        return next((c.value for c in self.session.cookie_jar if c.key == "ot_desk"), "")

    async def _answer(self, response: aiohttp.ClientResponse) -> Answer:
        return Answer(response.status, await response.text(), response.headers, response.headers.get("Location", ""))


@dataclass
class House:
    """The running desk and all it stands on."""

    base: str
    people: FakePeople
    agents: AgentDirectory
    sessions: SessionStore
    clock: FakeClock
    redis: Redis
    desk: Desk
    app: web.Application
    stop: Callable[[], Awaitable[None]]

    async def agent(self, username: str = "ana", name: str = "Ana Reyes", phone: str = "") -> None:
        """An agent who has chosen PASSWORD."""
        await self.agents.add(username, name)
        await self.agents.set_password(username, PASSWORD)
        if phone:
            await self.agents.set_profile(username, name, phone)

    async def signed_in(self, username: str) -> str:
        """A session of theirs in some browser; its token."""
        agent = await self.agents.get(username)
        assert agent is not None
        return await self.sessions.begin(agent)


@pytest.fixture
def clock() -> FakeClock:
    """The time of the test."""
    return FakeClock()


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    """A client of the run's Valkey."""
    client = Redis.from_url(redis_url)
    yield client
    await client.aclose()


def cheap_passwords() -> Passwords:
    """A hasher that costs nothing."""
    return Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture
def agents(redis: Redis) -> AgentDirectory:
    """The directory with a cheap hasher."""
    return AgentDirectory(redis, cheap_passwords())


@pytest.fixture
async def house(redis: Redis, agents: AgentDirectory, clock: FakeClock) -> AsyncIterator[House]:
    """A desk that listens on a free port."""
    async with opened_house(redis, agents, clock) as opened:
        yield opened


@asynccontextmanager
async def opened_house(
    redis: Redis,
    agents: AgentDirectory,
    clock: FakeClock,
    softphone: Softphone | None = None,
    facts: Facts | None = None,
    articles: Library | None = None,
    proposed: Listed | None = None,
    known: FactWords | None = None,
    records: Records | None = None,
    promised: Promises | None = None,
    typing: Typing | None = None,
    url: str = "",
    openid: OpenId | None = None,
    http: aiohttp.ClientSession | None = None,
) -> AsyncIterator[House]:
    """A desk that listens on a free port."""
    people, sessions = FakePeople(clock), SessionStore(redis, clock=clock, facts=facts)
    desk = Desk(
        people,
        agents,
        sessions,
        clock=clock,
        secure_cookies=False,
        softphone=softphone,
        facts=facts,
        articles=articles,
        proposed=proposed,
        known=known,
        records=records,
        promised=promised,
        typing=typing,
        url=url,
        openid=openid,
        http=http,
    )
    app = web.Application()
    app.add_routes(desk.routes())
    app.on_shutdown.append(desk.on_shutdown)
    server = TestServer(app, host="127.0.0.1")
    await server.start_server()
    yield House(str(server.make_url("")).rstrip("/"), people, agents, sessions, clock, redis, desk, app, server.close)
    await server.close()


@pytest.fixture
async def browser_of(house: House) -> AsyncIterator[Callable[[], Browser]]:
    """Makes browsers that share nothing."""
    opened: list[aiohttp.ClientSession] = []

    def make() -> Browser:
        opened.append(aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)))
        return Browser(opened[-1], house.base)

    yield make
    for session in opened:
        await session.close()


@pytest.fixture
async def browser(browser_of: Callable[[], Browser]) -> Browser:
    """One browser."""
    return browser_of()


@pytest.fixture
async def ana(house: House, browser: Browser) -> Browser:
    """Ana, signed in."""
    await house.agent()
    answer = await browser.sign_in("ana", PASSWORD)
    assert answer.status == 303
    return browser
