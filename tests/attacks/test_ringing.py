""" "Call me": nobody makes us ring a stranger, nobody is rung twice for one wish, and what comes of a call is told where
it was asked for."""

from __future__ import annotations

import html
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest

from bot.model import Address, AddressKind, Call
from bot.ports import StoreUnavailable
from bot.redis_store.calls import RedisCalls
from bot.switching.call_me import DESK_WORDS, RINGS_PER_TEL
from tests.attacks.bank import ANA, BUSINESS, EVE, Bank, Browser

UNPROVED, OFFER, COMING = "I only call numbers that were confirmed", "number ending in 01", "I'm calling you"


@dataclass
class Ring:
    """A call of ours as Twilio reports it."""

    bank: Bank
    form: dict[str, str]
    sid: str = "CA" + "9" * 32

    async def _posts(self, url: str, **fields: str) -> tuple[int, str]:
        parts = urlsplit(url)
        form = {"CallSid": self.sid, "From": BUSINESS, "To": self.form["To"], "Direction": "outbound-api", **fields}
        return await self.bank.webhook(f"{parts.path}?{parts.query}", form)

    async def picked_up(self, by: str = "human") -> str:
        status, heard = await self._posts(self.form["Url"], CallStatus="in-progress", AnsweredBy=by)
        assert status == 200
        return heard

    async def ends(self, status: str) -> None:
        assert (await self._posts(self.form["StatusCallback"], CallStatus=status, CallDuration="0"))[0] == 204


@pytest.fixture
async def tab(bank: Bank, ana: str) -> AsyncIterator[Browser]:
    """Ana's browser, which has proved her number."""
    async with bank.browser(ana) as browser:
        yield browser


async def rung(bank: Bank, tab: Browser, times: int = 1) -> Ring:
    assert OFFER in await tab.says("call me")
    assert COMING in await tab.says("yes")
    return Ring(bank, await bank.twilio.called(ANA, times))


# -- who is rung ------------------------------------------------------------------------------------------------------


async def test_a_visitor_cannot_have_a_stranger_rung(bank: Bank) -> None:
    async with bank.browser() as stranger:
        assert UNPROVED in await stranger.says("call me")
        await stranger.says(f"prove {ANA}")  # a number is typed, and no code comes back
        assert UNPROVED in await stranger.says("call me")
        assert UNPROVED in await stranger.says("ring")
    assert bank.twilio.calls == []


async def test_a_forged_sender_of_an_unproved_number_has_nobody_rung(bank: Bank) -> None:
    await bank.texts(EVE, "call me")
    await bank.twilio.texted(EVE, "I only call numbers")
    await bank.texts(EVE, "ring")
    await bank.twilio.texted(EVE, "I only call numbers", 1)
    assert bank.twilio.calls == []


async def test_a_browser_that_only_opened_the_page_does_not_share_anas_offer(bank: Bank, tab: Browser) -> None:
    assert OFFER in await tab.says("call me")
    async with bank.browser() as other:
        assert UNPROVED in await other.says("ring")
    assert bank.twilio.calls == []


async def test_the_offer_shows_two_figures_and_nothing_is_rung_before_the_yes(bank: Bank, tab: Browser) -> None:
    assert ANA[-4:] not in await tab.says("call me") and bank.twilio.calls == []
    assert "said /ring_me_not" in await tab.says("no")
    assert bank.twilio.calls == []


async def test_a_yes_without_an_offer_is_asked_first(bank: Bank, tab: Browser) -> None:
    assert OFFER in await tab.says("ring")
    assert bank.twilio.calls == []


async def test_a_phone_is_not_rung_without_end(bank: Bank, tab: Browser) -> None:
    for times in range(1, RINGS_PER_TEL[0] + 1):
        await rung(bank, tab, times)
    assert OFFER in await tab.says("call me")
    assert "often enough" in await tab.says("yes")
    assert len(bank.twilio.calls) == RINGS_PER_TEL[0]


# -- one call for each yes --------------------------------------------------------------------------------------------


async def test_one_call_for_one_wish_however_often_yes_is_said(bank: Bank, tab: Browser) -> None:
    ring = await rung(bank, tab)
    assert (ring.form["From"], ring.form["MachineDetection"]) == (BUSINESS, "Enable")
    yes = next(line["options"][0]["choice"] for line in tab.lines if OFFER in line["text"])
    assert COMING in await tab.says("ring") and COMING in await tab.taps(yes)
    assert len(bank.twilio.calls) == 1


async def test_a_call_whose_answer_was_lost_is_told_and_not_made_again(bank: Bank, tab: Browser) -> None:
    bank.twilio.loses = True
    await rung(bank, tab)
    assert "can't tell whether the call went through" in await tab.reads()
    contact = await bank.conversation(f"tel:{ANA}")
    doubts = await bank.core.base.store.outbox.doubts(contact["id"])
    assert [doubt.message.reply.text for doubt in doubts] == [DESK_WORDS] and len(bank.twilio.calls) == 1


