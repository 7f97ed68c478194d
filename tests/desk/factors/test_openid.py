"""Signing in elsewhere, against a provider that signs with real keys: when it is right, wrong, slow and forging."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest
from joserfc.jwk import RSAKey
from redis.asyncio import Redis

from desk.accounts.elsewhere import claim, claimed, subject_of
from desk.agents import AgentDirectory
from desk.factors import provider as providers
from desk.factors.provider import OpenId
from desk.limits import PER_REMOTE
from tests.desk.conftest import PASSWORD, Answer, Browser, House, cheap_passwords, opened_house
from tests.desk.factors.fake_provider import CLIENT, SECRET, FakeProvider, provider_on
from tests.desk.fake_people import FakeClock

GO, BACK = "/desk/sign-in/openid", "/desk/sign-in/openid/back"
ROLES = (("desk-leads", "supervisor"), ("desk-agents", "agent"))


@pytest.fixture
async def provider(clock: FakeClock) -> AsyncIterator[FakeProvider]:
    async with provider_on(clock) as found:
        yield found


@pytest.fixture
async def house(redis: Redis, agents: AgentDirectory, clock: FakeClock, provider: FakeProvider) -> AsyncIterator[House]:
    settings = OpenId(provider.issuer, CLIENT, SECRET, "realm_access.roles", ROLES, "https://desk.example" + BACK)
    async with aiohttp.ClientSession() as http, opened_house(redis, agents, clock, openid=settings, http=http) as opened:
        yield opened


async def there(browser: Browser) -> str:
    """To the provider and as far as its answer: the query that the browser brings back."""
    answer = await browser.get(GO)
    assert answer.status == 303
    async with browser.session.get(answer.location, allow_redirects=False) as shown:
        back = shown.headers["Location"]
    assert back.startswith("https://desk.example" + BACK)
    return urlsplit(back).query


async def sign_in(browser: Browser) -> Answer:
    return await browser.get(f"{BACK}?{await there(browser)}")


async def test_who_comes_first_gets_an_account_and_the_same_one_later(
    house: House, browser: Browser, browser_of: Callable[[], Browser], provider: FakeProvider
) -> None:
    assert "Sign in with your company account" in (await browser.get("/desk/sign-in")).text
    answer = await sign_in(browser)
    assert answer.status == 200 and 'content="0;url=/desk"' in answer.text
    assert (await browser.get("/desk")).status == 200
    provider.person |= {"name": "Another Name", "preferred_username": "somebody-else"}
    assert (await sign_in(browser_of())).status == 200
    assert [(one.username, one.display_name, one.role) for one in await house.agents.all()] == [("bo", "Bo Lindqvist", "agent")]
    assert (await browser_of().sign_in("bo", PASSWORD)).status == 401, "there is no password that opens it"


async def test_a_name_that_is_taken_takes_nobodys_account(house: House, browser: Browser) -> None:
    await house.agent("bo", "Another Bo")
    await house.agents.set_role("bo", "admin")
    assert (await sign_in(browser)).status == 200
    assert (await browser.get("/desk/admin")).status == 403
    assert len(await house.agents.all()) == 2


async def test_after_a_removal_the_name_may_be_anothers_and_is_not_entered(
    house: House, browser: Browser, browser_of: Callable[[], Browser], provider: FakeProvider
) -> None:
    await sign_in(browser)
    subject = subject_of(provider.issuer, provider.person["sub"])
    await house.agents.remove("bo")
    assert await claimed(house.redis, subject) == "", "the removal forgets whose it was"
    await house.agent("bo", "Another Bo")
    await claim(house.redis, subject, "bo")  # as an older version left it
    again = browser_of()
    assert (await sign_in(again)).status == 200
    session = await house.sessions.find(again.cookie())
    assert session and session.username == f"bo-{subject[:6]}"
    assert {one.username for one in await house.agents.all()} == {"bo", f"bo-{subject[:6]}"}
    assert await claimed(house.redis, subject) == f"bo-{subject[:6]}"


@pytest.mark.parametrize("name", ["operator", "openid", "clock", "gateway", "api", "agent"])
async def test_a_name_that_stands_for_nobody_or_for_the_first_admin_is_not_to_be_had(
    house: House, browser: Browser, provider: FakeProvider, name: str
) -> None:
    provider.person["preferred_username"] = name
    assert (await sign_in(browser)).status == 200
    (made,) = await house.agents.all()
    assert made.username.startswith(f"{name}-") and made.role == "agent"


async def test_a_supervisors_name_that_was_chosen_elsewhere_makes_no_supervisor(redis: Redis) -> None:
    named = AgentDirectory(redis, cheap_passwords(), supervisors=frozenset({"lead", "bo"}))
    made = await named.add_elsewhere("lead", "Eve", "agent", "openid", "s1")
    await named.add("bo")
    assert made and made.role == "agent" and not await named.supervises("lead") and await named.supervises("bo")


async def test_two_first_sign_ins_at_once_make_one_account(
    house: House, browser: Browser, browser_of: Callable[[], Browser]
) -> None:
    other = browser_of()
    queries = await there(browser), await there(other)
    answers = await asyncio.gather(*(one.get(f"{BACK}?{query}") for one, query in zip((browser, other), queries, strict=True)))
    assert [answer.status for answer in answers] == [200, 200]
    assert [one.username for one in await house.agents.all()] == ["bo"]
    assert [(await one.get("/desk")).status for one in (browser, other)] == [200, 200]


async def test_who_dies_before_the_account_is_made_finds_its_name_again(
    house: House, browser: Browser, provider: FakeProvider
) -> None:
    await claim(house.redis, subject_of(provider.issuer, provider.person["sub"]), "bo")
    provider.person["preferred_username"] = "another-name"
    assert (await sign_in(browser)).status == 200
    assert [one.username for one in await house.agents.all()] == ["bo"]


async def test_who_the_browser_was_before_is_signed_out(house: House, ana: Browser) -> None:
    before = ana.cookie()
    assert (await sign_in(ana)).status == 200
    assert await house.sessions.find(before) is None and ana.cookie() not in ("", before)


async def test_roles_are_those_of_the_groups_at_each_sign_in(house: House, browser: Browser, provider: FakeProvider) -> None:
    await sign_in(browser)
    provider.person["realm_access"] = {"roles": ["desk-agents", "desk-leads"]}
    await sign_in(browser)
    assert [one.role for one in await house.agents.all()] == ["supervisor"]
    for groups in ({}, {"roles": []}, {"roles": ["others"]}, {"roles": {"desk-leads": 1}}, "desk-leads", None):
        provider.person["realm_access"] = groups
        assert (await sign_in(browser)).status == 403


async def test_who_is_disabled_here_is_not_let_in_from_there(house: House, browser: Browser) -> None:
    await sign_in(browser)
    await house.agents.disable("bo")
    assert (await sign_in(browser)).status == 403


@pytest.mark.parametrize(
    "wrong",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"iss": "https://evil.example"},
        {"aud": "another-client"},
        {"aud": [CLIENT, "another-client"]},
        {"azp": "another-client"},
        {"exp": 1},
        {"exp": None},
        {"iat": 32503680000},
        {"sub": None},
    ],
    ids=str,
)
async def test_a_token_that_is_not_for_us_now_is_not_believed(
    house: House, browser: Browser, provider: FakeProvider, wrong: dict[str, Any]
) -> None:
    provider.wrong = wrong
    assert (await sign_in(browser)).status == 403
    assert await house.agents.all() == [] and (await browser.get("/desk")).status == 303


@pytest.mark.parametrize("forge", ["none", "shared", "another"])
async def test_a_forged_token_is_not_believed(house: House, browser: Browser, provider: FakeProvider, forge: str) -> None:
    provider.forge = forge
    assert (await sign_in(browser)).status == 403 and await house.agents.all() == []


async def test_a_new_key_is_asked_for_once_a_minute_at_most(browser: Browser, provider: FakeProvider, clock: FakeClock) -> None:
    assert (await sign_in(browser)).status == 200
    provider.key = RSAKey.generate_key(2048, {"kid": "two"})
    assert (await sign_in(browser)).status == 403 and provider.asked_for_keys == 1, "just asked"
    clock.forward(minutes=2)
    assert (await sign_in(browser)).status == 200 and provider.asked_for_keys == 2


async def test_an_answer_is_good_once_and_in_the_browser_that_asked(
    house: House, browser: Browser, browser_of: Callable[[], Browser]
) -> None:
    query = await there(browser)
    assert (await browser_of().get(f"{BACK}?{query}")).status == 403, "sent to somebody else"
    assert (await browser.get(f"{BACK}?{query}")).status == 403, "it is used up by that"
    assert (await sign_in(browser)).status == 200
    for query in ("", "code=a&state=b", "error=access_denied", "state=%00&code=x"):
        assert (await browser.get(f"{BACK}?{query}")).status == 403


async def test_the_answer_of_another_provider_is_not_ours(browser: Browser, provider: FakeProvider) -> None:
    query = parse_qs(await there(browser))
    other = f"code={query['code'][0]}&state={query['state'][0]}&iss=https%3A%2F%2Fevil.example"
    assert (await browser.get(f"{BACK}?{other}")).status == 403
    provider.discovery = {"authorization_response_iss_parameter_supported": True}


async def test_what_was_refused_there_is_said_here(browser: Browser) -> None:
    state = parse_qs(await there(browser))["state"][0]
    answer = await browser.get(f"{BACK}?state={state}&error=access_denied")
    assert answer.status == 403 and "could not be signed in" in answer.text


async def test_a_provider_that_is_away_or_nonsense_is_a_sentence(browser: Browser, provider: FakeProvider) -> None:
    for discovery, status, answers in (
        ({"issuer": "https://evil.example"}, 403, 200),
        ({"token_endpoint": 7}, 502, 200),
        ({}, 502, 500),
        ({}, 502, 302),
    ):
        provider.discovery, provider.answers = discovery, answers
        assert (await browser.get(GO)).status == status


async def test_a_slow_provider_is_given_up(browser: Browser, provider: FakeProvider, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(providers, "TIMEOUT", aiohttp.ClientTimeout(total=0.05))
    provider.silent = asyncio.Event()
    answer = await browser.get(GO)
    assert answer.status == 502 and "does not answer" in answer.text


async def test_tries_are_limited_by_address(browser: Browser) -> None:
    statuses = [(await browser.get(f"{BACK}?code=a&state=s{n}")).status for n in range(PER_REMOTE + 1)]
    assert statuses == [403] * PER_REMOTE + [429]


async def test_without_a_provider_there_is_no_such_way(redis: Redis, agents: AgentDirectory, clock: FakeClock) -> None:
    jar = aiohttp.CookieJar(unsafe=True)
    async with opened_house(redis, agents, clock) as plain, aiohttp.ClientSession(cookie_jar=jar) as session:
        browser = Browser(session, plain.base)
        assert "company account" not in (await browser.get("/desk/sign-in")).text
        assert (await browser.get(GO)).status == 404
