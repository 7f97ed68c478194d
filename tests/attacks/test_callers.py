"""Forged callers and senders: what a number that anybody can put on a call opens, which is nothing."""

from __future__ import annotations

import pytest

from tests.attacks.bank import ANA, BALANCE, EVE, MALLORY, PIN, SECRET_LINE, Bank


async def test_a_spoofed_caller_id_hears_neither_money_nor_history(bank: Bank, ana: str) -> None:
    call = await bank.calls(ANA)
    heard = [call.heard, await call.says("balance"), await call.says("what did i say")]
    assert not [text for text in heard if BALANCE in text or SECRET_LINE in text]


async def test_the_code_for_a_spoofed_call_goes_to_the_number_itself_and_is_never_spoken(bank: Bank, ana: str) -> None:
    known = len(bank.twilio.to(ANA))
    call = await bank.calls(ANA)
    heard = await call.says("balance")
    code = await bank.twilio.code(ANA, known)
    assert code not in heard and " ".join(code) not in heard


async def test_a_number_whose_attestation_failed_gets_no_thread_at_all(bank: Bank, ana: str) -> None:
    await bank.calls(ANA, StirVerstat="TN-Validation-Failed-A")
    failed = bank.assistant.heard[-1]
    await bank.calls(ANA, StirVerstat="TN-Validation-Passed-A")
    passed = bank.assistant.heard[-1]
    anas = (await bank.conversation(f"tel:{ANA}"))["id"]
    assert failed["conversation"] != anas and failed["metadata"]["tel"] is None
    assert passed["conversation"] == anas and passed["metadata"]["proof"] == "claimed"  # passed, and still no proof


async def test_a_spoofed_caller_cannot_prove_another_number_and_so_pull_the_thread_over(bank: Bank, ana: str) -> None:
    call = await bank.calls(ANA)  # Mallory, with Ana's number on the call and his own phone in the hand
    assert "no code could be sent" in await call.says(f"prove {MALLORY}")
    assert bank.twilio.to(MALLORY) == []
    assert BALANCE not in await call.says("balance")


async def test_a_callers_own_number_cannot_be_linked_to_a_victims(bank: Bank, ana: str) -> None:
    known = len(bank.twilio.to(ANA))
    call = await bank.calls(MALLORY)
    assert "no code could be sent" in await call.says(f"prove {ANA}")
    assert len(bank.twilio.to(ANA)) == known


async def test_a_code_that_is_sent_back_from_another_number_proves_nothing(bank: Bank) -> None:
    async with bank.browser() as browser:
        await browser.says(f"prove {ANA}")
        code = await bank.twilio.code(ANA)
        await bank.texts(EVE, code)
        assert "code none" in await bank.twilio.texted(EVE, "code")
        assert "proof claimed" in await browser.says("hello")


async def test_a_pin_is_not_guessed_and_not_without_the_number(bank: Bank, ana: str) -> None:
    call = await bank.calls(ANA)
    await call.says("limit")
    assert "pin unavailable" in await call.presses(PIN)  # the number was not proved on this call
    assert bank.assistant.pins_asked == []
    known = len(bank.twilio.to(ANA))
    await call.says("balance")
    await call.presses(await bank.twilio.code(ANA, known))
    for _ in range(5):
        await call.says("limit")
        assert "pin wrong" in await call.presses("0000")
    await call.says("limit")
    assert "pin locked" in await call.presses(PIN) and len(bank.assistant.pins_asked) == 5


async def test_a_forged_sms_sender_learns_nothing_by_taking_a_link_apart(bank: Bank, ana: str) -> None:
    assert (await bank.texts(ANA, "UNLINK"))[0] == 200
    await bank.twilio.texted(ANA, "apart again")
    async with bank.browser(ana) as browser:
        assert "prove it first" in await browser.says("what did i say")


async def test_unsigned_and_changed_webhooks_are_refused(bank: Bank) -> None:
    assert (await bank.texts(ANA, "hello", token="x" * 32))[0] == 403
    assert (await bank.texts(EVE, "hello", tampered={"From": ANA}))[0] == 403
    async with bank.http.post(f"{bank.public}/twilio/voice", data={"CallSid": "CA" + "0" * 32, "From": ANA}) as answer:
        assert answer.status == 403
    async with bank.http.post(
        f"{bank.public}/messenger", json={"object": "page"}, headers={"X-Hub-Signature-256": "sha256=00"}
    ) as answer:
        assert answer.status == 403
    assert bank.assistant.heard == []


@pytest.mark.parametrize("number", ["+811045000", "+15555555555", "+10000000000", "+266696687", "+7378742833", "+86282452253"])
async def test_two_callers_with_a_number_that_nobody_has_share_nothing(bank: Bank, number: str) -> None:
    """Carriers put it on calls whose number they do not know: the second caller is somebody else."""
    first = await bank.calls(number)
    await first.says(SECRET_LINE)
    await bank.calls(number)
    one, other = (turn for turn in bank.assistant.heard if turn.get("payload") == "/call_started")
    assert one["conversation"] != other["conversation"] and other["metadata"]["tel"] is None
    assert not other["metadata"]["moved"]
