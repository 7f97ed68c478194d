"""The admins' pages: accounts are made, changed and ended, by admins alone, and each look and change is told."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable

import pytest

from bot.model import Fact
from bot.redis_store.client.base import connect
from bot.redis_store.facts import RedisFacts
from desk.agents import AgentDirectory
from desk.presence import GRACE, Presence
from tests.bot.conftest import facts_on
from tests.desk.conftest import PASSWORD, Browser, House, cheap_passwords, opened_house
from tests.desk.fake_people import FakeClock

BO = "/desk/admin/accounts/bo"


@pytest.fixture
async def house(redis_url: str, clock: FakeClock) -> AsyncIterator[House]:
    """A desk of which is told."""
    client = connect(redis_url)
    facts = RedisFacts(client)
    agents = AgentDirectory(client, cheap_passwords(), facts=facts, clock=clock)
    async with opened_house(client, agents, clock, facts=facts) as opened:
        yield opened
    await client.aclose()


@pytest.fixture
async def admin(house: House, ana: Browser) -> Browser:
    """Ana, who is one."""
    await house.agents.set_role("ana", "admin")
    return ana


async def told(house: House, kind: str) -> list[Fact]:
    return [fact for fact in await facts_on(house.redis) if fact.kind == kind]


async def test_an_account_is_made_and_its_password_shown_once(
    house: House, admin: Browser, browser_of: Callable[[], Browser]
) -> None:
    made = await admin.post("/desk/admin/accounts", {"username": "Bo", "display_name": "Bo Lind", "role": "designer"})
    found = re.search(r"<code>(\S+)</code>", made.text)
    assert made.status == 200 and found and "Bo Lind" in made.text
    assert found[1] not in (await admin.get(BO)).text
    bo = await browser_of().sign_in("bo", found[1])
    assert (bo.status, bo.location) == (303, "/desk/password")
    (added,) = [one for one in await told(house, "agent_changed") if one.body["change"] == "added" and one.body["agent"] == "bo"]
    assert added.body["by"] == "ana"


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"username": "b o", "role": "agent"}, "A username has"),
        ({"username": "ana", "role": "agent"}, "already"),
        ({"username": "bo", "role": "boss"}, "The role is one of"),
        ({"username": "bo", "role": "agent", "display_name": "x" * 61}, "1 to 60"),
    ],
)
async def test_what_makes_no_account_is_said_and_kept(house: House, admin: Browser, fields: dict[str, str], why: str) -> None:
    refused = await admin.post("/desk/admin/accounts", fields)
    assert refused.status == 422 and why in refused.text and fields["username"] in refused.text
    assert [one.username for one in await house.agents.all()] == ["ana"]


async def test_who_is_disabled_is_out_at_once_and_in_again_with_the_password_of_before(
    house: House, admin: Browser, browser_of: Callable[[], Browser]
) -> None:
    await house.agent("bo", "Bo", phone="+12025550161")
    bo, presence = browser_of(), Presence(house.agents, house.sessions, house.clock)
    await bo.sign_in("bo", PASSWORD)
    handoff = house.people.open()
    await house.people.accept(handoff.id, "bo", None)
    assert (await admin.post(f"{BO}/disable", {})).location == f"{BO}?saved"
    assert (await bo.get("/desk")).location == "/desk/sign-in" and (await bo.sign_in("bo", PASSWORD)).status == 401
    held = house.people.views[handoff.id].handoff
    assert await presence.phones() == [] and await presence.absent([held]) == {handoff.id}, "the grace gives it back"
    (out,) = await told(house, "agent_signed_out")
    assert (out.body["agent"], out.body["by"]) == ("bo", "ana")
    await admin.post(f"{BO}/enable", {})
    assert (await bo.sign_in("bo", PASSWORD)).status == 303
    changes = [(one.body["change"], one.body["by"]) for one in await told(house, "agent_changed") if one.body["agent"] == "bo"]
    assert {("disabled", "ana"), ("enabled", "ana")} <= set(changes) and GRACE


async def test_a_role_and_a_new_password_are_given(house: House, admin: Browser, browser_of: Callable[[], Browser]) -> None:
    await house.agent("bo", "Bo")
    bo = browser_of()
    await bo.sign_in("bo", PASSWORD)
    await admin.post(f"{BO}/role", {"role": "supervisor"})
    assert (await house.agents.get("bo")).role == "supervisor"  # type: ignore[union-attr]
    assert (await admin.post(f"{BO}/role", {"role": "boss"})).status == 422
    reset = await admin.post(f"{BO}/reset", {})
    found = re.search(r"<code>(\S+)</code>", reset.text)
    assert found and (await bo.get("/desk")).status == 303 and (await bo.sign_in("bo", PASSWORD)).status == 401
    assert (await bo.sign_in("bo", found[1])).location == "/desk/password"


@pytest.mark.parametrize("act", ["role", "reset", "disable"])
async def test_nobody_takes_away_their_own_account(house: House, admin: Browser, act: str) -> None:
    refused = await admin.post(f"/desk/admin/accounts/ana/{act}", {"role": "agent"})
    assert refused.status == 422 and "Another admin must change your own account" in refused.text
    assert (await admin.get("/desk/admin")).status == 200


async def test_a_session_is_ended_alone_and_all_of_them_together(
    house: House, admin: Browser, browser_of: Callable[[], Browser]
) -> None:
    await house.agent("bo", "Bo")
    one, other, third = browser_of(), browser_of(), browser_of()
    for browser in (one, other, third):
        await browser.sign_in("bo", PASSWORD)
        house.clock.forward(minutes=1)
    names = re.findall(r'name="session" value="(\w{64})"', (await admin.get(BO)).text)
    assert len(names) == 3
    await admin.post(f"{BO}/end", {"session": names[0]})
    assert [(await each.get("/desk")).status for each in (one, other, third)] == [200, 200, 303], "the latest used stood first"
    await admin.post(f"{BO}/end", {})
    assert [(await each.get("/desk")).status for each in (one, other)] == [303, 303]
    assert (await admin.get("/desk/admin")).status == 200


async def test_ones_own_sessions_are_seen_and_ended_but_for_this_one(
    house: House, ana: Browser, browser_of: Callable[[], Browser]
) -> None:
    elsewhere = browser_of()
    await elsewhere.sign_in("ana", PASSWORD)
    page = (await ana.get("/desk/settings")).text
    assert "this browser" in page and page.count('name="session"') == 2 and ana.cookie() not in page
    await house.agent("bo", "Bo")
    bo = await house.signed_in("bo")
    (theirs,) = await house.sessions.open_of("bo")
    await ana.post("/desk/settings/sessions", {"session": theirs.name})
    assert await house.sessions.find(bo) is not None, "nobody ends a colleague's"
    await ana.post("/desk/settings/sessions", {})
    assert ((await ana.get("/desk")).status, (await elsewhere.get("/desk")).status) == (200, 303)


async def test_each_look_is_told(house: House, admin: Browser) -> None:
    for path in ("/desk/admin", "/desk/admin/accounts/ana", "/desk/admin/tokens"):
        assert (await admin.get(path)).status == 200
    seen = [(one.body["what"], one.body["by"]) for one in await told(house, "access_read")]
    assert sorted(seen) == [("account ana", "ana"), ("accounts", "ana"), ("tokens", "ana")]


@pytest.mark.parametrize(
    ("form", "fields", "what"),
    [
        ("/desk/admin/accounts/ana/reset", {}, "account ana"),
        ("/desk/admin/accounts", {"username": "b o"}, "accounts"),
        ("/desk/admin/accounts", {"username": "bo", "role": "agent"}, "account bo"),
        ("/desk/admin/tokens", {"name": ""}, "tokens"),
        ("/desk/admin/tokens", {"name": "The report", "scope_records": "1", "days": "7"}, "tokens"),
    ],
)
async def test_what_the_answer_to_a_form_shows_is_told_too(
    house: House, admin: Browser, form: str, fields: dict[str, str], what: str
) -> None:
    assert (await admin.post(form, fields)).status in (200, 422)
    assert [one.body["what"] for one in await told(house, "access_read")] == [what]


async def test_an_account_that_is_not_there_is_said(admin: Browser) -> None:
    assert (await admin.get("/desk/admin/accounts/nobody")).status == 404
    assert (await admin.post("/desk/admin/accounts/nobody/enable", {})).status == 404
