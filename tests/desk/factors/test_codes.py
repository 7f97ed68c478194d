"""The second factor: set up with the password, asked at sign-in, a code taken once, recovery codes good once."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable

import pyotp
import pytest
from redis.asyncio import Redis

from bot.ports import NoFacts
from desk.accounts.one_time_codes import OneTimeCodes, sealing_key
from desk.limits import PER_REMOTE, PER_USERNAME
from tests.desk.conftest import PASSWORD, Answer, Browser, House
from tests.desk.fake_people import FakeClock

PAGE, CODE = "/desk/second-factor", "/desk/sign-in/code"
SHOWN = r"<code>([A-Z2-7]{32})</code>"


def shown(secret: str, clock: FakeClock, steps: int = 0) -> str:
    """What the app shows, so many steps of 30 s from now."""
    return pyotp.TOTP(secret).at(clock(), counter_offset=steps)


async def set_up(browser: Browser, clock: FakeClock) -> tuple[str, list[str]]:
    """The secret, and the recovery codes."""
    found = re.search(SHOWN, (await browser.post(PAGE, {"current": PASSWORD})).text)
    assert found
    done = await browser.post(f"{PAGE}/confirm", {"code": shown(found[1], clock)})
    assert done.status == 200
    return found[1], re.findall(r"<code>([a-z0-9-]{17})</code>", done.text)


async def password(browser: Browser) -> Answer:
    """As far as the password goes."""
    browser.csrf = (await browser.get("/desk/sign-in")).csrf
    answer = await browser.post("/desk/sign-in", {"username": "ana", "password": PASSWORD})
    if answer.location == CODE:
        browser.csrf = (await browser.get(CODE)).csrf
    return answer


async def wrongly(browser: Browser, username: str) -> int:
    """The status of a sign-in with a wrong password."""
    return (await browser.sign_in(username, "not it")).status


async def test_a_code_is_asked_from_then_on_and_each_is_good_once(
    house: House, ana: Browser, browser_of: Callable[[], Browser], clock: FakeClock
) -> None:
    other = browser_of()
    await other.sign_in("ana", PASSWORD)
    secret, recovery = await set_up(ana, clock)
    assert len(recovery) == 10 and (await other.get("/desk")).status == 303, "other browsers were signed out"
    assert (await password(other)).location == CODE
    assert (await other.get("/desk")).status == 303, "half of it opens nothing"
    assert (await other.post(CODE, {"code": shown(secret, clock)})).status == 401, "it confirmed the app already"
    clock.forward(seconds=30)
    code = shown(secret, clock)
    assert (await other.post(CODE, {"code": f" {code[:3]} {code[3:]}"})).location == "/desk"
    assert (await other.get("/desk")).status == 200
    third = browser_of()
    await password(third)
    assert (await third.post(CODE, {"code": code})).status == 401, "seen over a shoulder"


async def test_figures_of_another_script_are_figures(ana: Browser, browser_of: Callable[[], Browser], clock: FakeClock) -> None:
    secret, _ = await set_up(ana, clock)
    clock.forward(minutes=1)
    bo = browser_of()
    await password(bo)
    arabic = shown(secret, clock).translate({ord("0") + n: 0x660 + n for n in range(10)})
    assert (await bo.post(CODE, {"code": arabic})).location == "/desk"


@pytest.mark.parametrize(("steps", "taken"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
async def test_a_clock_may_be_a_step_off(redis: Redis, clock: FakeClock, steps: int, taken: bool) -> None:
    codes = OneTimeCodes(redis, sealing_key(b"x"), clock=clock, facts=NoFacts())
    secret = (await codes.begin("ana")).secret
    assert await codes.confirm("ana", shown(secret, clock))
    clock.forward(minutes=10)
    assert await codes.check("ana", shown(secret, clock, steps)) is taken


async def test_of_many_at_once_with_one_code_one_gets_in(redis: Redis, clock: FakeClock) -> None:
    codes = OneTimeCodes(redis, sealing_key(b"x"), clock=clock, facts=NoFacts())
    secret = (await codes.begin("ana")).secret
    recovery = await codes.confirm("ana", shown(secret, clock))
    assert recovery
    clock.forward(minutes=1)
    for code in (shown(secret, clock), recovery[0]):
        assert sorted(await asyncio.gather(*(codes.check("ana", code) for _ in range(5)))) == [False] * 4 + [True]
    assert await codes.left("ana") == 9


async def test_a_recovery_code_opens_once(ana: Browser, browser_of: Callable[[], Browser], clock: FakeClock) -> None:
    _, recovery = await set_up(ana, clock)
    for expected in (303, 401):
        browser = browser_of()
        await password(browser)
        assert (await browser.post(CODE, {"code": recovery[3].upper()})).status == expected


async def test_what_is_kept_shows_neither_secret_nor_codes(house: House, ana: Browser, clock: FakeClock) -> None:
    secret, recovery = await set_up(ana, clock)
    kept = repr([await house.redis.hgetall("ot:desk:codes:ana"), await house.redis.smembers("ot:desk:recovery:ana")])
    assert "gAAAA" in kept and not any(one in kept for one in (secret, *recovery))
    elsewhere = OneTimeCodes(house.redis, sealing_key(b"another installation"), clock=clock, facts=NoFacts())
    clock.forward(minutes=1)
    assert await elsewhere.needed("ana") and not await elsewhere.check("ana", shown(secret, clock))


async def test_wrong_codes_are_counted_over_all_browsers(
    ana: Browser, browser_of: Callable[[], Browser], clock: FakeClock
) -> None:
    secret, _ = await set_up(ana, clock)
    clock.forward(minutes=1)
    for _ in range(PER_USERNAME):
        browser = browser_of()
        await password(browser)
        assert (await browser.post(CODE, {"code": "000000"})).status == 401
    late = await browser.post(CODE, {"code": shown(secret, clock)})
    assert late.status == 429 and "Retry-After" in late.headers


async def test_half_a_sign_in_is_over_with_the_password_or_the_account(
    house: House, ana: Browser, browser_of: Callable[[], Browser], clock: FakeClock
) -> None:
    secret, _ = await set_up(ana, clock)
    clock.forward(minutes=1)
    bo = browser_of()
    await password(bo)
    await house.agents.disable("ana")
    assert (await bo.post(CODE, {"code": shown(secret, clock)})).location == "/desk/sign-in"
    assert (await browser_of().get(CODE)).location == "/desk/sign-in"


async def test_to_begin_needs_the_password_and_to_end_a_code(
    ana: Browser, browser_of: Callable[[], Browser], clock: FakeClock
) -> None:
    assert (await ana.post(PAGE, {"current": "not it"})).status == 422
    assert (await ana.post(f"{PAGE}/confirm", {"code": "000000"})).status == 422
    secret, _ = await set_up(ana, clock)
    assert (await ana.post(f"{PAGE}/remove", {"code": "000000"})).status == 422
    clock.forward(minutes=1)
    assert (await ana.post(f"{PAGE}/remove", {"code": shown(secret, clock)})).location == PAGE
    assert (await browser_of().sign_in("ana", PASSWORD)).location == "/desk"


async def test_the_password_alone_does_not_replace_it(ana: Browser, browser_of: Callable[[], Browser], clock: FakeClock) -> None:
    secret, recovery = await set_up(ana, clock)
    clock.forward(minutes=1)
    for code in ("", "000000"):
        refused = await ana.post(PAGE, {"current": PASSWORD, "code": code})
        assert refused.status == 422 and not re.search(SHOWN, refused.text)
    assert (await ana.post(f"{PAGE}/confirm", {"code": shown(secret, clock)})).status == 422, "nothing was begun"
    begun = re.search(SHOWN, (await ana.post(PAGE, {"current": PASSWORD, "code": recovery[0]})).text)
    assert begun and begun[1] != secret
    assert (await ana.post(f"{PAGE}/confirm", {"code": shown(begun[1], clock)})).status == 200
    other = browser_of()
    await password(other)
    clock.forward(minutes=1)
    assert (await other.post(CODE, {"code": shown(secret, clock)})).status == 401
    assert (await other.post(CODE, {"code": shown(begun[1], clock)})).location == "/desk"


async def test_what_was_begun_is_shown_to_nobody_who_comes_later(ana: Browser, clock: FakeClock) -> None:
    begun = re.search(SHOWN, (await ana.post(PAGE, {"current": PASSWORD})).text)
    assert begun
    wrong = await ana.post(f"{PAGE}/confirm", {"code": "000000"})
    assert wrong.status == 422 and f'action="{PAGE}/confirm"' in wrong.text, "it may be typed again"
    for page in (wrong, await ana.get(PAGE)):
        assert begun[1] not in page.text and "<svg" not in page.text
    assert (await ana.post(f"{PAGE}/confirm", {"code": shown(begun[1], clock)})).status == 200


async def test_a_code_to_begin_with_is_not_guessed(ana: Browser, clock: FakeClock) -> None:
    begun = re.search(SHOWN, (await ana.post(PAGE, {"current": PASSWORD})).text)
    assert begun
    tried = [(await ana.post(f"{PAGE}/confirm", {"code": "000000"})).status for _ in range(PER_USERNAME + 1)]
    assert tried == [422] * PER_USERNAME + [429]
    assert (await ana.post(f"{PAGE}/confirm", {"code": shown(begun[1], clock)})).status == 429


async def test_a_username_that_looks_like_the_count_of_codes_locks_nobodys_codes(
    ana: Browser, browser_of: Callable[[], Browser], clock: FakeClock
) -> None:
    secret, _ = await set_up(ana, clock)
    clock.forward(minutes=1)
    for _ in range(PER_USERNAME):
        await wrongly(browser_of(), "code ana")
    ana_again = browser_of()
    await password(ana_again)
    assert (await ana_again.post(CODE, {"code": shown(secret, clock)})).location == "/desk"


async def test_a_whole_shift_signs_in_from_one_address_and_who_guesses_there_does_not(
    house: House, browser_of: Callable[[], Browser], ana: Browser, clock: FakeClock
) -> None:
    secret, _ = await set_up(ana, clock)
    for _ in range(PER_REMOTE + 1):
        clock.forward(seconds=30)
        await password(other := browser_of())
        assert (await other.post(CODE, {"code": shown(secret, clock)})).location == "/desk"
    clock.forward(minutes=15)
    statuses = []
    for n in range(PER_REMOTE + 1):
        statuses.append(await wrongly(browser_of(), f"guess{n}"))
        assert n >= PER_REMOTE - 1 or (await password(browser_of())).location == CODE, "a right one between gives no more"
    assert statuses == [401] * PER_REMOTE + [429]


async def test_an_admin_takes_it_away_and_a_new_account_of_that_name_has_none(
    house: House, ana: Browser, browser_of: Callable[[], Browser], clock: FakeClock
) -> None:
    await set_up(ana, clock)
    await house.agent("root", "Root")
    await house.agents.set_role("root", "admin")
    root = browser_of()
    await root.sign_in("root", PASSWORD)
    assert "Take the second factor away" in (await root.get("/desk/admin/accounts/ana")).text
    await root.post("/desk/admin/accounts/ana/factor", {})
    assert (await browser_of().sign_in("ana", PASSWORD)).location == "/desk"
    await set_up(ana, clock)
    reset = await root.post("/desk/admin/accounts/ana/reset", {})
    found = re.search(r"<code>(\S+)</code>", reset.text)
    assert found and (await ana.sign_in("ana", found[1])).location == "/desk/password", "who lost the app is asked for no code"
    await house.agents.set_password("ana", PASSWORD)
    await ana.sign_in("ana", PASSWORD)
    await set_up(ana, clock)
    await house.agents.remove("ana")
    await house.agent()
    assert (await browser_of().sign_in("ana", PASSWORD)).location == "/desk"
