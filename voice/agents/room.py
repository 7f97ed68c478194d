"""What agents do with a call from the desk: hold, mute, transfer, bring somebody in, listen, coach, pause the recording.

One conference for each handoff, named by its id. https://www.twilio.com/docs/voice/api/conference-participant-resource
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from bot.agent_desk.caller_requests import Errands
from bot.model import Handoff, LineAct
from bot.ports import SendError, SendFailure
from bot.ports.phone_line import AGENT, CALLER, LISTENER, THIRD, TRANSFER, Leg, Room, Rooms
from connectors.twilio.client import TwilioAccount, TwilioClient
from voice.agents.agent_leg import COACH, RING_SECONDS, AgentLeg, Invitation
from voice.script import url

REACHABLE = re.compile(r"\+[1-9]\d{6,14}|sips?:[^\s@]{1,64}@[^\s@]{1,255}", re.ASCII)
IN_BROWSER = re.compile(r"client:[A-Za-z0-9_]{1,121}", re.ASCII)
"""An agent's browser: for colleagues only, so that nobody is brought in by a name that was made up."""
CURRENT = "Twilio.CURRENT"
"""The recording that runs: https://www.twilio.com/docs/voice/api/recording#update-a-recording-resource"""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomKeeper:
    """Carries out what the desk asks, and keeps who is in the conference from its events."""

    account: TwilioAccount
    client: TwilioClient
    rooms: Rooms
    errands: Errands
    agent: AgentLeg

    async def act(self, handoff: Handoff, act: LineAct, who: str, to: str) -> None:
        """Do it. ``who`` is the agent that asks; ``to`` a number or SIP address (an agent's own may be a browser's), for a
        transfer to an agent ``<username> <phone>``. Raises SendError with a sentence."""
        if act is LineAct.CALL:
            await self.agent.ring(handoff, to)
            return
        room = await self.rooms.get(handoff.id)
        if not room.sid or room.leg(CALLER) is None:
            raise SendError("Nobody is on the line with you.", SendFailure.REFUSED)
        match act:
            case LineAct.HOLD | LineAct.RESUME:
                await self._hold(room, on=act is LineAct.HOLD)
            case LineAct.MUTE | LineAct.UNMUTE:
                await self._mute(room, who, on=act is LineAct.MUTE)
            case LineAct.PAUSE | LineAct.RECORD:
                await self._recording(room, paused=act is LineAct.PAUSE)
            case LineAct.TRANSFER:
                await self._transfer(room, who, to)
            case LineAct.BRING_IN:
                await self._bring_in(room, to, THIRD)
            case LineAct.LISTEN | LineAct.COACH:
                role = COACH if act is LineAct.COACH else LISTENER
                await self.agent.invite(Invitation(handoff.id, role, who), _agents(to))
        await self.errands.changed(handoff.id)

    async def finish(self, handoff: Handoff) -> None:
        """The agent closed the conversation: their phones leave, and the caller goes on with the assistant."""
        room = await self.rooms.get(handoff.id)
        if room.sid and room.leg(CALLER):
            await self.client.remove_participant(room.sid, CALLER)

    # -- what Twilio tells -----------------------------------------------------------------------------------------

    async def told(self, handoff_id: str, event: str, conference_sid: str, call_sid: str, label: str) -> None:
        """One event of the conference; late and repeated ones do no harm."""
        if event == "participant-join":
            await self._joined(handoff_id, conference_sid, call_sid, label)
        elif event == "participant-leave":
            await self.rooms.leave(handoff_id, call_sid)
        elif event == "conference-end" and (await self.rooms.get(handoff_id)).sid in ("", conference_sid):
            await self.rooms.close(handoff_id)
        await self.errands.changed(handoff_id)

    async def _joined(self, handoff_id: str, conference_sid: str, call_sid: str, label: str) -> None:
        before = await self.rooms.get(handoff_id)
        role, _, who = label.partition(":")
        who = who or (before.ringing if role in (THIRD, TRANSFER) else "")
        await self.rooms.enter(handoff_id, Leg(call_sid, AGENT if role == TRANSFER else role, who))
        recording = "on" if self.agent.settings.record_calls and not before.recording else before.recording
        ringing = "" if role in (TRANSFER, THIRD) else before.ringing
        await self.rooms.note(handoff_id, sid=conference_sid, recording=recording, ringing=ringing)
        if role == TRANSFER:
            await self._hand_on(replace(before, sid=conference_sid), call_sid, who)

    async def _hand_on(self, room: Room, call_sid: str, who: str) -> None:
        """Whoever the call was passed to is there: the one before leaves, without ending it. Held callers are taken back."""
        if room.held:
            await self._hold(room, on=False)
        for leg in room.legs:
            if leg.role == AGENT and leg.call_sid != call_sid:
                await self.client.update_participant(room.sid, leg.call_sid, EndConferenceOnExit="false")
                await self.client.remove_participant(room.sid, leg.call_sid)
                await self.rooms.leave(room.handoff_id, leg.call_sid)
        if who and not REACHABLE.fullmatch(who):
            await self.errands.taken_over(room.handoff_id, who)

    # -- one by one ------------------------------------------------------------------------------------------------

    async def _hold(self, room: Room, *, on: bool) -> None:
        more = {"HoldUrl": self.account.public(url("music")), "HoldMethod": "POST"} if on else {}
        await self.client.update_participant(room.sid, CALLER, Hold="true" if on else "false", **more)
        await self.rooms.note(room.handoff_id, held="1" if on else "")

    async def _mute(self, room: Room, who: str, *, on: bool) -> None:
        leg = next((leg for leg in room.legs if leg.role == AGENT and leg.who == who), None)
        if leg is None:
            raise SendError("Your phone is not in this call.", SendFailure.REFUSED)
        await self.client.update_participant(room.sid, leg.call_sid, Muted="true" if on else "false")
        await self.rooms.note(room.handoff_id, muted="1" if on else "")

    async def _recording(self, room: Room, *, paused: bool) -> None:
        if not room.recording:
            raise SendError("This call is not recorded.", SendFailure.REFUSED)
        await self.client.update_conference_recording(room.sid, CURRENT, "paused" if paused else "in-progress")
        await self.rooms.note(room.handoff_id, recording="paused" if paused else "on")

    async def _transfer(self, room: Room, who: str, to: str) -> None:
        agent, _, phone = to.rpartition(" ")
        if room.ringing:
            raise SendError("Somebody is being rung already.", SendFailure.REFUSED)
        if agent:
            await self.agent.invite(Invitation(room.handoff_id, TRANSFER, agent), _agents(phone))
            await self.rooms.note(room.handoff_id, ringing=agent)
        else:
            await self._bring_in(room, to, TRANSFER)

    async def _bring_in(self, room: Room, to: str, role: str) -> None:
        if room.ringing:
            raise SendError("Somebody is being rung already.", SendFailure.REFUSED)
        number = _reachable(to)
        fields = {"Label": role, "Beep": "false", "Timeout": str(RING_SECONDS), "EarlyMedia": "false"}
        fields |= {"EndConferenceOnExit": "true" if role == TRANSFER else "false"}
        status = self.account.public(Invitation(room.handoff_id, role, number).url("agent/status"))
        await self.client.add_participant(
            room.sid, From=self.account.voice_number, To=number, StatusCallback=status, StatusCallbackEvent="completed", **fields
        )
        await self.rooms.note(room.handoff_id, ringing=number)


def _agents(to: str) -> str:
    """Where an agent answers: a number, a SIP address or a browser."""
    return to if IN_BROWSER.fullmatch(to) else _reachable(to)


def _reachable(to: str) -> str:
    """A number or SIP address that may be rung."""
    if not REACHABLE.fullmatch(to):
        raise SendError("Write the number with + and the country code, like +1 202 555 0100.", SendFailure.REFUSED)
    return to
