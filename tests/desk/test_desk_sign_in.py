"""Who gets in: sign-in, sessions, forms, limits, and the agent's own pages."""

from __future__ import annotations

from collections.abc import Callable
from http.cookies import SimpleCookie

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from desk.auth import WRONG
from desk.sessions import csrf_token
from desk.views import Desk
from tests.desk.conftest import PASSWORD, Browser, House

PAGES = ["/desk", "/desk/", "/desk/settings", "/desk/handoffs/h_1"]


@pytest.mark.parametrize("path", PAGES)
async def test_pages_send_strangers_to_sign_in(browser: Browser, path: str) -> None:
    answer = await browser.get(path)
    assert answer.status == 303 and answer.location.startswith("/desk/sign-in")


@pytest.mark.parametrize("path", ["/desk/parts", "/desk/events", "/desk/parts?handoff=h_1"])
async def test_the_script_is_told_401(browser: Browser, path: str) -> None:
    assert (await browser.get(path)).status == 401


@pytest.mark.parametrize(
    "path", ["/desk/available", "/desk/handoffs/h_1/accept", "/desk/handoffs/h_1/reply", "/desk/handoffs/h_1/close"]
)
async def test_strangers_change_nothing(browser: Browser, house: House, path: str) -> None:
    browser.csrf = (await browser.get("/desk/sign-in")).csrf
    assert (await browser.post(path, {"text": "x"})).status == 303
    assert (await browser.post(path, {"text": "x"}, **{"X-Desk": "parts"})).status == 401
    assert house.people.calls == []


async def test_first_sign_in_must_choose_a_password(browser: Browser, house: House) -> None:
    made = await house.agents.first_agent(b"a secret")
    assert made
    answer = await browser.sign_in("agent", made.password)
    assert (answer.status, answer.location) == (303, "/desk/password")
    assert (await browser.get("/desk")).location == "/desk/password"
    assert (await browser.get("/desk/parts")).status == 401
    page = await browser.get("/desk/password")
    assert "Choose your password" in page.text and 'name="current"' not in page.text
    browser.csrf, before = page.csrf, browser.cookie()
    refused = await browser.post("/desk/password", {"new": "short", "again": "short"})
    assert refused.status == 422 and "at least 12" in refused.text
    differ = await browser.post("/desk/password", {"new": PASSWORD, "again": PASSWORD + "x"})
    assert differ.status == 422 and "differ" in differ.text
    same = await browser.post("/desk/password", {"new": made.password, "again": made.password})
    assert same.status == 422 and "differs from the present" in same.text
    done = await browser.post("/desk/password", {"new": PASSWORD, "again": PASSWORD})
    assert (done.status, done.location) == (303, "/desk") and browser.cookie() != before
    assert (await browser.get("/desk")).status == 200


async def test_a_one_time_password_is_refused_the_second_time(browser_of: Callable[[], Browser], house: House) -> None:
    made = await house.agents.add("ana")
    assert (await browser_of().sign_in("ana", made.password)).status == 303
    assert (await browser_of().sign_in("ana", made.password)).status == 401


async def test_unknown_user_and_wrong_password_look_the_same(browser: Browser, house: House) -> None:
    await house.agent()
    wrong, unknown = await browser.sign_in("ana", "not the password"), await browser.sign_in("bob", "not the password")
    assert wrong.status == unknown.status == 401 and WRONG in wrong.text
    assert wrong.text.replace('"ana"', "") == unknown.text.replace('"bob"', "")


