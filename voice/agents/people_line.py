"""The routes behind the waiting line: keys in the queue, offers, messages, agents' phones, conferences, callbacks.

``voice.calls.VoiceLine`` mounts them; signatures, steps and errors are handled as for its own.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from aiohttp import web

from bot.agent_desk.caller_requests import Errands
from bot.model import ChannelName, Handoff, LineAct
from bot.ports import Calls, HandoffRefused, SendError, Sound, StoreUnavailable, Wording
from bot.ports.phone_line import AGENT, Room, Rooms, Waits
from bot.routing.rules import Rules
from connectors.twilio.client import TwilioClient
from connectors.wire import unavailable
from voice import script
from voice.agents import hold_music
from voice.agents.agent_leg import BROWSER, INVITED, MISSED, AgentLeg, Invitation
from voice.agents.line_settings import LineSettings
from voice.agents.offers import Available, Offers
from voice.agents.queue import Look, WaitingRoom, chosen_key
from voice.agents.room import RoomKeeper
from voice.agents.typed_talk import TYPED, TypedTalk
from voice.flow import CallFlow
from voice.gather.forms import RECORDING, VoiceForm, query_number
from voice.gather.steps import Edge, Steps, Work
from voice.gather.twiml import render
from voice.script import Script, Tongues, url
from voice.speech.spoken import aloud

KEPT_BY_TWILIO = "public, max-age=604800"
FORM_FIELD = 200

Form = Callable[[web.Request], Awaitable[VoiceForm]]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
OnEffort = Callable[[int], None]
"""Counts a caller's answer, 1 to 5."""
Supervises = Callable[[str], Awaitable[bool]]
"""Whether an agent, by username, may listen to calls and coach."""


