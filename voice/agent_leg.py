"""The agent's side of a call: ring, whisper, join with the waiting caller.

https://www.twilio.com/docs/voice/api/call-resource , https://www.twilio.com/docs/voice/twiml/queue
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from bot.model import Call, CallState, ChannelName, Handoff
from bot.ports import Calls, Handoffs, SendError, SendFailure, StoreUnavailable, Wording
from connectors.twilio import TwilioAccount, TwilioClient
from voice import twiml
from voice.spoken import aloud

RING_SECONDS = 25
"""How long the agent's phone rings; a mailbox usually answers after 25 to 30 s."""

WHISPER_PART = 70
"""Characters of the reason, and of what was tried: the whole whisper stays near ten seconds."""

MISSED = frozenset({"busy", "no-answer", "failed", "canceled"})

OnMissed = Callable[[str, str], Awaitable[None]]
"""Told when an agent's phone was not answered: handoff id, and ``busy``, ``no-answer``, ``failed`` or ``canceled``."""


@dataclass(frozen=True, slots=True)
class AgentLeg:
    """Rings an agent for one handoff. The caller stays in the queue named by the handoff's id until they are joined."""

    account: TwilioAccount
    client: TwilioClient
    calls: Calls
    handoffs: Handoffs
    wording: Wording
    speech: twiml.Speech
    on_missed: OnMissed | None = None

    async def ring(self, handoff: Handoff, phone: str) -> None:
        """Call the agent's phone (E.164). Raises SendError: REFUSED when no caller waits (any more)."""
        try:
            call = await self._caller(handoff)
        except StoreUnavailable:
            raise SendError("The store did not answer, so nobody was called.", SendFailure.RETRY) from None
        if call is None or call.state is not CallState.WAITING:
            raise SendError("The caller is no longer waiting on the line.", SendFailure.REFUSED)
        await self.client.create_call(
            to=phone,
            from_=self.account.voice_number,
            url=self.account.public(twiml.url("agent", handoff=handoff.id)),
            status_callback=self.account.public(twiml.url("agent/status", handoff=handoff.id)),
            status_events=("completed",),
            ring_seconds=RING_SECONDS,
        )

    async def answered(self, handoff_id: str) -> str:
        """The agent picked up: whisper, then join; or say that the caller is gone."""
        handoff = await self.handoffs.get(handoff_id)
        call = await self._caller(handoff) if handoff and handoff.open else None
        if handoff is None or call is None or call.state not in (CallState.WAITING, CallState.BRIDGED):
            return twiml.goodbye([self._say("utter_agent_caller_gone")], self.speech)
        whisper = await self._whisper(handoff, call)
        await self.calls.save(replace(call, state=CallState.BRIDGED))
        return twiml.join(whisper, handoff.id, self.speech)

    async def ended(self, handoff_id: str, status: str) -> None:
        """The agent's leg is over. Not answered: the handoff stays assigned and the caller stays in the queue, where
        the agent's typed words are spoken. Hung up in the whisper: the caller is waiting again."""
        handoff = await self.handoffs.get(handoff_id)
        call = await self._caller(handoff) if handoff else None
        if call and call.state is CallState.BRIDGED and status == "completed":
            await self.calls.save(replace(call, state=CallState.WAITING))
        if status in MISSED and handoff and handoff.open and self.on_missed:
            await self.on_missed(handoff.id, status)

    async def _caller(self, handoff: Handoff) -> Call | None:
        return await self.calls.get(handoff.call_sid) if handoff.call_sid else await self.calls.live_for(handoff.conversation_id)

    async def _whisper(self, handoff: Handoff, call: Call) -> str:
        number = call.caller.value
        tried = ", ".join(handoff.packet.tried)
        return self._say(
            "utter_agent_whisper",
            who=number if number.startswith("+") else self.wording.say("utter_withheld_caller", ChannelName.VOICE),
            proof=call.proof.label,
            reason=_short(handoff.reason),
            tried=_short(tried) if tried else self.wording.say("utter_nothing_tried", ChannelName.VOICE),
        )

    def _say(self, name: str, **values: object) -> str:
        return aloud(self.wording.say(name, ChannelName.VOICE, **values))


def _short(text: str) -> str:
    """The text, cut between words at ``WHISPER_PART``."""
    if len(text) <= WHISPER_PART:
        return text
    return text[: WHISPER_PART + 1].rpartition(" ")[0] or text[:WHISPER_PART]
