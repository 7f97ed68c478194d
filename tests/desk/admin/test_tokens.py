"""Tokens for programs: shown once, kept as a hash, for their scopes until their day, revoked at once."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from redis.asyncio import Redis

from desk.accounts.tokens import ApiTokens, Scope, TokenRefused
from desk.agents import AgentDirectory
from tests.desk.conftest import Browser, House, cheap_passwords
from tests.desk.fake_people import FakeClock
from tests.desk.test_desk_past import Noted


@pytest.fixture
def noted() -> Noted:
    return Noted()


@pytest.fixture
def tokens(redis: Redis, clock: FakeClock, noted: Noted) -> ApiTokens:
    return ApiTokens(redis, clock=clock, facts=noted)


async def everything(redis: Redis) -> str:
    kept = [key.decode() for key in await redis.keys("ot:desk:token*")]
    values = [await redis.hgetall(key) for key in kept if "token:" in key]
    return repr((kept, values))


async def test_a_token_opens_until_its_day_and_only_its_hash_is_kept(
    tokens: ApiTokens, redis: Redis, clock: FakeClock, noted: Noted
) -> None:
    token = await tokens.make("The report", [Scope.RECORDS], 30, "ana")
    found = await tokens.find(token)
    assert found and (found.name, found.scopes, found.by) == ("The report", {Scope.RECORDS}, "ana")
    assert token not in await everything(redis) and token not in repr(noted.told)
    assert [await tokens.find(one) for one in (token[:-1], token + "x", "ot_", "", found.id)] == [None] * 5
    clock.forward(seconds=timedelta(days=30).total_seconds())
    assert await tokens.find(token) is None and await tokens.all() == [] and "The report" not in await everything(redis)


async def test_a_revoked_token_opens_nothing_and_both_are_told(tokens: ApiTokens, noted: Noted) -> None:
    token = await tokens.make("The report", [Scope.RECORDS, Scope.HANDOFFS], 7, "ana")
    (one,) = await tokens.all()
    assert await tokens.revoke(one.id, "bo") and not await tokens.revoke(one.id, "bo")
    assert await tokens.find(token) is None and await tokens.all() == []
    assert [(fact.body["change"], fact.body["by"], fact.body["name"]) for fact in noted.told] == [
        ("made", "ana", "The report"),
        ("revoked", "bo", "The report"),
    ]


@pytest.mark.parametrize("act", ["disable", "remove", "set_role"])
async def test_who_is_no_admin_any_more_leaves_no_tokens_behind(
    tokens: ApiTokens, redis: Redis, clock: FakeClock, noted: Noted, act: str
) -> None:
    agents = AgentDirectory(redis, cheap_passwords(), facts=noted, clock=clock)
    await agents.add("bo", role="admin")
    theirs, anas = await tokens.make("Bo's", [Scope.RECORDS], 7, "bo"), await tokens.make("Ana's", [Scope.RECORDS], 7, "ana")
    await (agents.set_role("bo", "agent", by="ana") if act == "set_role" else getattr(agents, act)("bo", by="ana"))
    assert await tokens.find(theirs) is None and await tokens.find(anas) is not None
    assert [(one.body["name"], one.body["by"]) for one in noted.told if one.body["change"] == "revoked"] == [("Bo's", "ana")]


@pytest.mark.parametrize(
    ("name", "scopes", "days"),
    [("", ["records"], 7), ("x" * 61, ["records"], 7), ("a", [], 7), ("a", ["all"], 7), ("a", ["records"], 9999)],
)
async def test_what_is_no_token_is_refused(tokens: ApiTokens, name: str, scopes: list[str], days: int) -> None:
    with pytest.raises(TokenRefused):
        await tokens.make(name, scopes, days, "ana")
    assert await tokens.all() == []


async def test_when_it_was_used_last_is_seen(tokens: ApiTokens, clock: FakeClock) -> None:
    token = await tokens.make("The report", [Scope.RECORDS], 7, "ana")
    assert [one.used for one in await tokens.all()] == [None]
    clock.forward(minutes=5)
    await tokens.find(token)
    assert [one.used for one in await tokens.all()] == [clock()]


async def test_the_page_shows_a_token_once_and_revokes_it(house: House, ana: Browser, tokens: ApiTokens) -> None:
    await house.agents.set_role("ana", "admin")
    wanted = {"name": "The report", "scope_records": "1", "days": "30"}
    made = await ana.post("/desk/admin/tokens", wanted)
    found = re.search(r"<code>(ot_\S+)</code>", made.text)
    assert found and await tokens.find(found[1]) is not None
    page = (await ana.get("/desk/admin/tokens")).text
    assert found[1] not in page and "The report" in page
    assert (await ana.post("/desk/admin/tokens", wanted | {"days": "1"})).status == 422
    (one,) = await tokens.all()
    assert (await ana.post(f"/desk/admin/tokens/{one.id}/revoke", {})).status == 303
    assert await tokens.find(found[1]) is None
    assert (await ana.post(f"/desk/admin/tokens/{one.id}/revoke", {})).status == 404
