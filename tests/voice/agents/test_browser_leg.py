"""An agent who answers in the browser: rung by name, whispered to, in the call without a key, and missed like any phone."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qs

import pytest

from bot.model import CallState, Handoff, HandoffState, LineAct
from bot.ports import SendError
from tests.voice.agents.test_agent_leg import joined, local
from tests.voice.agents.test_handoff import put_through
from tests.voice.conftest import World
from tests.voice.fakes import Doc, Phone

BROWSER = "client:agent_0123456789abcdef0123456789abcdef01234567"


class AgentsBrowser(Phone):
    """The leg of a browser: Twilio says so in ``To``."""

    async def at(self, path: str, **fields: str) -> Doc:
        return await super().at(path, **{"From": "+13125550190", "To": BROWSER, "Direction": "outbound-api", **fields})


async def rung(world: World) -> tuple[Phone, AgentsBrowser, Handoff]:
    """A caller in the queue, sam's browser, and the handoff that sam has accepted."""
    phone, agent = world.phone("a"), AgentsBrowser(world.client, "e")
    _, handoff = await put_through(world, phone)
    taken = replace(handoff, state=HandoffState.ASSIGNED, agent="sam")
    world.store.handoffs[handoff.id] = taken
    await world.line.ring_agent(taken, BROWSER)
    return phone, agent, taken


async def test_the_request_names_the_browser_and_the_handoff_and_nothing_else(world: World) -> None:
    _, _, handoff = await rung(world)
    (placed,) = world.twilio.placed
    name, _, told = placed["to"].partition("?")
    assert name == BROWSER and parse_qs(told) == {"handoff": [handoff.id], "role": ["agent"]}
    assert placed["from_"] == "+15550100999" and placed["ring_seconds"] == 25 and "machine_detection" not in placed


async def test_no_key_is_asked_for_and_the_call_is_taken_after_the_whisper(world: World) -> None:
    phone, agent, handoff = await rung(world)
    whisper = await agent.at(local(world.twilio.placed[0]["url"]))
    assert whisper.words.startswith("Caller 5 5 5") and "Press a key" not in whisper.words
    assert whisper.one("Gather").attrib["timeout"] == "1"
    assert world.store.calls[phone.sid].state is CallState.WAITING  # the agent hears first what it is about
    doc = await agent.answers(whisper)
    assert doc.one("Conference").text == handoff.id
    assert world.store.calls[phone.sid].state is CallState.BRIDGED and len(world.twilio.updated) == 1


async def test_a_key_cuts_the_whisper_short(world: World) -> None:
    _, agent, handoff = await rung(world)
    whisper = await agent.at(local(world.twilio.placed[0]["url"]))
    assert (await agent.answers(whisper, Digits="1")).one("Conference").text == handoff.id


async def test_a_phone_that_is_picked_up_still_needs_a_key(world: World) -> None:
    """The same invitation, answered by something that is no browser."""
    phone, _, handoff = await rung(world)
    mailbox = Phone(world.client, "e")
    doc = await mailbox.answers(await mailbox.at(local(world.twilio.placed[0]["url"])))
    assert doc.verbs == ["Say", "Hangup"] and world.store.handoffs[handoff.id].state is HandoffState.WAITING
    assert world.store.calls[phone.sid].state is CallState.WAITING


@pytest.mark.parametrize("status", ["busy", "no-answer"])
async def test_declined_or_closed_gives_the_caller_back_to_the_line(world: World, status: str) -> None:
    phone, agent, handoff = await rung(world)
    answer = await agent.post(local(world.twilio.placed[0]["status_callback"]), CallStatus=status, To=BROWSER)
    assert answer.status == 204
    kept = world.store.handoffs[handoff.id]
    assert (kept.state, kept.agent) == (HandoffState.WAITING, None)
    assert world.store.words[phone.sid] == ["Our colleague could not take the call."]


async def test_a_call_is_passed_to_a_colleagues_browser(world: World) -> None:
    _, _, handoff = await joined(world)
    await world.line.act(handoff, LineAct.TRANSFER, "sam", f"kim {BROWSER}")
    name, _, told = world.twilio.placed[-1]["to"].partition("?")
    assert name == BROWSER and parse_qs(told) == {"handoff": [handoff.id], "role": ["transfer"]}
    assert world.helpers.rooms.rooms[handoff.id].ringing == "kim"


@pytest.mark.parametrize("act", [LineAct.BRING_IN, LineAct.TRANSFER])
async def test_nobody_is_brought_in_by_a_browsers_name(world: World, act: LineAct) -> None:
    _, _, handoff = await joined(world)
    with pytest.raises(SendError):
        await world.line.act(handoff, act, "sam", BROWSER)
    assert world.twilio.added == []
