"""The phone call on the desk: what can be done with it, messages that are listened to, and who may."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from bot.model import Callback, CallbackTry, ChannelName, Handoff, HandoffState, LineAct, Voicemail
from bot.ports.phone_line import AGENT, CALLER, Leg, Room
from tests.desk.conftest import Browser, House

CALL = "CA" + "0" * 32
SOUND = "RE" + "1" * 32


def talking(house: House, **room: object) -> Handoff:
    """A call that ana has."""
    handoff = house.people.open(channel=ChannelName.VOICE, call_sid=CALL, sends_to=ChannelName.VOICE)
    view = house.people.views[handoff.id]
    mine = replace(handoff, state=HandoffState.ASSIGNED, agent="ana", assigned_at=house.clock())
    legs = (Leg(CALL, CALLER), Leg("CA" + "1" * 32, AGENT, "ana"))
    facts = Room(handoff.id, "CF" + "0" * 32, legs)
    house.people.views[handoff.id] = replace(view, handoff=mine, room=replace(facts, **room))  # type: ignore[arg-type]
    return mine


@pytest.mark.parametrize(
    ("room", "offered", "not_offered"),
    [
        ({}, ["hold", "mute"], ["resume", "unmute", "pause_recording"]),
        ({"held": True, "muted": True}, ["resume", "unmute"], ["hold", "mute"]),
        ({"recording": "on"}, ["pause_recording"], ["resume_recording"]),
        ({"recording": "paused"}, ["resume_recording"], ["pause_recording"]),
    ],
)
async def test_the_buttons_are_those_that_make_sense(
    house: House, ana: Browser, room: dict[str, object], offered: list[str], not_offered: list[str]
) -> None:
    handoff = talking(house, **room)
    page = (await ana.get(f"/desk/handoffs/{handoff.id}")).text
    assert all(f'id="call-{do}"' in page for do in offered)
    assert not any(f'id="call-{do}"' in page for do in not_offered)


async def test_a_colleague_with_a_phone_is_offered_for_a_transfer(house: House, ana: Browser) -> None:
    await house.agent("kim", "Kim Park", phone="+1 202 555 0161")
    await house.agent("lee", "Lee Away", phone="+1 202 555 0162")
    await house.signed_in("kim")
    await house.signed_in("lee")
    await house.agents.set_available("lee", False)
    handoff = talking(house)
    page = (await ana.get(f"/desk/handoffs/{handoff.id}")).text
    assert "Transfer to Kim Park" in page and "Lee Away" not in page
    await ana.post(f"/desk/handoffs/{handoff.id}/call", {"do": "transfer", "to": "kim"})
    assert house.people.calls[-1] == ("act", handoff.id, "ana", LineAct.TRANSFER, "kim +12025550161")
    refused = await ana.post(f"/desk/handoffs/{handoff.id}/call", {"do": "transfer", "to": "lee"})
    assert refused.status == 409 and "not available by phone" in refused.text


@pytest.mark.parametrize(
    ("fields", "call"),
    [
        ({"do": "hold"}, (LineAct.HOLD, "")),
        ({"do": "bring_in", "to": "+1 202 555 0170"}, (LineAct.BRING_IN, "+12025550170")),
        ({"do": "transfer_out", "to": "+1 202 555 0170"}, (LineAct.TRANSFER, "+12025550170")),
        ({"do": "bring_in", "to": "sip:desk@example.com"}, (LineAct.BRING_IN, "sip:desk@example.com")),
    ],
)
async def test_what_is_asked_of_the_line(house: House, ana: Browser, fields: dict[str, str], call: tuple[LineAct, str]) -> None:
    handoff = talking(house)
    answer = await ana.post(f"/desk/handoffs/{handoff.id}/call", fields)
    assert answer.status == 303 and house.people.calls[-1] == ("act", handoff.id, "ana", *call)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"do": "explode"}, "cannot be done"),
        ({"do": "bring_in", "to": "somebody"}, "country code"),
        ({"do": "bring_in"}, "Which number"),
        ({"do": "call"}, "Add your phone"),
    ],
)
async def test_what_cannot_be_done_is_said(house: House, ana: Browser, fields: dict[str, str], words: str) -> None:
    handoff = talking(house)
    answer = await ana.post(f"/desk/handoffs/{handoff.id}/call", fields)
    assert answer.status == 409 and words in answer.text and not house.people.calls


async def test_a_form_from_elsewhere_does_nothing(house: House, ana: Browser) -> None:
    handoff = talking(house)
    answer = await ana.post(f"/desk/handoffs/{handoff.id}/call", {"do": "hold"}, origin="https://evil.example")
    assert answer.status == 403 and not house.people.calls


async def test_a_message_is_shown_and_played_through_the_gateway(house: House, ana: Browser) -> None:
    handoff = talking(house)
    view = house.people.views[handoff.id]
    left = Voicemail(SOUND, 12, house.clock(), "Please call me about my card.")
    house.people.views[handoff.id] = replace(view, handoff=replace(view.handoff, voicemails=(left,)))
    page = (await ana.get(f"/desk/handoffs/{handoff.id}")).text
    assert f'src="/desk/handoffs/{handoff.id}/sound/{SOUND}"' in page and "Please call me about my card." in page
    assert "api.twilio.com" not in page
    played = await ana.get(f"/desk/handoffs/{handoff.id}/sound/{SOUND}")
    assert (played.status, played.text) == (200, "RIFF") and played.headers["Content-Type"] == "audio/mpeg"
    assert (await ana.get(f"/desk/handoffs/{handoff.id}/sound/RE{'2' * 32}")).status == 404


async def test_sounds_are_for_those_who_are_signed_in(house: House, browser_of: Callable[[], Browser]) -> None:
    handoff = talking(house)
    answer = await browser_of().get(f"/desk/handoffs/{handoff.id}/sound/{SOUND}")
    assert answer.status == 303 and "/desk/sign-in" in answer.location


async def test_a_callback_is_shown_in_the_queue_and_rings_on_accepting(house: House, ana: Browser) -> None:
    await house.agents.set_profile("ana", "Ana Reyes", "+12025550160")
    handoff = house.people.open(channel=ChannelName.VOICE)
    view = house.people.views[handoff.id]
    back = Callback("+12125550147", house.clock(), 1, "busy", house.clock())
    house.people.views[handoff.id] = replace(view, handoff=replace(view.handoff, callback=back))
    page = (await ana.get(f"/desk/handoffs/{handoff.id}")).text
    assert "wants a call" in page and "called back at" in page and "tried 1" in page and "Accept and ring +12025550160" in page


async def test_each_try_of_a_callback_is_shown_and_stays_after_the_last(house: House, ana: Browser) -> None:
    handoff = house.people.open(channel=ChannelName.VOICE)
    view = house.people.views[handoff.id]
    tries = (CallbackTry(house.clock(), "busy", "ana"), CallbackTry(house.clock(), "no-answer"))
    waits = Callback("+12125550147", house.clock(), 2, "no-answer", house.clock())
    house.people.views[handoff.id] = replace(view, handoff=replace(view.handoff, callback=waits, tries=tries))
    page = (await ana.get(f"/desk/handoffs/{handoff.id}")).text
    assert "Called again by itself" in page and "busy" in page and "no-answer" in page and "Ana Reyes" in page
    house.people.views[handoff.id] = replace(view, handoff=replace(view.handoff, tries=tries))
    page = (await ana.get(f"/desk/handoffs/{handoff.id}")).text
    assert "Called back" in page and "busy" in page and "Called again by itself" not in page
