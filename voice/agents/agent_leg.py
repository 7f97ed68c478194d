"""The agent's side of a call: ring, whisper, a key to take it, and the conference with the customer.

https://www.twilio.com/docs/voice/api/call-resource , https://www.twilio.com/docs/voice/twiml/conference
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from bot.agent_desk.caller_requests import Errands
from bot.languages.current import BASE, current, speaking
from bot.model import Address, AddressKind, Call, CallState, ChannelName, Handoff
from bot.ports import Calls, Clock, Handoffs, SendError, SendFailure, StoreUnavailable, Wording
from bot.ports.phone_line import AGENT, CALLER, LISTENER, THIRD, TRANSFER, Leg, Rooms
from connectors.twilio.client import TwilioAccount, TwilioClient
from voice import script
from voice.agents.line_settings import LineSettings
from voice.gather.twiml import render
from voice.script import Entrance, Script, Tongues, url
from voice.speech.spoken import aloud

RING_SECONDS = 25
"""How long a phone rings; a mailbox usually answers after 25 to 30 s."""

REASON_WORDS, TRIED_WORDS = 9, 8
"""How much of the reason, and of what was tried, is whispered: the whole stays within ten seconds at 160 words a minute, with
a number of eleven figures (each half a word) and the designers' own words around them
(tests/voice/agents/test_agent_leg.py)."""

MISSED = frozenset({"busy", "no-answer", "failed", "canceled"})
BROWSER = "client:"
"""What an address begins with that is an agent's browser: https://www.twilio.com/docs/voice/twiml/client"""

COACH = "coach"
"""A listener who is heard by the agent."""


