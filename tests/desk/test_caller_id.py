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
        (OWN, "TN-Validation-Passed-A", "the phone company vouches for it (STIR/SHAKEN A); it is no proof of who calls"),
        (WITHHELD, "TN-Validation-Passed-C", "the phone company vouches for it (STIR/SHAKEN C); withheld"),
        (WITHHELD, "TN-Validation-Failed-B", "the phone company could not confirm it (STIR/SHAKEN B); withheld"),
        (WITHHELD, "TN-Validation-Failed", "the phone company could not confirm it (STIR/SHAKEN); withheld"),
        (OWN, "No-TN-Validation", "the phone company says nothing about it; it is no proof of who calls"),
        (OWN, "", "the phone company says nothing about it; it is no proof of who calls"),
        (OWN, "<b>made up", "the phone company says nothing about it"),
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
    assert "Their number" not in page and "Wants to be reached" not in page


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
