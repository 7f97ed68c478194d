"""The desk says what the carriers think of a caller id, and what the number was taken for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.model import Address, AddressKind, Call, ChannelName
from desk.show import address, caller_id
from tests.desk.conftest import Browser, House

SID = "CA" + "0" * 32
OWN, WITHHELD = Address(AddressKind.TEL, "+12125550101"), Address(AddressKind.TEL, f"anonymous-{SID}")


@pytest.mark.parametrize(
    ("caller", "attestation", "said"),
    [
        (OWN, "TN-Validation-Passed-A", "vouched for by the carrier (STIR/SHAKEN A); taken as the caller's number, as a claim"),
        (WITHHELD, "TN-Validation-Passed-C", "vouched for by the carrier (STIR/SHAKEN C); taken as withheld"),
        (WITHHELD, "TN-Validation-Failed-B", "validation failed (STIR/SHAKEN B); taken as withheld"),
        (WITHHELD, "TN-Validation-Failed", "validation failed (STIR/SHAKEN); taken as withheld"),
        (OWN, "No-TN-Validation", "nothing is known of it from the carriers; taken as the caller's number, as a claim"),
        (OWN, "", "nothing is known of it from the carriers; taken as the caller's number, as a claim"),
        (OWN, "<b>made up", "nothing is known of it"),
    ],
)
async def test_the_agent_reads_it_beside_the_customer(
    house: House, ana: Browser, caller: Address, attestation: str, said: str
) -> None:
    handoff = house.people.open(channel=ChannelName.VOICE, call_sid=SID, sends_to=ChannelName.VOICE)
    call = Call(SID, "c_1", caller, house.clock(), attestation=attestation)
    house.people.views[handoff.id] = replace(house.people.views[handoff.id], call=call, prefers=ChannelName.SMS)
    assert caller_id(call).startswith(said)
    page = (await ana.get(f"/desk/handoffs/{handoff.id}")).text
    assert said.replace("'", "&#39;") in page and "Wants to be reached by" in page and "<b>made" not in page


async def test_without_a_call_nothing_is_said(house: House, ana: Browser) -> None:
    handoff = house.people.open()
    page = (await ana.get(f"/desk/handoffs/{handoff.id}")).text
    assert "Caller id" not in page and "Wants to be reached" not in page


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("+12125550101", "+12125550101"),
        (f"anonymous-{SID}", "a withheld number"),
        (f"joined-{SID}", "a call that came with a code"),
    ],
)
def test_calls_without_a_number_have_words(value: str, words: str) -> None:
    assert address(Address(AddressKind.TEL, value)) == words