@dataclass(frozen=True, slots=True)
class Invitation:
    """Why a phone rings: for which handoff, as what, and whose phone it is (an agent's username)."""

    handoff_id: str
    role: str = AGENT
    who: str = ""

    def url(self, name: str) -> str:
        """One of the agent's routes, with the invitation in its query."""
        return url(name, handoff=self.handoff_id, role=self.role, who=self.who)


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentLeg:
    """Rings agents. The caller stays in the queue named by the handoff's id until an agent has pressed a key."""

    account: TwilioAccount
    client: TwilioClient
    calls: Calls
    handoffs: Handoffs
    errands: Errands
    rooms: Rooms
    wording: Wording
    clock: Clock
    tongues: Tongues
    settings: LineSettings

    async def ring(self, handoff: Handoff, phone: str) -> None:
        """Call the agent's phone (E.164, a SIP address or ``client:`` and a browser's name). Raises SendError: REFUSED when
        there is nobody to talk to."""
        try:
            call = await self._caller(handoff)
        except StoreUnavailable:
            raise SendError("The store did not answer, so nobody was called.", SendFailure.RETRY) from None
        if handoff.callback is None and (call is None or call.state is not CallState.WAITING):
            raise SendError("The caller is no longer waiting on the line.", SendFailure.REFUSED)
        await self.invite(Invitation(handoff.id, AGENT, handoff.agent or ""), phone)

    async def invite(self, invitation: Invitation, phone: str) -> str:
        """Ring a phone that hears a whisper first. The call's sid; raises SendError."""
        return await self.client.create_call(
            to=_told(phone, invitation),
            from_=self.account.voice_number,
            url=self.account.public(invitation.url("agent")),
            status_callback=self.account.public(invitation.url("agent/status")),
            status_events=("completed",),
            ring_seconds=RING_SECONDS,
        )

    async def answered(self, invitation: Invitation, *, browser: bool = False) -> Script:
        """Somebody, or a mailbox, picked up: whisper, and ask for a key; or say that the caller is gone. A browser is no
        mailbox: no key is asked for, but one cuts the whisper short."""
        handoff = await self.handoffs.get(invitation.handoff_id)
        if handoff is None or not await self._wanted(handoff, invitation):
            return self._gone()
        whispered, accepted = await self._whisper(handoff), invitation.url("agent/join")
        if browser:
            return script.whisper([whispered], accepted, self.tongues.speech, patience=1)
        return script.whisper([whispered, self._say("utter_agent_press")], accepted, self.tongues.speech)

    async def taken(self, invitation: Invitation, sid: str, digits: str, *, browser: bool = False) -> Script:
        """A key was pressed, or it is a browser: into the conference. No key: a mailbox, or somebody who cannot talk now."""
        handoff = await self.handoffs.get(invitation.handoff_id)
        if handoff is None or not await self._wanted(handoff, invitation):
            return self._gone()
        if not digits and not browser:
            await self._not_taken(invitation)
            return script.goodbye([self._say("utter_agent_not_taken")], self.tongues.speech)
        if invitation.role == AGENT and not await self._fetched(handoff, sid):
            return self._gone()
        await self.calls.remember(_entered(sid), "1")
        await self.rooms.enter(handoff.id, Leg(sid, invitation.role, invitation.who))
        words = [self._say("utter_agent_calling")] if handoff.callback and invitation.role == AGENT else []
        return script.conference(
            words, await self._entrance(handoff, invitation), self.tongues.speech, last=[self._say("utter_agent_over")]
        )

    async def ended(self, invitation: Invitation, sid: str, status: str) -> None:
        """The leg is over. Not answered, or hung up before a key: back in line, and the caller hears it."""
        await self.rooms.leave(invitation.handoff_id, sid)
        if await self.calls.remembered(_entered(sid)) is None:
            await self._not_taken(invitation)
        await self.errands.changed(invitation.handoff_id)

    async def caller_enters(self, handoff_id: str, step: int, lead: str = "") -> Script:
        """The customer's own leg: the notice of a recording, then the conference; ``/talked`` is asked when it is over."""
        words = [self._say(lead)] if lead else []
        if self.settings.record_calls:
            words.append(self._say("utter_recorded"))
        entrance = Entrance(handoff_id, CALLER, ends=True, record=self.settings.record_calls)
        return script.conference(words, entrance, self.tongues.speech, after=url("talked", step=step))

    # -- the customer is called back -----------------------------------------------------------------------------

    async def customer_answered(self, handoff_id: str, sid: str, answered_by: str, attempt: int | None = None) -> Script:
        """The called customer picked up, or a machine did: it gets a short message and no conversation."""
        handoff = await self.handoffs.get(handoff_id)
        spoken = await self.errands.spoken_with(handoff.conversation_id) if handoff else BASE
        with speaking(self.tongues.named(spoken).code):
            return await self._customer_answered(handoff, handoff_id, sid, answered_by, attempt)

    async def _customer_answered(
        self, handoff: Handoff | None, handoff_id: str, sid: str, answered_by: str, attempt: int | None
    ) -> Script:
        back = handoff.callback if handoff and handoff.open else None
        room = await self.rooms.get(handoff_id)
        if handoff is None or back is None or room.leg(AGENT) is None:
            if back is not None and attempt in (None, back.attempt):
                await self.errands.rests(handoff_id)
            return script.goodbye([self._say("utter_callback_late")], self.tongues.speech)
        if answered_by.startswith("machine") or answered_by == "fax":
            again = await self.not_reached(handoff_id, "machine", sid, attempt)
            words = self._say("utter_callback_machine_last" if again is False else "utter_callback_machine")
            return script.goodbye([words], self.tongues.speech)
        address = Address(AddressKind.TEL, back.number)
        call = Call(sid, handoff.conversation_id, address, self.clock(), CallState.BRIDGED, step=1, handoff_id=handoff_id)
        await self.calls.create(replace(call, language=current()))
        await self.errands.joined(handoff_id, sid)
        return await self.caller_enters(handoff_id, call.step, "utter_callback_hello")

    async def not_reached(self, handoff_id: str, result: str, sid: str, attempt: int | None = None) -> bool | None:
        """Keep it, and tell the agent who waits in the conference; their leg ends with that. Whether they are called again;
        None when it is no news (``Errands.not_reached``)."""
        again = await self.errands.not_reached(handoff_id, result, sid, attempt)
        if again is None:
            return None
        if leg := (await self.rooms.get(handoff_id)).leg(AGENT):
            sentence = "utter_callback_not_reached" if again else "utter_callback_last"
            with speaking(BASE):
                said = script.goodbye([self._say(sentence)], self.tongues.speech)
            with suppress(SendError):  # they have hung up; what became of the customer is kept
                await self.client.update_call(leg.call_sid, twiml=render(said))
        return again

    # -- parts ---------------------------------------------------------------------------------------------------

    async def _caller(self, handoff: Handoff) -> Call | None:
        return await self.calls.get(handoff.call_sid) if handoff.call_sid else await self.calls.live_for(handoff.conversation_id)

    async def _wanted(self, handoff: Handoff, invitation: Invitation) -> bool:
        """Whether there is still somebody to talk to."""
        if not handoff.open:
            return False
        call = await self._caller(handoff)
        if invitation.role != AGENT:
            return call is not None and call.state is CallState.BRIDGED
        mine = not invitation.who or handoff.agent == invitation.who
        return mine and (handoff.callback is not None or (call is not None and call.state is CallState.WAITING))

    async def _fetched(self, handoff: Handoff, sid: str) -> bool:
        """Bring the customer in: out of the queue, or by calling them back. False when they are gone."""
        call = await self._caller(handoff)
        try:
            if call and call.state is CallState.WAITING:
                call = await self.calls.update(call.sid, _bridged) or call
                if call.state is not CallState.BRIDGED:
                    return False
                target = self.account.public(url("room/enter", handoff=handoff.id, step=call.step))
                await self.client.update_call(call.sid, url=target)
                await self.errands.joined(handoff.id, call.sid)
                return True
        except SendError:
            return False
        return await self._called_back(handoff, handoff.callback.number, sid) if handoff.callback else False

    async def _called_back(self, handoff: Handoff, number: str, sid: str) -> bool:
        """Ring the customer, once for an attempt. False when they could not be rung."""
        attempt = await self.errands.calls_customer(handoff.id)
        if attempt is None:
            return False
        try:
            await self.client.create_call(
                to=number,
                from_=self.account.voice_number,
                url=self.account.public(url("callback", handoff=handoff.id, attempt=attempt)),
                status_callback=self.account.public(url("callback/status", handoff=handoff.id, attempt=attempt)),
                status_events=("completed",),
                ring_seconds=RING_SECONDS,
                machine_detection="Enable",
            )
        except SendError as error:
            if error.failure is not SendFailure.UNCERTAIN:  # else their phone may ring: the agent waits for them
                await self.errands.not_reached(handoff.id, "failed", sid)
                return False
        return True

    async def _not_taken(self, invitation: Invitation) -> None:
        if invitation.role == AGENT:
            await self.errands.missed(invitation.handoff_id, invitation.who or None)
        else:
            await self.rooms.note(invitation.handoff_id, ringing="")
            await self.errands.changed(invitation.handoff_id)

    async def _entrance(self, handoff: Handoff, invitation: Invitation) -> Entrance:
        if invitation.role in (LISTENER, COACH):
            agent = (await self.rooms.get(handoff.id)).leg(AGENT)
            coach = agent.call_sid if agent and invitation.role == COACH else None
            return Entrance(handoff.id, f"{invitation.role}:{invitation.who}", starts=False, muted=coach is None, coach=coach)
        label = f"{invitation.role}:{invitation.who}"
        return Entrance(handoff.id, label, ends=True, record=self.settings.record_calls)

    async def _whisper(self, handoff: Handoff) -> str:
        call, back = await self._caller(handoff), handoff.callback
        number = call.caller.value if call else back.number if back else ""
        tried = ", ".join(handoff.packet.tried)
        return self._say(
            "utter_agent_whisper",
            who=number if number.startswith("+") else self.wording.say("utter_withheld_caller", ChannelName.VOICE),
            proof=(call.proof if call else handoff.packet.proof).label,
            reason=_short(handoff.reason, REASON_WORDS),
            tried=_short(tried, TRIED_WORDS) if tried else self.wording.say("utter_nothing_tried", ChannelName.VOICE),
        )

    def _gone(self) -> Script:
        return script.goodbye([self._say("utter_agent_caller_gone")], self.tongues.speech)

    def _say(self, name: str, **values: object) -> str:
        return aloud(self.wording.say(name, ChannelName.VOICE, **values))


def _bridged(call: Call) -> Call:
    """Fetched; a caller who has left the queue in this moment is not."""
    return replace(call, state=CallState.BRIDGED) if call.state is CallState.WAITING else call


def _entered(sid: str) -> str:
    return f"{sid}:entered"


def _told(phone: str, invitation: Invitation) -> str:
    """The number to ring. A browser is told for which handoff it rings, so that the desk can show it: an id, nothing personal.

    https://www.twilio.com/docs/voice/how-share-information-between-your-applications
    """
    if not phone.startswith(BROWSER):
        return phone
    return f"{phone}?{urlencode({'handoff': invitation.handoff_id, 'role': invitation.role})}"


def _short(text: str, most: int) -> str:
    """The first words of it."""
    return " ".join(text.split()[:most])[:120].rstrip(" ,;:")


INVITED = frozenset({AGENT, TRANSFER, LISTENER, COACH, THIRD})
"""Roles that an invitation may have."""
