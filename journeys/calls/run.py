"""One scripted call from the first ring to the last, and what must be true of every one of them (docs/calls.md)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from journeys.calls.network import Network
from journeys.calls.parts import Parts
from journeys.calls.script import GATHER, ScriptedCall
from journeys.calls.seats import Caller, DeskPhone
from journeys.run import POLL_SECONDS, POLLS, Deed, Walk
from journeys.script import Step
from journeys.seats import MessengerSeat, Missed, Seat, SmsSeat, WebSeat, matches
from journeys.stage import Stage
from journeys.words import Words

NUMBERS = {GATHER: "+12125550101", "relay": "+12125550120"}
"""What is dialled: the installation's number, and one for which ``VOICE_MODE`` names the relay."""

AGENT_PHONE = "+12125550160"
BROKEN = "application error"
"""Twilio's own words when our answer was none: nobody may ever hear them."""


@dataclass(slots=True)
class CallWalk(Walk):
    """A scripted call under way."""

    second: Caller = field(kw_only=True)
    stranger: Caller = field(kw_only=True)
    phone: DeskPhone = field(kw_only=True)
    parts: Parts = field(kw_only=True)
    network: Network = field(kw_only=True)
    _step: Step | None = None

    @classmethod
    async def on(cls, stage: Stage, call: ScriptedCall, parts: Parts) -> CallWalk:
        """At its beginning, with people whom nobody has met."""
        who, other = await stage.customer(call.customer), await stage.customer("nobody")
        dialled, sim = NUMBERS[call.way], stage.sim
        voice, second = Caller(sim, who.number, dialled), Caller(sim, who.number, dialled)
        sms = SmsSeat(sim, who.number)
        return cls(
            stage,
            call,
            who,
            WebSeat(stage.public, int(who.psid[2:])),
            sms,
            MessengerSeat(sim, who.psid),
            voice,
            Words(who, sms),
            second=second,
            stranger=Caller(sim, other.number, dialled),
            phone=DeskPhone(sim, AGENT_PHONE),
            parts=parts,
            network=Network(stage),
        )

    @property
    def call(self) -> ScriptedCall:
        """The script."""
        assert isinstance(self.journey, ScriptedCall)
        return self.journey

    @property
    def callers(self) -> Mapping[str, Caller]:
        """Everybody who calls in."""
        assert isinstance(self.voice, Caller)
        return {"voice": self.voice, "second": self.second, "stranger": self.stranger}

    @property
    def seats(self) -> Mapping[str, Seat]:
        return {"web": self.web, "sms": self.sms, "messenger": self.messenger, **self.callers, "phone": self.phone}

    # -- deeds ---------------------------------------------------------------------------------------------------

    async def _do(self, step: Step, words: str) -> None:
        self._step = step
        deeds = {"twilio": self._twilio, "clock": self._clock, "part": self._part, "phone": self._phone}
        if deed := deeds.get(step.who):
            await deed(step.verb, words)
        else:
            await Walk._do(self, step, words)

    def _deeds(self, channel: str, words: str) -> Mapping[str, Deed]:
        if channel not in self.callers:
            return Walk._deeds(self, channel, words)
        line = self.callers[channel]
        after = str(self._step.more.get("after", "")) if self._step else ""
        line.speaks = str(self._step.more.get("in", "")) if self._step else ""
        return {
            **Walk._deeds(self, channel, words),
            "calls": lambda: line.rings_in(words),
            "dials": lambda: line.dials(words),
            "picks up": line.picks_up,
            "presses": lambda: line.presses(words),
            "stays silent": line.stays_silent,
            "hangs up": line.hangs_up,
            "is over": line.is_over,
            "is joined": line.is_joined,
            "is on hold": line.is_on_hold,
            "interrupts": lambda: line.interrupts(words, after),
            "mumbles": lambda: line.mumbles(words),
            "loses the relay": line.loses_relay,
            "reconnects": lambda: line.reconnects(int(words)),
            "lets a machine answer": line.lets_a_machine_answer,
        }

    async def _agent_does(self, verb: str, words: str) -> None:
        if verb == "takes calls at":
            await self.stage.agent.has(phone=AGENT_PHONE)
        elif verb in ("is away", "is back"):
            await self.stage.agent.has(available=verb == "is back")
        elif verb == "signs out":
            await self.stage.agent.leaves()
        elif verb == "signs in":
            await self.stage.agent.comes()
        elif verb == "accepts in vain":
            with suppress(Missed):
                await Walk._agent_does(self, "accepts", words)
        elif verb == "does":
            await self.stage.agent.does((await self._handoff())["id"], words)
        else:
            await Walk._agent_does(self, verb, words)

    async def _phone(self, verb: str, words: str) -> None:
        if verb in ("rings", "hangs up"):
            await (self.phone.rings() if verb == "rings" else self.phone.hangs_up())
            return
        leg = self.phone.leg
        deeds: Mapping[str, Deed] = {
            "answers": leg.answers,
            "presses": lambda: leg.presses(words),
            "says": lambda: leg.says(words),
            "refuses": leg.refuses,
            "ignores": leg.ignores,
            "is joined": leg.is_joined,
            "stays silent": leg.stays_silent,
            "is over": lambda: _done(leg.ends()),
            "receives": lambda: asyncio.sleep(0),
        }
        await deeds[verb]()

    async def _twilio(self, verb: str, words: str) -> None:
        sim = self.stage.sim
        if verb == "repeats":
            await sim.faults(duplicate_next=int(words))
        elif verb == "refuses":
            await sim.faults(rest_next=1, rest_mode=words)
        else:
            await self.network.sends_again(self.callers["voice"].sid, int(words))

    async def _clock(self, _verb: str, words: str) -> None:
        await self.stage.sim.moves_clock(float(words.split()[0]))

    async def _part(self, verb: str, words: str) -> None:
        if verb == "is back":
            await self.parts.is_back(words)
        else:
            {"stops": self.parts.stops, "goes on": self.parts.goes_on, "dies": self.parts.dies}[verb](words)

    # -- checks --------------------------------------------------------------------------------------------------

    async def _known(self, step: Step) -> None:
        await Walk._known(self, step)
        more = step.more
        if state := more.get("state"):
            line = self.callers.get(step.who, self.callers["voice"])
            await self._record(f"call:{{{line.sid}}}", lambda call: _state(call) == state, f"a call that is {state}")
        if (spoken := more.get("heard_in")) and (line := self.callers[step.who]).heard_in != spoken:
            raise Missed(f"words in {spoken} were expected, and they were in {line.heard_in}")
        if reason := more.get("reason"):
            await self._until(lambda t: t["handoff"] and matches(str(reason), t["handoff"]["reason"]), f"reason {reason}")
        if wanted := more.get("handoff"):
            await self._until(lambda t: ((t["handoff"] or {}).get("state") or "none") == wanted, f"handoff {wanted}")
        if said := more.get("said"):
            await self._until(lambda t: str(said) in self._customers(t), f"{said!r} in the transcript")
        for name, words in (more.get("kept") or {}).items():
            filled = await self.words.filled(str(words))
            key = f"handoff:{(await self._handoff())['id']}"
            await self._record(
                key, lambda h, n=name, w=filled: matches(w, json.dumps(h.get(n) or None)), f"{name} with {filled!r}"
            )

    async def _handoff(self) -> dict[str, Any]:
        found: dict[str, Any] = await self._until(lambda thread: thread["handoff"], "an open handoff")
        return found

    async def _record(self, key: str, look: Any, what: str) -> None:
        """Until a record of the store is as it should be."""
        record: dict[str, Any] | None = None
        for _ in range(POLLS):
            record = await self.stage.record(key)
            if record is not None and look(record):
                return
            await asyncio.sleep(POLL_SECONDS)
        raise Missed(f"{what} was expected, and there is {record}")

    async def _address(self, channel: str) -> str | None:
        return await Walk._address(self, "voice" if channel in ("second", "stranger", "phone") else channel)

    # -- what is true of every call --------------------------------------------------------------------------------

    async def _in_the_end(self) -> None:
        """Nothing was lost, nobody heard Twilio's error, and when all have hung up every call is over and kept as such."""
        await self._is_not_asked_again()
        if self.call.said is not None:
            await self._said()
        await self._hung_up()
        sids = [sid for line in self.callers.values() for sid in line.sids]
        for sid in sids:
            if await self.stage.record(f"call:{{{sid}}}") is not None:  # there is none of who was never answered
                await self._record(f"call:{{{sid}}}", lambda call: _state(call) == "ended", "a call that has ended")
        if any(BROKEN in line.text for seat in self.seats.values() for line in seat.lines):
            raise Missed("Twilio's application error was heard")
        found = self.network.problems(sids)
        if sorted(found) != sorted(self.call.problems):
            raise Missed(
                f"problems {list(self.call.problems)} were expected, and these came: {self.network.told(sids) or 'none'}"
            )

    async def _said(self) -> None:
        wanted = [await self.words.filled(words) for words in self.call.said or ()]

        said: list[str] = []

        def look(thread: dict[str, Any]) -> bool:
            said[:] = self._customers(thread)
            return said == wanted

        try:
            await self._until(look, "")
        except Missed:
            raise Missed(f"the transcript has {said} of the customer, and {wanted} was expected") from None

    @staticmethod
    def _customers(thread: dict[str, Any]) -> list[str]:
        return [line["text"] for line in thread["transcript"] if line["author"] == "customer"]

    async def _hung_up(self) -> None:
        for line in self.callers.values():
            if line.calling:
                await line.hangs_up()
        await self.phone.hangs_up()

    async def leaves(self) -> None:
        await self.parts.restore()
        await Walk.leaves(self)
        await self._hung_up()
        if any(step.who == "agent" and step.verb in ("takes calls at", "is away", "signs out") for step in self.journey.steps):
            await self.stage.agent.comes()
            await self.stage.agent.has()
        await self._closed()

    async def _closed(self) -> None:
        """No call leaves anybody in line for the next one."""
        for number in (self.customer.number, self.stranger.number):
            thread = await self.stage.conversation(f"tel:{number}")
            if thread and thread["handoff"]:
                await self._given_back(thread["handoff"])

    async def _given_back(self, handoff: dict[str, Any]) -> None:
        try:
            if handoff["state"] == "waiting":
                await self.stage.agent.accepts(handoff["id"])
            await self.stage.agent.closes(handoff["id"], "Tidied up")
        except AssertionError:  # refused by the desk, such as a callback that has to wait: it is nobody who waits on a line
            return


async def _done(waiting: Any) -> None:
    await waiting


def _state(call: dict[str, Any]) -> str:
    """A record leaves out what has its default: a call is talking."""
    return str(call.get("state", "talking"))
