"""Forged browsers and pages: ids, tokens, signed words, choices, and the doors without a key."""

from __future__ import annotations

import base64
import json
import time
from typing import Any

import jwt

from tests.attacks.bank import ANA, API_TOKEN, BALANCE, EVE, SECRET_LINE, SIGNING, Bank


def word(bank: Bank, tel: str = ANA, *, key: str = SIGNING, algorithm: str = "HS256", without: str = "", **changed: Any) -> str:
    """What the bank's signed-in page says of its visitor; any claim may be changed or left out."""
    now = int(time.time())
    claims = {"aud": bank.public, "tel": tel, "iat": now, "exp": now + 120, "jti": f"jti-{next(bank.numbers):08}"} | changed
    claims.pop(without, None)
    return jwt.encode(claims, key, algorithm=algorithm)


def unsigned(bank: Bank, algorithm: str) -> str:
    head = base64.urlsafe_b64encode(json.dumps({"alg": algorithm, "typ": "JWT"}).encode()).rstrip(b"=").decode()
    return f"{head}.{word(bank).split('.')[1]}."


async def test_a_signed_in_page_is_believed_and_gets_the_thread(bank: Bank, ana: str) -> None:
    async with bank.browser(identity=word(bank)) as browser:
        assert f"{BALANCE} of {ANA}" in await browser.says("balance")
        assert SECRET_LINE in await browser.says("what did i say")
    assert "added to this one" in await bank.twilio.texted(ANA, "added", 2)


def forged_words(bank: Bank) -> dict[str, str]:
    """By what is wrong with them."""
    now = int(time.time())
    return {
        "alg none": unsigned(bank, "none"),
        "no signature": unsigned(bank, "HS256"),
        "another key": word(bank, key="z" * 80),
        "another algorithm": word(bank, algorithm="HS512"),
        "for somebody else": word(bank, aud="https://elsewhere.example"),
        "expired": word(bank, exp=now - 60),
        "lives too long": word(bank, exp=now + 86400),
        "made in the future": word(bank, iat=now + 3600, exp=now + 3700),
        "no exp": word(bank, without="exp"),
        "no jti": word(bank, without="jti"),
        "no aud": word(bank, without="aud"),
        "no number": word(bank, without="tel"),
        "not a number": word(bank, tel="everybody"),
        "unknown level": word(bank, level="admin"),
        "endless": word(bank, exp=1e300),
        "changed": word(bank)[:-4] + "AAAA",
        "no token": "a.b.c",
        "long": "x" * 4000,
    }


async def test_a_forged_word_is_no_word(bank: Bank, ana: str) -> None:
    for wrong, forged in forged_words(bank).items():
        async with bank.browser(identity=forged) as browser:
            assert browser.errors == ["not_vouched"], wrong
            assert await browser.says("what did i say") == "prove it first", wrong
            assert bank.assistant.heard[-1]["metadata"]["tel"] is None, wrong


async def test_a_word_counts_once(bank: Bank, ana: str) -> None:
    said = word(bank)
    async with bank.browser(identity=said) as page:
        assert page.errors == []
    async with bank.browser(identity=said) as thief:
        assert thief.errors == ["not_vouched"] and await thief.says("what did i say") == "prove it first"


async def test_a_browser_cannot_bring_an_id_or_a_token_of_its_own(bank: Bank, ana: str) -> None:
    shown = await bank.conversation(f"tel:{ANA}")
    (web_id,) = [a["address"].removeprefix("web:") for a in shown["contact"]["addresses"] if a["address"].startswith("web:")]
    for forged in (web_id, "A" * 43, ana[:-1] + ("A" if ana[-1] != "A" else "B")):
        async with bank.browser(forged) as browser:
            assert browser.welcome["resumed"] is False and browser.token != forged
            assert await browser.says("what did i say") == "prove it first"
            assert not [line for line in browser.lines if SECRET_LINE in line["text"]]


async def test_a_planted_session_is_not_joined_to_who_signs_in_later(bank: Bank, ana: str) -> None:
    async with bank.browser(identity=word(bank, EVE)) as planted:  # Eve signs in on a computer and leaves it open
        await planted.says("eve was here")
        token = planted.token
    async with bank.browser(token, identity=word(bank, ANA)) as page:
        heard = await page.says("what did i say")
        assert SECRET_LINE in heard and "eve was here" not in heard
    eves = await bank.conversation(f"tel:{EVE}")
    assert not [line for line in eves["transcript"] if SECRET_LINE in line["text"]]


async def test_who_signed_out_left_nothing_in_the_browser(bank: Bank, ana: str) -> None:
    async with bank.browser(ana) as browser:
        assert "signed out" in await browser.says("sign out")
        await browser.is_closed()  # each tab begins again
    async with bank.browser(ana) as next_one:
        assert await next_one.says("what did i say") == "prove it first"
        assert next_one.lines[0]["text"].startswith("You are signed out")
        assert not [line for line in next_one.lines if "prove " + ANA in line["text"]]


async def test_an_anothers_choice_is_only_a_choice_where_it_was_offered(bank: Bank) -> None:
    async with bank.browser() as victim, bank.browser() as thief:
        await victim.says("menu")
        (option,) = victim.lines[-1]["options"]
        for forged in (option["choice"], "m_" + "0" * 32 + ":1", "/close_account:1"):
            await thief.ws.send_str(
                json.dumps({"type": "choice", "id": f"c{next(bank.numbers)}", "choice": forged, "title": "x"})
            )
        await thief.says("hello")
        assert "/close_account" not in [heard.get("payload") for heard in bank.assistant.heard]


async def test_the_api_has_no_other_key(bank: Bank, ana: str) -> None:
    paths = [("GET", "/conversations?address=tel:%2B12125550101"), ("GET", "/conversations/c_1")]
    paths += [("POST", "/links/l_1/undo"), ("POST", "/addresses/forget")]
    for method, path in paths:
        for given in (None, "Bearer ", f"Bearer {API_TOKEN[:-1]}", f"Basic {API_TOKEN}"):
            headers = {"Authorization": given} if given else {}
            async with bank.http.request(method, bank.internal + path, headers=headers) as answer:
                assert answer.status == 401 and SECRET_LINE not in await answer.text(), (path, given)
        async with bank.http.request(method, bank.public + path, headers={"Authorization": f"Bearer {API_TOKEN}"}) as answer:
            assert answer.status in (404, 405), "not on the listener that the internet reaches"


async def test_the_desk_shows_nothing_without_signing_in(bank: Bank, ana: str) -> None:
    async with bank.http.get(f"{bank.internal}/desk", allow_redirects=False) as answer:
        assert answer.status in (302, 303) and "sign-in" in answer.headers["Location"]


async def test_a_link_is_undone_by_the_api_once_and_never_again(bank: Bank, ana: str) -> None:
    shown = await bank.conversation(f"tel:{ANA}")
    (link,) = shown["links"]
    headers = {"Authorization": f"Bearer {API_TOKEN}"}
    for _ in range(2):  # a replayed undo changes nothing more
        async with bank.http.post(f"{bank.internal}/links/{link['id']}/undo", headers=headers) as answer:
            assert answer.status == 200 and (await answer.json())["undone_by"] == "api"
    again = await bank.conversation(f"tel:{ANA}")
    assert [a["address"] for a in again["contact"]["addresses"]] == [f"tel:{ANA}"]
    async with bank.http.post(f"{bank.internal}/links/l_none/undo", headers=headers) as answer:
        assert answer.status == 404