async def test_a_hashed_password_is_checked_for_unknown_users_too(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    checked: list[str] = []
    passwords = house.agents._passwords
    monkeypatch.setattr(passwords, "_matches", lambda hashed, password: checked.append(hashed) or True)
    assert await house.agents.authenticate("nobody", "x") is None
    assert len(checked) == 1 and checked[0].startswith("$argon2id$")


async def test_signing_in_replaces_the_token(browser: Browser, house: House) -> None:
    await house.agent()
    await browser.get("/desk/sign-in")
    planted = browser.cookie()
    assert (await browser.sign_in("ana", PASSWORD)).status == 303
    assert browser.cookie() not in ("", planted)
    assert await house.sessions.find(planted) is None


async def test_only_a_hash_of_the_token_is_stored(ana: Browser, house: House) -> None:
    keys = b" ".join([key async for key in house.redis.scan_iter("ot:desk:*")])
    assert ana.cookie().encode() not in keys and b"ot:desk:session:" in keys


@pytest.mark.parametrize("secure", [False, True])
async def test_cookie_flags(house: House, browser: Browser, secure: bool) -> None:
    desk = Desk(house.people, house.agents, house.sessions, clock=house.clock, secure_cookies=secure)
    app = web.Application()
    app.add_routes(desk.routes())
    async with TestServer(app, host="127.0.0.1") as server:
        browser.base = str(server.make_url("")).rstrip("/")
        cookie = SimpleCookie((await browser.get("/desk/sign-in")).headers["Set-Cookie"])["ot_desk"]
    assert cookie["httponly"] and cookie["samesite"] == "Strict" and cookie["path"] == "/desk"
    assert bool(cookie["secure"]) is secure


async def test_sign_out_ends_the_session(ana: Browser, house: House) -> None:
    token = ana.cookie()
    assert (await ana.post("/desk/sign-out", {})).location == "/desk/sign-in"
    assert await house.sessions.find(token) is None
    assert (await ana.get("/desk", Cookie=f"ot_desk={token}")).status == 303


@pytest.mark.parametrize(("minutes", "steps", "alive"), [(59, 5, True), (61, 1, False), (50, 15, False)])
async def test_idle_and_longest_limits(ana: Browser, house: House, minutes: int, steps: int, alive: bool) -> None:
    for _ in range(steps):
        house.clock.forward(minutes=minutes)
        last = await ana.get("/desk")
    assert (last.status == 200) is alive


async def test_live_refreshes_do_not_keep_a_session_alive(ana: Browser, house: House) -> None:
    house.clock.forward(minutes=40)
    assert (await ana.get("/desk/parts")).status == 200
    house.clock.forward(minutes=25)
    assert (await ana.get("/desk/parts")).status == 401


async def test_a_touch_does_not_revive_an_ended_session(house: House) -> None:
    await house.agent()
    agent = await house.agents.get("ana")
    assert agent
    token = await house.sessions.begin(agent)
    await house.sessions.end(token)
    await house.sessions._touch(token, "seen", "x")
    assert await house.redis.keys("ot:desk:session:*") == []


async def test_a_password_reset_ends_sessions(ana: Browser, house: House) -> None:
    await house.agents.reset("ana")
    assert (await ana.get("/desk")).status == 303


async def test_a_changed_password_ends_the_other_sessions_only(browser_of: Callable[[], Browser], ana: Browser) -> None:
    elsewhere = browser_of()
    await elsewhere.sign_in("ana", PASSWORD)
    fields = {"current": "wrong", "new": "another fine day", "again": "another fine day"}
    wrong = await ana.post("/desk/password", fields)
    assert wrong.status == 422 and "present password" in wrong.text
    assert (await ana.post("/desk/password", fields | {"current": PASSWORD})).status == 303
    assert (await ana.get("/desk")).status == 200
    assert (await elsewhere.get("/desk")).status == 303


@pytest.mark.parametrize(
    ("origin", "csrf"),
    [
        ("http://evil.example", None),
        ("null", None),
        ("", None),
        (None, ""),
        (None, "0" * 64),
        (None, "ü"),
        (None, csrf_token("other")),
    ],
)
async def test_forms_of_others_are_refused(ana: Browser, house: House, origin: str | None, csrf: str | None) -> None:
    handoff = house.people.open()
    fields = {} if csrf is None else {"csrf": csrf}
    for path in (f"/desk/handoffs/{handoff.id}/accept", "/desk/sign-out", "/desk/settings", "/desk/password", "/desk/available"):
        assert (await ana.post(path, fields, origin)).status == 403
    assert house.people.calls == [] and (await ana.get("/desk")).status == 200


async def test_the_sign_in_form_needs_its_token_too(browser: Browser, house: House) -> None:
    await house.agent()
    assert (await browser.post("/desk/sign-in", {"username": "ana", "password": PASSWORD})).status == 403
    await browser.get("/desk/sign-in")
    assert (await browser.post("/desk/sign-in", {"username": "ana", "password": PASSWORD, "csrf": "x"})).status == 403


@pytest.mark.parametrize("username", ["ana", "nobody"])
async def test_sign_in_is_limited_per_username(browser: Browser, house: House, username: str) -> None:
    await house.agent()
    statuses = [(await browser.sign_in(username, "not the password")).status for _ in range(6)]
    assert statuses == [401] * 5 + [429]
    last = await browser.sign_in(username, PASSWORD)
    assert last.status == 429 and "Too many attempts" in last.text and int(last.headers["Retry-After"]) <= 900
    house.clock.forward(minutes=15)
    assert (await browser.sign_in(username, PASSWORD)).status == (303 if username == "ana" else 401)


async def test_sign_in_is_limited_per_remote_address(browser: Browser, house: House) -> None:
    await house.agent()
    statuses = [(await browser.sign_in(f"guess{n}", "not the password")).status for n in range(20)]
    assert set(statuses) == {401}
    assert (await browser.sign_in("ana", PASSWORD)).status == 429


async def test_a_right_password_starts_the_username_afresh(browser: Browser, house: House) -> None:
    await house.agent()
    for _ in range(3):
        for _ in range(4):
            assert (await browser.sign_in("ana", "not the password")).status == 401
        assert (await browser.sign_in("ana", PASSWORD)).status == 303
        await browser.post("/desk/sign-out", {})


async def test_sign_in_goes_on_to_the_page_that_was_wanted(browser: Browser, house: House) -> None:
    await house.agent()
    assert (await browser.get("/desk/handoffs/h_1")).location == "/desk/sign-in?next=%2Fdesk%2Fhandoffs%2Fh_1"
    assert (await browser.sign_in("ana", PASSWORD, next="/desk/handoffs/h_1")).location == "/desk/handoffs/h_1"


@pytest.mark.parametrize(
    "wanted", ["//evil.example", "https://evil.example/desk", "/desk/handoffs/../../x", "/chat", "/desk\r\nX: y"]
)
async def test_sign_in_goes_nowhere_else(browser: Browser, house: House, wanted: str) -> None:
    await house.agent()
    assert (await browser.sign_in("ana", PASSWORD, next=wanted)).location == "/desk"


async def test_whoever_is_signed_in_skips_the_sign_in_page(ana: Browser) -> None:
    assert (await ana.get("/desk/sign-in")).location == "/desk"


async def test_settings_are_saved(ana: Browser, house: House) -> None:
    page = await ana.get("/desk/settings")
    assert page.field("display_name") == "Ana Reyes" and "checked" in page.text
    done = await ana.post("/desk/settings", {"display_name": "Ana R.", "phone": "+1 202 555 0143"})
    assert done.location == "/desk/settings?saved" and "Saved." in (await ana.get(done.location)).text
    agent = await house.agents.get("ana")
    assert agent and (agent.display_name, agent.phone, agent.available) == ("Ana R.", "+12025550143", False)


async def test_settings_that_are_refused_keep_what_was_typed(ana: Browser, house: House) -> None:
    answer = await ana.post("/desk/settings", {"display_name": "Ana <b>", "phone": "2025550143", "available": "1"})
    assert answer.status == 422 and "country code" in answer.text
    assert answer.field("phone") == "2025550143" and answer.field("display_name") == "Ana <b>" and "<b>" not in answer.text
    agent = await house.agents.get("ana")
    assert agent and agent.phone is None and agent.display_name == "Ana Reyes"