async def _nobody(_username: str) -> bool:
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleParts:
    """What the line needs for people. ``available``: how many agents take calls now; ``supervises``: who may listen."""

    errands: Errands
    rooms: Rooms
    waits: Waits
    available: Available
    settings: LineSettings = field(default_factory=LineSettings)
    on_effort: OnEffort = lambda _answer: None
    supervises: Supervises = _nobody
    rules: Rules = field(default_factory=Rules)


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleLine:
    """All routes that concern people. ``form`` checks the signature and reads; ``in_step`` answers a step of the bot's."""

    client: TwilioClient
    calls: Calls
    rooms: Rooms
    errands: Errands
    wording: Wording
    flow: CallFlow
    room: WaitingRoom
    offers: Offers
    typed: TypedTalk
    agent: AgentLeg
    keeper: RoomKeeper
    steps: Steps
    edge: Edge
    settings: LineSettings
    tongues: Tongues
    form: Form
    raw: Callable[[web.Request], Awaitable[Mapping[str, str]]]
    in_step: Callable[[VoiceForm, int, str, Work], Awaitable[web.Response]]
    on_effort: OnEffort
    supervises: Supervises

    def routes(self) -> list[web.RouteDef]:
        """For the public listener; all but the music's files are signed POSTs."""
        handlers: dict[str, Handler] = {
            "queue/key": self._key,
            "choice": self._choice,
            "typed": self._typed,
            "voicemail": self._voicemail,
            "voicemail/ready": self._voicemail_ready,
            "voicemail/text": self._voicemail_text,
            "music": self._music,
            "agent": self._agent,
            "agent/join": self._agent_join,
            "agent/status": self._agent_status,
            "room": self._room,
            "room/enter": self._enter,
            "room/left": self._left_alone,
            "talked": self._talked,
            "effort": self._effort,
            "callback": self._callback,
            "callback/status": self._callback_status,
            "recording": self._recording,
        }
        files = web.get(url("music/{name}"), self._music_file)
        return [*(web.post(url(path), handler) for path, handler in handlers.items()), files]

    # -- what the core and the desk ask ----------------------------------------------------------------------------

    async def ring_agent(self, handoff: Handoff, phone: str) -> None:
        """Call the agent, whisper, and join them with the customer. Raises SendError."""
        await self.agent.ring(handoff, phone)

    async def act(self, handoff: Handoff, act: LineAct, who: str, to: str) -> None:
        """Hold, mute, transfer and so on. Raises SendError with a sentence."""
        if act in (LineAct.LISTEN, LineAct.COACH) and not await self.supervises(who):
            raise HandoffRefused("Only supervisors may listen to calls (make agent NAME=... ROLE=supervisor).")
        await self.keeper.act(handoff, act, who, to)

    async def finish(self, handoff: Handoff, outcome: str) -> None:
        """The agent closed the conversation: the talk ends, and the customer may get what was agreed by text."""
        await self.keeper.finish(handoff)
        call = await self.calls.get(handoff.call_sid) if handoff.call_sid else None
        if self.settings.summary_sms and call:
            await self.errands.agreed(call.conversation_id, call.caller.value, handoff.id, outcome)

    async def state(self, handoff_id: str) -> Room:
        """Who is in the handoff's conference."""
        return await self.rooms.get(handoff_id)

    async def sound(self, recording: str, part: str = "") -> Sound | None:
        """A recording, or the part of it that is asked for. Raises SendError."""
        return await self.client.recording(recording, part)

    # -- waiting, and what is done instead -------------------------------------------------------------------------

    async def left(self, form: VoiceForm, step: int) -> Script | None:
        """What a caller hears who left the queue by a key; None when they did not."""
        chosen = await self.calls.remembered(chosen_key(form.sid, step)) if form.queue_result == "leave" else None
        if chosen == TYPED and not form.over:
            return await self.typed.begins(form, step)
        return await self.offers.left(form, chosen) if chosen and not form.over else None

    async def _key(self, request: web.Request) -> web.Response:
        form, query = await self.form(request), request.query
        look = Look(query_number(query, "joined"), query_number(query, "n"), query_number(query, "told", 0))
        return _twiml(await self.edge.spoken("queue", lambda: self.room.pressed(form, look), lambda: self.room.silence(look)))

    async def _choice(self, request: web.Request) -> web.Response:
        form, number = await self.form(request), query_number(request.query, "n")

        async def work() -> Script:
            key = f"{form.sid}:choice:{number}"
            answer = await self.steps.answer(key, "choice", lambda: self.offers.answered(form, number))
            return answer if answer is not None else script.onward([], url("choice", n=number), self.tongues.speech)

        return _twiml(await self.edge.spoken("choice", work))

    async def _typed(self, request: web.Request) -> web.Response:
        """What the caller said to an agent who types."""
        form, joined, number = await self.form(request), query_number(request.query, "joined"), query_number(request.query, "n")

        async def work() -> Script:
            key = f"{form.sid}:typed:{joined}:{number}"
            answer = await self.steps.answer(key, "typed", lambda: self.typed.heard(form, joined, number))
            return answer if answer is not None else self._listen_on(joined, number)

        return _twiml(await self.edge.spoken("typed", work, later=lambda: self._listen_on(joined, number)))

    def _listen_on(self, joined: int, number: int) -> Script:
        """The caller stays; what they say next is the next question's."""
        return script.onward([], url("typed", joined=joined, n=number + 1), self.tongues.speech)

    async def _voicemail(self, request: web.Request) -> web.Response:
        """``<Record action>``: the message is there, or nothing was said."""
        form, handoff_id = await self.form(request), _handoff(request)

        async def work() -> Script:
            if form.recording and form.seconds:
                await self.errands.voicemail(handoff_id, form.recording, form.seconds)
            if form.over:
                return script.nothing()
            said = "utter_voicemail_kept" if form.seconds else "utter_goodbye_kept"
            return script.goodbye([self._say(said)], self.tongues.speech)

        return _twiml(await self.edge.spoken("voicemail", work))

    async def _voicemail_ready(self, request: web.Request) -> web.Response:
        form, handoff_id = await self.form(request), _handoff(request)
        if not form.recording or not form.seconds:
            return web.Response(status=204)
        return await _told(lambda: self.errands.voicemail(handoff_id, form.recording, form.seconds or 0))

    async def _voicemail_text(self, request: web.Request) -> web.Response:
        form, handoff_id = await self.form(request), _handoff(request)
        if not form.recording or not form.transcript:
            return web.Response(status=204)
        return await _told(lambda: self.errands.transcribed(handoff_id, form.recording, form.transcript))

    async def _music(self, request: web.Request) -> web.Response:
        await self.form(request)
        return _twiml(script.music(self.room.clips()))

    async def _music_file(self, request: web.Request) -> web.StreamResponse:
        """Our own music; the same for everybody, so it is not signed and may be kept."""
        name = request.match_info["name"]
        if (silent := hold_music.silence(name)) is not None:
            return web.Response(body=silent, content_type="audio/wav", headers={"Cache-Control": KEPT_BY_TWILIO})
        if name not in {f"{number}.wav" for number in range(1, len(hold_music.PHRASES) + 1)}:
            raise web.HTTPNotFound
        return web.FileResponse(
            Path(hold_music.FOLDER) / name, headers={"Cache-Control": KEPT_BY_TWILIO, "Content-Type": "audio/wav"}
        )

    # -- agents' phones --------------------------------------------------------------------------------------------

    async def _agent(self, request: web.Request) -> web.Response:
        form, invitation = await self.form(request), _invitation(request)
        return _twiml(await self.edge.spoken("agent", lambda: self.agent.answered(invitation, browser=_browser(form))))

    async def _agent_join(self, request: web.Request) -> web.Response:
        form, invitation = await self.form(request), _invitation(request)

        async def work() -> Script:
            if form.over:
                return script.nothing()
            key = f"{form.sid}:join"
            taken = lambda: self.agent.taken(invitation, form.sid, form.digits, browser=_browser(form))  # noqa: E731 - named for the line
            answer = await self.steps.answer(key, "agent", taken)
            return answer if answer is not None else script.onward([], invitation.url("agent/join"), self.tongues.speech)

        return _twiml(await self.edge.spoken("agent", work))

    async def _agent_status(self, request: web.Request) -> web.Response:
        form, invitation = await self.form(request), _invitation(request)
        if form.status not in MISSED and not form.over:
            return web.Response(status=204)
        return await _told(lambda: self.agent.ended(invitation, form.sid, form.status))

    # -- conferences -----------------------------------------------------------------------------------------------

    async def _room(self, request: web.Request) -> web.Response:
        """Conference events have no call of their own, except those of one participant."""
        fields, handoff_id = await self.raw(request), _handoff(request)
        names = ("StatusCallbackEvent", "ConferenceSid", "CallSid", "ParticipantLabel")
        event, conference, call_sid, label = (fields.get(name, "")[:FORM_FIELD] for name in names)
        return await _told(lambda: self.keeper.told(handoff_id, event, conference, call_sid, label))

    async def _enter(self, request: web.Request) -> web.Response:
        await self.form(request)
        handoff_id, step = _handoff(request), query_number(request.query, "step")
        return _twiml(await self.edge.spoken("room", lambda: self.agent.caller_enters(handoff_id, step)))

    async def _left_alone(self, request: web.Request) -> web.Response:
        """The agent may not go on (``voice.agents.leaving``): the caller waits again, at their place."""
        form, step = await self.form(request), query_number(request.query, "step")
        return await self.in_step(form, step, "left", lambda: self.flow.waits_again(form, step))

    async def _talked(self, request: web.Request) -> web.Response:
        """The talk with the agent is over and the caller is still there: a question about it, then the assistant."""
        form, step = await self.form(request), query_number(request.query, "step")
        if self.settings.effort_question and not form.over:
            return _twiml(script.choose([self._say("utter_effort_question")], url("effort", step=step), (), self.tongues.speech))
        return await self._back(form, step)

    async def _effort(self, request: web.Request) -> web.Response:
        form, step = await self.form(request), query_number(request.query, "step")
        said = self.flow.prompts.commands.named(form.speech)
        key = form.digits or (said.keys if said else "")
        if key in {"1", "2", "3", "4", "5"} and await self._kept_effort(form.sid, int(key)):
            self.on_effort(int(key))
        return await self._back(form, step)

    async def _kept_effort(self, sid: str, effort: int) -> bool:
        try:
            return await self.errands.effort(sid, effort)
        except StoreUnavailable:
            return False  # the caller goes on; only the answer is lost

    async def _back(self, form: VoiceForm, step: int) -> web.Response:
        bridged = replace(form, queue_result="bridged")
        return await self.in_step(form, step, "talked", lambda: self.flow.returned(bridged, step))

    # -- calling back ----------------------------------------------------------------------------------------------

    async def _callback(self, request: web.Request) -> web.Response:
        form, handoff_id, attempt = await self.form(request), _handoff(request), _attempt(request)

        async def made() -> Script:
            return await self.agent.customer_answered(handoff_id, form.sid, form.answered_by, attempt)

        async def work() -> Script:
            answer = await self.steps.answer(f"{form.sid}:callback", "callback", made)
            return answer if answer is not None else script.onward([], url("callback", handoff=handoff_id), self.tongues.speech)

        return _twiml(await self.edge.spoken("callback", work))

    async def _callback_status(self, request: web.Request) -> web.Response:
        form, handoff_id = await self.form(request), _handoff(request)

        async def over() -> None:
            if form.status in MISSED:
                await self.agent.not_reached(handoff_id, form.status, form.sid, _attempt(request))
            else:
                await self.flow.ended(form.sid)
                await self.errands.call_over(form.sid, form.status, form.seconds)

        return await _told(over) if form.over else web.Response(status=204)

    async def _recording(self, request: web.Request) -> web.Response:
        fields, handoff_id = await self.raw(request), _handoff(request)
        sid = fields.get("RecordingSid", "")
        if not RECORDING.fullmatch(sid) or fields.get("RecordingStatus") != "completed":
            return web.Response(status=204)
        return await _told(lambda: self.errands.recorded(handoff_id, sid))

    def _say(self, name: str, **values: object) -> str:
        return aloud(self.wording.say(name, ChannelName.VOICE, **values))


async def _told(work: Callable[[], Awaitable[None]]) -> web.Response:
    """Take what Twilio tells: 503 when it could not be kept, so that its log shows it; nothing to do for what is gone."""
    try:
        await work()
    except StoreUnavailable:
        return unavailable()
    except (HandoffRefused, SendError):
        return web.Response(status=204)
    return web.Response(status=204)


def _handoff(request: web.Request) -> str:
    handoff_id = request.query.get("handoff", "")
    if not 0 < len(handoff_id) <= 64:
        raise web.HTTPBadRequest(text="handoff is missing or is none")
    return handoff_id


def _attempt(request: web.Request) -> int | None:
    return query_number(request.query, "attempt") if "attempt" in request.query else None


def _invitation(request: web.Request) -> Invitation:
    role, who = request.query.get("role", AGENT), request.query.get("who", "")
    if role not in INVITED or len(who) > FORM_FIELD:
        raise web.HTTPBadRequest(text="role or who is none")
    return Invitation(_handoff(request), role, who)


def _browser(form: VoiceForm) -> bool:
    """Whether an agent's browser was rung; the field is signed."""
    return form.rung.startswith(BROWSER)


def _twiml(made: Script) -> web.Response:
    return web.Response(text=render(made), content_type="text/xml")
