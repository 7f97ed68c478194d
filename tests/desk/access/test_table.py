"""Who may ask for what: every route of the desk against every role, and against who is not signed in."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from redis.asyncio import Redis

from desk.access.table import WHO_MAY, Route, who_may
from desk.accounts.roles import ADMINISTERS, NOBODY, SIGNED_IN, SUPERVISES, WORKS, Role
from desk.agents import AgentDirectory
from desk.guard import Guard
from tests.desk.access.whole_desk import whole_desk
from tests.desk.conftest import PASSWORD, Browser, House
from tests.desk.fake_people import FakeClock

STREAM = ("GET", "/desk/events")
"""It does not end by itself."""
VALUES = {"sid": "RE" + "0" * 32, "key": "0" * 24, "name": "desk.css", "rest": "nowhere"}
"""What stands in a path; anything else is a number that nothing has."""


def path_of(route: Route) -> str:
    """With something for each name in it."""
    return re.sub(r"{(\w+)}", lambda found: VALUES.get(found[1], "h_none"), route[1])


def routes_of(app: web.Application) -> Iterator[Route]:
    for route in app.router.routes():
        assert route.resource is not None
        yield ("GET" if route.method == "HEAD" else route.method, route.resource.canonical)


@pytest.fixture
async def house(redis: Redis, agents: AgentDirectory, clock: FakeClock, tmp_path: Path) -> AsyncIterator[House]:
    """With every part that has routes."""
    async with whole_desk(redis, agents, clock, tmp_path) as opened:
        yield opened


async def test_every_route_of_the_desk_is_in_the_table_and_nothing_else(house: House) -> None:
    """A new route joins ``desk/access/table.py``, or is refused to everybody."""
    assert house.app is not None
    assert set(routes_of(house.app)) == set(WHO_MAY)


@pytest.mark.parametrize("role", Role)
async def test_each_role_gets_what_the_table_says_and_403_elsewhere(
    house: House, browser_of: Callable[[], Browser], role: Role
) -> None:
    await house.agent("kim", "Kim Doe")
    await house.agents.set_role("kim", role)
    browser = browser_of()
    assert (await browser.sign_in("kim", PASSWORD)).status == 303
    house.people.calls.clear()
    for route in [one for one in WHO_MAY if one not in (STREAM, ("POST", "/desk/sign-out"))]:
        who, path = who_may(*route), path_of(route)
        answer = await (browser.get(path) if route[0] == "GET" else browser.post(path, {}))
        sent_home = answer.status == 303 and answer.location == "/desk/transcripts"
        refused = (answer.status == 403 and "Your role on the desk" in answer.text) or sent_home
        assert refused is (who is not None and role not in who), (route, role, answer.status, answer.text[:200])
    if role not in WORKS:
        assert house.people.calls == []


async def test_who_is_not_signed_in_gets_no_further_than_the_door(house: House, browser: Browser) -> None:
    browser.csrf = (await browser.get("/desk/sign-in")).csrf
    for route in [one for one in WHO_MAY if who_may(*one) is not None]:
        answer = await (browser.get(path_of(route)) if route[0] == "GET" else browser.post(path_of(route), {}))
        at_the_door = answer.status == 401 or (answer.status == 303 and answer.location.startswith("/desk/sign-in"))
        assert at_the_door, (route, answer.status)
    assert house.people.calls == []


async def test_a_role_of_less_counts_from_the_next_request(house: House, ana: Browser) -> None:
    await house.agents.set_role("ana", "supervisor")
    assert (await ana.get("/desk/proposals")).status == 200
    await house.agents.set_role("ana", "agent")
    refused = await ana.get("/desk/proposals")
    assert refused.status == 403 and "Your role on the desk (agent)" in refused.text


async def test_a_route_that_is_not_in_the_table_is_refused_to_everybody(house: House, ana: Browser) -> None:
    """Before its handler runs, an admin included."""
    await house.agents.set_role("ana", "admin")
    ran: list[str] = []

    async def forgotten(request: web.Request) -> web.StreamResponse:
        ran.append(request.path)
        return web.Response()

    guard: Guard = house.desk._guard
    app = web.Application()
    app.router.add_get("/desk/forgotten", guard.over(forgotten))
    async with TestServer(app, host="127.0.0.1") as server:
        ana.base = str(server.make_url("")).rstrip("/")
        assert (await ana.get("/desk/forgotten")).status == 403
    assert ran == []


def test_what_each_role_is_for() -> None:
    """The table's own words: designers work with nobody, admins do what supervisors do, supervisors what agents do."""
    assert ADMINISTERS < SUPERVISES < WORKS < SIGNED_IN and Role.DESIGNER not in WORKS
    assert who_may("GET", "/desk/nothing/of/the/kind") == NOBODY and who_may("HEAD", "/desk") == WORKS


async def test_every_post_needs_our_own_form(house: House, ana: Browser) -> None:
    """The gate lets ana pass; a form of another site, or without the page's token, changes nothing."""
    await house.agents.set_role("ana", "admin")
    house.people.calls.clear()
    for method, path in [one for one in WHO_MAY if one[0] == "POST"]:
        strange = await ana.post(path_of((method, path)), {}, origin="https://evil.example")
        forged = await ana.post(path_of((method, path)), {"csrf": "0" * 64})
        assert strange.status == forged.status == 403, path
    assert house.people.calls == []