async def test_a_call_that_is_refused_is_told(bank: Bank, tab: Browser) -> None:
    bank.twilio.refuses = True
    assert OFFER in await tab.says("call me")
    assert COMING in await tab.says("yes")
    assert "did not go through" in await tab.reads()


# -- what comes of it -------------------------------------------------------------------------------------------------


async def test_the_call_is_the_same_thread_at_the_level_of_any_call(bank: Bank, tab: Browser) -> None:
    ring = await rung(bank, tab)
    heard = await ring.picked_up()
    assert "You asked us to call you" in heard and "welcome" in heard
    assert await ring.picked_up() == heard  # Twilio asks again
    greeting = next(turn for turn in bank.assistant.heard if turn.get("payload") == "/call_started")
    assert greeting["metadata"]["proof"] == "claimed"
    assert greeting["conversation"] == (await bank.conversation(f"tel:{ANA}"))["id"]
    assert sum(turn.get("payload") == "/call_started" for turn in bank.assistant.heard) == 1
    assert "on the phone already" in await tab.says("call me")
    await ring.ends("completed")
    assert OFFER in await tab.says("call me")


@pytest.mark.parametrize(("status", "told"), [("busy", "line was busy"), ("no-answer", "nobody answered"), ("failed", "through")])
async def test_who_was_not_reached_reads_so_once(bank: Bank, tab: Browser, status: str, told: str) -> None:
    ring = await rung(bank, tab)
    await ring.ends(status)
    await ring.ends(status)
    assert told in await tab.reads()
    assert OFFER in await tab.says("call me")  # the next line: nothing was told twice


async def test_a_machine_hears_no_conversation(bank: Bank, tab: Browser) -> None:
    heard = await (ring := await rung(bank, tab)).picked_up("machine_start")
    assert "<Hangup" in heard and "welcome" not in heard and "<Gather" not in heard
    assert "answering machine" in await tab.reads()
    await ring.ends("completed")
    assert all(turn.get("payload") != "/call_started" for turn in bank.assistant.heard)


async def test_who_signed_out_meanwhile_is_told_nothing(bank: Bank, tab: Browser) -> None:
    ring = await rung(bank, tab)
    assert "signed out" in await tab.says("sign out")
    await ring.ends("busy")
    ring_id = ring.form["Url"].partition("ring=")[2]
    assert await bank.core.base.store.codes.remembered(f"ring:wish:{ring_id}")
    assert await bank.core.base.store.codes.remembered(f"ring:told:{ring_id}") is None


async def test_nobody_but_twilio_says_how_a_call_went(bank: Bank, tab: Browser) -> None:
    ring = await rung(bank, tab)
    form = {"CallSid": ring.sid, "From": BUSINESS, "To": ANA, "CallStatus": "busy"}
    for url in (ring.form["Url"], ring.form["StatusCallback"]):
        parts = urlsplit(url)
        assert (await bank.webhook(f"{parts.path}?{parts.query}", form, token="x" * 32))[0] == 403
        assert (await bank.webhook(f"{parts.path}?ring=", form))[0] == 400
    assert "Hangup" in (await bank.webhook(f"{urlsplit(ring.form['Url']).path}?ring=o_made_up", form))[1]


# -- the store fails in the moment of answer ----------------------------------------------------------------------------


async def test_who_is_rung_while_the_store_fails_is_never_taken_for_our_own_number(
    bank: Bank, tab: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twilio has our number in From on calls that we make: the number that was rung is in To, with every request of the call."""
    call, failing = await rung(bank, tab), True
    create = RedisCalls.create

    async def fails(calls: RedisCalls, made: Call) -> Call:
        if failing:
            raise StoreUnavailable("away")
        return await create(calls, made)

    monkeypatch.setattr(RedisCalls, "create", fails)
    heard = await call.picked_up()
    assert "/twilio/voice/again" in heard and "welcome" not in heard
    failing = False
    again = re.search(r"/twilio/voice/again\?[^<]+", heard)
    assert again
    status, greeted = await call._posts(html.unescape(again[0]), CallStatus="in-progress")
    assert (status, "welcome" in greeted) == (200, True)
    turn = bank.assistant.heard[-1]
    assert (turn["metadata"]["tel"], turn["metadata"]["proof"]) == (ANA, "claimed")
    assert await bank.core.base.store.contacts.find(Address(AddressKind.TEL, BUSINESS)) is None


async def test_a_call_that_claims_our_own_number_has_no_thread(bank: Bank) -> None:
    for _ in range(2):
        await bank.calls(BUSINESS)
    one, other = (turn for turn in bank.assistant.heard if turn.get("payload") == "/call_started")
    assert one["conversation"] != other["conversation"] and one["metadata"]["tel"] is None
