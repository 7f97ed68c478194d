"""Passkeys: made with the password, shown instead of it, for this desk alone, each answer once."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Callable
from dataclasses import replace

import pytest
from redis.asyncio import Redis

from bot.ports import StoreUnavailable
from desk.accounts import passkeys
from desk.accounts.passkeys import is_a_name
from desk.agents import AgentDirectory
from tests.desk.conftest import PASSWORD, Answer, Browser, House, opened_house
from tests.desk.factors.device import PRESENT, Device
from tests.desk.factors.test_codes import set_up, shown
from tests.desk.fake_people import FakeClock

URL, HOST = "https://desk.bank.example", "desk.bank.example"
PAGE, SIGN_IN = "/desk/passkeys", "/desk/sign-in/passkey"


@pytest.fixture
async def house(redis: Redis, agents: AgentDirectory, clock: FakeClock) -> AsyncIterator[House]:
    async with opened_house(redis, agents, clock, url=URL) as opened:
        yield opened


@pytest.fixture
def device() -> Device:
    return Device(URL, HOST)


async def make(browser: Browser, device: Device) -> Answer:
    asked = await browser.post(f"{PAGE}/options", {"current": PASSWORD})
    assert asked.status == 200, asked.text
    return await browser.post(PAGE, {"name": "My phone", "credential": device.made(json.loads(asked.text))})


async def options(browser: Browser) -> dict[str, object]:
    browser.csrf = (await browser.get("/desk/sign-in")).csrf
    found: dict[str, object] = json.loads((await browser.post(f"{SIGN_IN}/options", {})).text)
    return found


async def show(browser: Browser, device: Device) -> Answer:
    return await browser.post(SIGN_IN, {"credential": device.shown(await options(browser))})


async def test_a_passkey_is_made_with_the_password_and_opens_without_it(
    house: House, ana: Browser, browser_of: Callable[[], Browser], device: Device
) -> None:
    assert (await ana.post(f"{PAGE}/options", {"current": "not it"})).status == 422
    assert (await make(ana, device)).status == 200
    assert "My phone" in (await ana.get(PAGE)).text
    other = browser_of()
    assert "Sign in with a passkey" in (await other.get("/desk/sign-in")).text
    planted = other.cookie()
    assert (await show(other, device)).status == 200
    assert (await other.get("/desk")).status == 200 and other.cookie() not in ("", planted)


async def test_what_the_device_must_have_is_asked_for(house: House, ana: Browser, browser: Browser) -> None:
    made = json.loads((await ana.post(f"{PAGE}/options", {"current": PASSWORD})).text)
    assert made["authenticatorSelection"] == {
        "residentKey": "required",
        "requireResidentKey": True,
        "userVerification": "required",
    }
    assert made["rp"]["id"] == HOST and made["user"]["id"] != "ana"


@pytest.mark.parametrize(
    "wrong",
    [{"origin": "https://evil.example"}, {"host": "evil.example"}, {"flags": PRESENT}, {"flags": 0}],
    ids=["another page", "another host", "nobody proved whose it is", "nobody touched it"],
)
async def test_what_was_not_made_or_shown_here_by_its_owner_is_refused(
    house: House, ana: Browser, browser_of: Callable[[], Browser], device: Device, wrong: dict[str, object]
) -> None:
    assert (await make(ana, replace(device, **wrong))).status == 422  # type: ignore[arg-type]
    assert "You have none." in (await ana.get(PAGE)).text
    assert (await make(ana, device)).status == 200
    for name, value in wrong.items():
        setattr(device, name, value)
    refused = await show(browser_of(), device)
    assert refused.status == 422 and "was not accepted" in refused.text


async def test_an_answer_is_good_once_and_for_the_browser_that_was_asked(
    ana: Browser, browser_of: Callable[[], Browser], device: Device
) -> None:
    await make(ana, device)
    one, other = browser_of(), browser_of()
    credential = device.shown(await options(one))
    await options(other)
    assert (await other.post(SIGN_IN, {"credential": credential})).status == 422
    assert (await one.post(SIGN_IN, {"credential": credential})).status == 200
    again = browser_of()
    await options(again)
    assert (await again.post(SIGN_IN, {"credential": credential})).status == 422


async def test_a_copied_key_and_a_strangers_are_refused(
    house: House, ana: Browser, browser_of: Callable[[], Browser], device: Device
) -> None:
    await make(ana, device)
    assert (await show(browser_of(), device)).status == 200
    device.count = 0
    assert (await show(browser_of(), device)).status == 422, "its count went back"
    stranger = replace(device, id=b"x" * 32, count=5)
    assert (await show(browser_of(), stranger)).status == 422
    device.count, device.handle = 9, "YW5vdGhlcg"
    assert (await show(browser_of(), device)).status == 422, "another's handle"


async def test_a_device_that_does_not_count_is_fine(ana: Browser, browser_of: Callable[[], Browser], device: Device) -> None:
    """Passkeys that are kept in sync over devices always say nought."""
    await make(ana, device)
    for _ in range(2):
        device.count = -1
        assert (await show(browser_of(), device)).status == 200


async def test_a_key_belongs_to_one_account(
    house: House, ana: Browser, browser_of: Callable[[], Browser], device: Device
) -> None:
    await make(ana, device)
    hers_there = device.handle
    await house.agent("bo", "Bo")
    bo = browser_of()
    await bo.sign_in("bo", PASSWORD)
    assert (await make(bo, device)).status == 422
    (hers,) = [key.decode().rpartition(":")[2] async for key in house.redis.scan_iter("ot:desk:passkey:*")]
    await bo.post(f"{PAGE}/remove", {"key": hers, "current": PASSWORD})
    assert "My phone" in (await ana.get(PAGE)).text
    await house.agents.remove("bo")
    device.handle = hers_there
    assert (await show(browser_of(), device)).status == 200, "what is forgotten with Bo is not hers"


async def test_a_key_that_could_not_be_kept_opens_nothing_and_is_made_again(
    ana: Browser, browser_of: Callable[[], Browser], device: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def gone(*_args: object) -> bool:
        raise StoreUnavailable("it died there")

    with monkeypatch.context() as patched:
        patched.setattr(passkeys, "created", gone)
        assert (await make(ana, device)).status == 503
    assert (await show(browser_of(), device)).status == 422 and "You have none." in (await ana.get(PAGE)).text
    assert (await make(ana, device)).status == 200


async def test_where_a_code_is_asked_a_new_key_wants_one_too(
    ana: Browser, browser_of: Callable[[], Browser], device: Device, clock: FakeClock
) -> None:
    secret, recovery = await set_up(ana, clock)
    clock.forward(minutes=1)
    assert 'name="code"' in (await ana.get(PAGE)).text
    for code in ("", "000000"):
        assert (await ana.post(f"{PAGE}/options", {"current": PASSWORD, "code": code})).status == 422
    asked = await ana.post(f"{PAGE}/options", {"current": PASSWORD, "code": shown(secret, clock)})
    assert (await ana.post(PAGE, {"credential": device.made(json.loads(asked.text))})).status == 200
    (key,) = re.findall(r'name="key" value="([^"]+)"', (await ana.get(PAGE)).text)
    assert (await ana.post(f"{PAGE}/remove", {"key": key, "current": PASSWORD})).status == 422
    assert (await ana.post(f"{PAGE}/remove", {"key": key, "current": PASSWORD, "code": recovery[0]})).location == PAGE


async def test_a_thiefs_key_does_not_outlive_the_reset(
    house: House, ana: Browser, browser_of: Callable[[], Browser], device: Device
) -> None:
    await make(ana, device)
    made, owner = await house.agents.reset("ana"), browser_of()
    assert (await show(browser_of(), device)).status == 422
    assert (await owner.sign_in("ana", made.password)).location == "/desk/password"
    await house.agents.set_password("ana", f"{PASSWORD} again")
    assert (await show(browser_of(), device)).status == 422 and await house.sessions.open_of("ana") != []


async def test_no_key_opens_the_page_that_asks_for_no_present_password(
    house: House, ana: Browser, browser_of: Callable[[], Browser], device: Device
) -> None:
    await make(ana, device)
    await house.redis.hset("ot:agent:ana", "must_change_password", "1")
    assert (await show(browser_of(), device)).status == 422


async def test_a_removed_key_a_disabled_account_and_a_removed_one_open_nothing(
    house: House, ana: Browser, browser_of: Callable[[], Browser], device: Device
) -> None:
    await make(ana, device)
    await house.agents.disable("ana")
    assert (await show(browser_of(), device)).status == 422
    await house.agents.enable("ana")
    await house.agents.remove("ana")
    await house.agent()
    assert (await show(browser_of(), device)).status == 422, "a new account of that name has no keys of the old one"


async def test_it_is_removed_with_the_password(ana: Browser, house: House, browser: Browser, device: Device) -> None:
    await make(ana, device)
    (key,) = [key.decode().rpartition(":")[2] async for key in house.redis.scan_iter("ot:desk:passkey:*")]
    assert (await ana.post(f"{PAGE}/remove", {"key": key, "current": "not it"})).status == 422
    assert (await ana.post(f"{PAGE}/remove", {"key": key, "current": PASSWORD})).location == PAGE
    assert "You have none." in (await ana.get(PAGE)).text


@pytest.mark.parametrize("credential", ["", "[]", "{}", '{"id": 7}', "x" * 20_000, '{"id": "a", "response": 3}'])
async def test_nonsense_is_refused(ana: Browser, browser_of: Callable[[], Browser], device: Device, credential: str) -> None:
    await make(ana, device)
    other = browser_of()
    await options(other)
    assert (await other.post(SIGN_IN, {"credential": credential})).status == 422
    await ana.post(f"{PAGE}/options", {"current": PASSWORD})
    assert (await ana.post(PAGE, {"name": "x", "credential": credential})).status == 422


@pytest.mark.parametrize(
    ("url", "named"),
    [(URL, True), ("http://localhost:8081", True), ("", False), ("http://127.0.0.1:8081", False), ("http://[::1]:8081", False)],
)
def test_passkeys_belong_to_names(url: str, named: bool) -> None:
    assert is_a_name(url) is named
