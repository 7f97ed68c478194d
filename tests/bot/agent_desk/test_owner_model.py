"""A model of who owns a conversation, run against the real core on a real Valkey: whatever order things happen in.

One customer by text, in a browser and by phone; two agents, who come and go and give conversations to each other; STOP and
START, joins and their undoing; and a gateway that dies at any command to the store. What is repeated after a death is what is
repeated in life: a message from the inbox, a form that an agent sends again. A hang-up that a dying gateway was told of is told
to nobody again.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test

from bot import directives
from bot.agent_desk.workspace import People
from bot.identity.links import LinkRefused
from bot.model import CallState, ChannelName, Handoff, HandoffState, InboundMessage, OutboundMessage, Proof, Reply
from bot.model.agent_steps import AgentStep, Decline, GiveTo, Release, Reopen, Resume, Snooze, TakeOver
from bot.ports import DialogueTurn, HandoffRefused, TurnResult
from tests.bot.conftest import ANA, ANAS_BROWSER, World, make_world
from tests.bot.conversation.test_crashes import Died, Dies

T = TypeVar("T")
PERSON = "a person please"
WHERE = {ChannelName.SMS: ANA, ChannelName.WEB: ANAS_BROWSER}
AGENTS = st.sampled_from(["kim", "sam"])
CHANNELS = st.sampled_from(list(WHERE))
STEPS = st.sampled_from(
    [Release("why"), GiveTo("kim"), GiveTo("sam"), Decline(), TakeOver("kim"), TakeOver("sam"), Snooze(), Resume()]
)
DEATHS = st.one_of(st.just(0), st.just(0), st.integers(1, 40))
"""At which command to the store the gateway dies; 0: it lives."""


class Owning(RuleBasedStateMachine):
    """What may happen, and what must hold after each step."""

    url = ""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.Runner()
        self.world: World = self.runs(self._begun())
        self.number = 0
        self.closed: dict[str, int] = {}
        self.there = {"kim", "sam"}
        self.sids: list[str] = []

    async def _begun(self) -> World:
        world = make_world(self.url)
        await world.client.flushall()
        world.assistant.answer = self._says
        return world

    def _says(self, said: dict[str, Any]) -> DialogueTurn:
        text = str(said["said"])
        if not text.startswith(PERSON):
            return DialogueTurn((Reply(f"re {text} {said['id']}"),))
        wanted = directives.Handoff("card")
        event = {"event": "bot", "text": None, "data": {"custom": directives.to_json(wanted)}}
        self.world.assistant.after[said["id"]] = [event]
        return DialogueTurn((Reply(f"one moment {said['id']}"),), (wanted,))

    @invariant()
    def nobody_is_too_fast(self) -> None:
        """Limits, and what is known of robots, go by the server's own clock, which does not move with the story's."""

        async def forgotten() -> None:
            client = self.world.client
            limits, talk = await asyncio.gather(client.keys("ot:limit:*"), client.keys("ot:*talk:*"))
            if limits or talk:
                await client.delete(*limits, *talk)

        self.runs(forgotten())

    def runs(self, what: Awaitable[T]) -> T:
        async def it() -> T:
            return await what

        return self.loop.run(it())

    def dying(self, step: Callable[[], Awaitable[T]], at: int, *, again: bool = True) -> T | None:
        """The step, with a death at the ``at``-th command, and once more after it as it would be in life."""

        async def it() -> T | None:
            if not at:
                return await step()
            with Dies(self.world, at, after=bool(at % 2)):
                try:
                    return await step()
                except Died:
                    pass
            await self.world.client.delete(*[key async for key in self.world.client.scan_iter("ot:lock:*")] or ["none"])
            return await step() if again else None

        return self.loop.run(it())

    @initialize(known=st.booleans())
    def begins(self, known: bool) -> None:
        """Mostly with two who do not know of each other yet."""
        for channel in WHERE if known else ():
            self.writes(channel, False, 0)

    # -- the customer ----------------------------------------------------------------------------------------------

    @rule(channel=CHANNELS, wants=st.booleans(), death=DEATHS)
    def writes(self, channel: ChannelName, wants: bool, death: int) -> None:
        self.number += 1
        text = f"{PERSON if wants else 'my question'} {self.number}"
        self.received(self.world.message(channel, WHERE[channel], text), death)

    @rule(stop=st.booleans(), death=DEATHS)
    def refuses_or_welcomes_texts(self, stop: bool, death: int) -> None:
        word = "stop" if stop else "start"
        message = self.world.message(ChannelName.SMS, ANA, word.upper(), keyword=word)
        self.dying(lambda: self.world.conversations.receive(message), death)

    def received(self, message: InboundMessage, death: int = 0) -> TurnResult:
        result = self.dying(lambda: self.world.conversations.receive(message), death)
        assert result is not None
        refuses = message.channel is ChannelName.SMS and self.opted_out()
        assert result.replies or result.handoff or refuses, f"nobody answers {message.text!r}"
        assert not any("turn_failed" in reply.text for reply in result.replies), f"an apology for {message.text!r}"
        if result.handoff:
            texts = [event.get("text") for event in self.world.assistant.trackers[result.conversation_id]]
            assert message.text in texts, "the agent sees it"
        return result

    def opted_out(self) -> bool:
        contact = self.runs(self.world.contacts.find(ANA))
        return contact is not None and contact.opted_out

    # -- the phone -------------------------------------------------------------------------------------------------

    @precondition(lambda self: len(self.sids) < 2)
    @rule()
    def calls_and_asks_for_a_person(self) -> None:
        self.number += 1
        sid = f"CA{self.number}"
        self.sids.append(sid)
        self.runs(self.world.calls_in(sid))
        handoff = self.received(self.world.message(ChannelName.VOICE, ANA, f"{PERSON} {self.number}", call_sid=sid)).handoff
        if handoff:
            waiting = {"state": CallState.WAITING, "handoff_id": handoff.id}
            self.runs(self.world.calls.update(sid, lambda now: replace(now, **waiting)))  # type: ignore[arg-type]

    @precondition(lambda self: self.sids)
    @rule(death=DEATHS)
    def hangs_up(self, death: int) -> None:
        sid = self.sids.pop()
        self.dying(lambda: self.world.conversations.call_ended(sid), death, again=False)

    @precondition(lambda self: self.sids)
    @rule(death=DEATHS)
    def comes_back_from_the_queue(self, death: int) -> None:
        sid = self.sids[-1]
        call = self.runs(self.world.calls.get(sid))
        handoff = self.runs(self.world.handoffs.get(call.handoff_id)) if call and call.handoff_id else None
        if handoff is None or handoff.open or call is None or call.state is not CallState.WAITING:
            return
        self.number += 1
        message = self.world.message(ChannelName.VOICE, call.caller, call_sid=sid)
        result = self.dying(lambda: self.world.conversations.caller_returned(message, ""), death)
        assert result and (result.replies or result.handoff)
        after = {"state": CallState.WAITING if result.handoff else CallState.TALKING}
        after |= {"handoff_id": result.handoff.id} if result.handoff else {}
        self.runs(self.world.calls.update(sid, lambda now: replace(now, **after)))  # type: ignore[arg-type]

    # -- the agents ------------------------------------------------------------------------------------------------

    @rule(agent=AGENTS, death=DEATHS)
    def accepts(self, agent: str, death: int) -> None:
        for handoff in self.open_ones():
            self.as_agent(lambda it=handoff: self.world.people.accept(it.id, agent, None), death)

    @rule(agent=AGENTS, death=DEATHS)
    def replies(self, agent: str, death: int) -> None:
        self.number += 1
        for handoff in self.open_ones():
            words, form = f"words {self.number} {handoff.id}", f"form {self.number}"
            self.as_agent(lambda it=handoff, w=words, f=form: self.world.people.reply(it.id, agent, w, f), death)

    @rule(agent=AGENTS, death=DEATHS)
    def closes(self, agent: str, death: int) -> None:
        for handoff in self.open_ones():
            self.as_agent(lambda it=handoff: self.world.people.close(it.id, agent, f"agreed {it.id}"), death)

    @rule(agent=AGENTS, step=STEPS, death=DEATHS)
    def does_something_else_with_it(self, agent: str, step: AgentStep, death: int) -> None:
        for handoff in self.open_ones():
            self.as_agent(lambda it=handoff: self.people().step(it.id, agent, step), death)

    @rule(agent=AGENTS, death=DEATHS)
    def opens_the_last_one_again(self, agent: str, death: int) -> None:
        for handoff in self.runs(self.world.handoffs.over(1)):
            self.as_agent(lambda it=handoff: self.people().step(it.id, agent, Reopen()), death)

    @rule(death=DEATHS)
    def the_clock_sees_to_what_is_due(self, death: int) -> None:
        self.dying(self.people().look, death)
        self.dying(self.people().tell_of_leaving, death)

    @rule(agent=AGENTS)
    def comes_or_goes(self, agent: str) -> None:
        self.there ^= {agent}

    def people(self) -> People:
        async def there() -> Collection[str]:
            return self.there

        async def absent(handoffs: Sequence[Handoff]) -> Collection[str]:
            return {one.id for one in handoffs if one.agent not in self.there}

        return replace(self.world.people, at_desk=there, absent=absent, grace=timedelta(minutes=1))

    def as_agent(self, step: Callable[[], Awaitable[object]], death: int) -> None:
        try:
            self.dying(step, death)
        except HandoffRefused:
            return  # a sentence for the agent

    def open_ones(self) -> list[Handoff]:
        return self.runs(self.world.people.listing())

    # -- who is who ------------------------------------------------------------------------------------------------

    @rule(death=DEATHS)
    def opens_a_link(self, death: int) -> None:
        until = self.world.clock() + timedelta(hours=1)
        linking = self.world.needs.linking
        self.dying(lambda: linking.vouched(ANAS_BROWSER, ANA, Proof.POSSESSED, until, "link"), death)

    @rule(death=DEATHS)
    def signs_out_in_the_browser(self, death: int) -> None:
        self.received(self.world.message(ChannelName.WEB, ANAS_BROWSER, "sign out"), death)

    @rule()
    def the_two_are_taken_apart(self) -> None:
        async def apart() -> None:
            contact = await self.world.contacts.find(ANA)
            link = await self.world.needs.linking.latest(contact) if contact else None
            if link is not None:
                await self.world.needs.linking.undo_by_agent(link.id, "sam")

        try:
            self.runs(apart())
        except LinkRefused:
            return

    @rule(seconds=st.integers(1, 90))
    def time_passes(self, seconds: int) -> None:
        self.world.clock.passes(seconds=seconds)

    @rule()
    def the_inbox_is_worked_on(self) -> None:
        self.runs(self.world.settles())

    # -- what must hold --------------------------------------------------------------------------------------------

    @invariant()
    def one_owner_and_the_desk_lists_it(self) -> None:
        self.world.clock.passes(seconds=3)

        async def look() -> None:
            found = await self.world.people.listing()
            owners = await asyncio.gather(*(self.world.handoffs.open_for(one.conversation_id) for one in found))
            contacts = await asyncio.gather(*map(self.world.contacts.find, WHERE.values() if found else ()))
            spoken_in = [one.conversation_id for one in contacts if one]
            for handoff, owner in zip(found, owners, strict=True):
                assert owner is not None and owner.id == handoff.id, "what the desk lists owns its conversation"
                assert handoff.conversation_id in spoken_in, "the customer speaks in it"

        self.runs(look())

    @invariant()
    def what_is_closed_stays_closed(self) -> None:
        async def look() -> list[Handoff]:
            keys = await self.world.client.keys("ot:handoff:*")
            found = await asyncio.gather(*(self.world.handoffs.get(str(key).removeprefix("ot:handoff:")) for key in keys))
            return [one for one in found if one is not None]

        every = self.runs(look())
        assert not [one.id for one in every if one.open and self.closed.get(one.id) == one.reopened], "but for who opens it"
        self.closed |= {one.id: one.reopened for one in every if not one.open}

    @invariant()
    def each_record_says_one_thing(self) -> None:
        for one in self.open_ones():
            assert (one.offer is not None) is (one.state is HandoffState.OFFERED)
            assert (one.agent is None) is (one.state is HandoffState.WAITING) or one.offer is not None

    @invariant()
    def nothing_is_asked_or_sent_twice(self) -> None:
        asked = Counter(one["id"] for one in self.world.assistant.asked)
        assert max(asked.values(), default=1) == 1, asked.most_common(1)

        async def look() -> list[list[OutboundMessage]]:
            return await asyncio.gather(*map(self.world.sent_to, WHERE.values()))

        for found in self.runs(look()):
            sent = Counter(one.reply.text for one in found if "words" in one.reply.text)
            assert max(sent.values(), default=1) == 1, sent.most_common(1)

    def teardown(self) -> None:
        """After everything has settled a probe on each channel is answered, or with a person whom the desk lists."""
        try:
            self._settled()
        finally:
            self.runs(self.world.client.aclose())
            self.loop.close()

    def _settled(self) -> None:
        while self.sids:
            self.hangs_up(0)
        for _ in range(3):
            self.runs(self.world.settles())
        self.refuses_or_welcomes_texts(False, 0)
        for channel, address in WHERE.items():
            self.world.clock.passes(minutes=2)
            self.number += 1
            result = self.received(self.world.message(channel, address, f"probe {self.number}"))
            if result.handoff:
                assert result.handoff.id in [one.id for one in self.open_ones()]
            else:
                assert any(f"probe {self.number}" in reply.text for reply in result.replies)


QUICK = settings(
    max_examples=40,
    stateful_step_count=20,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
LONG = settings(QUICK, max_examples=200, stateful_step_count=40, phases=[Phase.generate, Phase.shrink])


def test_exactly_one_owns_the_conversation_and_nobody_is_silent_for_ever(redis_url: str) -> None:
    run_state_machine_as_test(_on(redis_url), settings=QUICK)


@pytest.mark.slow
def test_the_same_for_longer(redis_url: str) -> None:
    run_state_machine_as_test(_on(redis_url), settings=LONG)


def _on(redis_url: str) -> type[Owning]:
    return type("OwningHere", (Owning,), {"url": redis_url})
