"""The phone line: its routes, and its two faces for the core (``Channel`` for words, ``Telephone`` for ringing agents).

Every route is a signed POST. Twilio's side: https://www.twilio.com/docs/voice/twiml/gather and /enqueue.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress

from aiohttp import web

from bot.languages.current import speak, speaking
from bot.model import Call, CallState, ChannelName, Handoff, LineAct, OutboundMessage
from bot.ports import SendError, SendFailure, Sound, StoreUnavailable
from bot.ports.phone_line import Room
from connectors.twilio.webhook_signature import verified_form
from connectors.wire import unavailable
from voice.agents.queue import Look
from voice.flow import MOVED
from voice.gather.forms import VoiceForm, query_number, read_form
from voice.gather.steps import Otherwise, Work
from voice.gather.twiml import render
from voice.relay.routes import RelayLine, RelayOptions
from voice.script import Script, filler, nothing, url
from voice.speech.spoken import aloud
from voice.wire import Needs, Requests, line_parts

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

LANGUAGE_SECONDS = 1.0
"""How long a request waits for its call's language: where the store hangs, the caller hears so in time rather than in Spanish."""

FILLERS = 3
"""How often a caller hears "still working" before a person is asked for."""


class VoiceLine:
    """A phone number with the assistant behind it, over ``<Gather>``; ``bot.ports.Channel`` and ``Telephone``. Close with
    ``close()``."""

    name = ChannelName.VOICE

    def __init__(self, needs: Needs) -> None:
        self._needs, self._tongues = needs, needs.tongues
        parts = line_parts(needs, Requests(form=self._form, raw=self._raw, in_step=self._step))
        self._edge, self._steps = parts.edge, parts.steps
        self._flow, self._room = parts.flow, parts.room
        self.people, self._customer = parts.people, parts.customer
        self._relay = self._relay_line(needs.relay) if needs.relay else None

    def _relay_line(self, options: RelayOptions) -> RelayLine:
        given = self._needs
        return RelayLine(options, given.account, given.calls, self, self._tongues, clock=given.clock, on_refused=given.on_refused)

    def routes(self) -> list[web.RouteDef]:
        """For the public listener."""
        handlers: dict[str, Callable[[web.Request], Awaitable[web.StreamResponse]]] = {
            "/twilio/voice": self._incoming,
            url("answer"): self._answer,
            url("collect"): self._collect,
            url("queue"): self._queue,
            url("queued"): self._queued,
            url("again"): self._again,
            url("partial"): self._partial,
            url("call-status"): self._call_status,
            url("relay"): self._relay_over,
        }
        more = [*(self._relay.routes() if self._relay else []), *(self._customer.routes() if self._customer else [])]
        ours = [*(web.post(path, handler) for path, handler in handlers.items()), *self.people.routes(), *more]
        if not self._tongues.others:
            return ours
        return [web.RouteDef(one.method, one.path, _in_one_language(one.handler), one.kwargs) for one in ours]

    async def close(self) -> None:
        """Let the relay's calls go elsewhere, then stop the turns that still run."""
        if self._relay:
            await self._relay.close()
        await self._steps.close()

    async def on_shutdown(self, _app: web.Application) -> None:
        """For the application: sockets would hold its end up."""
        if self._relay:
            await self._relay.close()

    # -- what the core asks of the line --------------------------------------------------------------------------

    async def send(self, message: OutboundMessage) -> list[str]:
        """Call the customer where the message ``rings``. Else speak an agent's words or a notice to a caller who waits in the
        queue. Raises SendError: REFUSED when none does."""
        if message.rings and self._customer:
            return await self._customer.place(message)
        try:
            call = await self._waiting_call(message.conversation_id)
            if call is None:
                raise SendError("Nobody of this conversation is waiting on the phone.", SendFailure.REFUSED)
            await self._needs.calls.say_later(call.sid, self._needs.render(message.reply))
        except StoreUnavailable:
            raise SendError("The store did not take the words.", SendFailure.RETRY) from None
        return [f"{call.sid}:{message.id}"]

    async def ring_agent(self, handoff: Handoff, phone: str) -> None:
        """Call the agent, whisper, and join them with the waiting caller. Raises SendError."""
        await self.people.ring_agent(handoff, phone)

    async def act(self, handoff: Handoff, act: LineAct, who: str, to: str) -> None:
        """Hold, mute, transfer and so on (``voice.agents.room``). Raises SendError or HandoffRefused."""
        await self.people.act(handoff, act, who, to)

    async def finish(self, handoff: Handoff, outcome: str) -> None:
        """The agent closed the conversation. Raises SendError."""
        await self.people.finish(handoff, outcome)

    async def state(self, handoff_id: str) -> Room:
        """Who is in the handoff's conference."""
        return await self.people.state(handoff_id)

    async def sound(self, recording: str, part: str = "") -> Sound | None:
        """A recording, or the part of it that is asked for. Raises SendError."""
        return await self.people.sound(recording, part)

    async def _waiting_call(self, conversation_id: str) -> Call | None:
        """The handoff's own call first: a person may have two calls at once."""
        handoff = await self._needs.handoffs.open_for(conversation_id)
        call = await self._needs.calls.get(handoff.call_sid) if handoff and handoff.call_sid else None
        call = call or await self._needs.calls.live_for(conversation_id)
        return call if call and call.state is CallState.WAITING else None

    # -- the caller's leg ----------------------------------------------------------------------------------------

    async def _incoming(self, request: web.Request) -> web.Response:
        form = await self._form(request)
        return await self._step(form, 0, "voice", lambda: self._flow.started(form))

    async def _answer(self, request: web.Request) -> web.Response:
        form, step = await self._form(request), query_number(request.query, "step")
        return await self._step(form, step, "answer", lambda: self._flow.answered(form, step))

    async def _queued(self, request: web.Request) -> web.Response:
        form, step = await self._form(request), query_number(request.query, "step")
        if form.queue_result in MOVED:
            return _twiml(render(nothing()))  # not kept: the caller's true return has the same step
        left = lambda: self.people.left(form, step)  # noqa: E731 - named for the line
        if chosen := await self._edge.tried("queued", left, self._edge.apology, later=self._edge.later(step)):
            return _twiml(render(chosen))
        return await self._step(form, step, "queued", lambda: self._flow.returned(form, step))

    async def _collect(self, request: web.Request) -> web.Response:
        form, step = await self._form(request), query_number(request.query, "step")
        return await self._carried(form, await self.collected(form, step, query_number(request.query, "tries")))

    async def _relay_over(self, request: web.Request) -> web.Response:
        """``<Connect action>``: the caller hung up, or what the session ended for comes next."""
        fields = await self._raw(request)
        form = read_form(fields)
        speak(await self._spoken_with(form.sid))

        async def work() -> str:
            if form.over or self._relay is None:
                await self._flow.ended(form.sid)
                return render(nothing())
            return await self._relay.after(form, fields)

        return await self._handed_over(work, self._edge.later(query_number(request.query, "step", 0)))

    # -- a call's steps (``voice.relay.call_steps.CallSteps``) ---------------------------------------------------

    async def answered(self, form: VoiceForm, step: int) -> Script:
        """The script that answers ``step``, or a filler when it takes longer."""
        with speaking(await self._spoken_with(form.sid)):
            return await self._scripted(form, step, "answer", lambda: self._flow.answered(form, step))

    async def again(self, call: Call) -> Script:
        """What the call is doing now. Raises StoreUnavailable."""
        with speaking(call.language):
            return await self._flow.again(call)

    async def collected(self, form: VoiceForm, step: int, tries: int) -> Script:
        """What became of a step that was not ready, another filler, or a person."""

        async def work() -> Script:
            key = _key(form, step)
            known, ready = await self._steps.collect(key)
            if not known and tries < FILLERS:  # the gateway that had begun it has died
                resumed = lambda: self._flow.resumed(form, step)  # noqa: E731 - named for the line
                ready = await self._steps.answer(f"{key}:resumed", "collect", resumed, self._edge.later(step))
            if ready is not None:
                return ready
            if tries < FILLERS:
                return self._filler(step, tries + 1)
            late = await self._steps.answer(
                f"{_key(form, step)}:overdue", "collect", lambda: self._flow.overdue(form, step), self._edge.later(step)
            )
            return late if late is not None else await self._flow.apologised(form, step)

        with speaking(await self._spoken_with(form.sid)):
            return await self._edge.spoken("collect", work, later=self._edge.later(step))

    async def _again(self, request: web.Request) -> web.Response:
        """The store failed a moment ago: the same question once more, the greeting if there was none yet."""
        form, query = await self._form(request), request.query
        step, tries = query_number(query, "step"), query_number(query, "tries")

        async def work() -> Script:
            if form.over:
                await self._flow.ended(form.sid)
                return nothing()
            call = await self._needs.calls.get(form.sid)
            if call is None or call.step == 0:
                return await self._scripted(form, 0, "voice", lambda: self._flow.started(form), tries)
            return await self._flow.again(call)

        return await self._carried(form, await self._edge.spoken("again", work, later=self._edge.later(step, tries)))

    async def _partial(self, request: web.Request) -> web.Response:
        """``partialResultCallback``: Twilio does not look at the answer, and a note that is lost costs nothing."""
        form, step = await self._form(request), query_number(request.query, "step")
        with suppress(StoreUnavailable):
            await self._flow.partials.overheard(form, step)
        return web.Response(status=204)

    async def _queue(self, request: web.Request) -> web.Response:
        form, query = await self._form(request), request.query
        look = Look(query_number(query, "joined"), query_number(query, "n"), query_number(query, "told", 0))
        answer = await self._edge.spoken("queue", lambda: self._room.hears(form, look), lambda: self._room.silence(look))
        return _twiml(render(answer))

    async def _call_status(self, request: web.Request) -> web.Response:
        form = await self._form(request)

        async def over() -> None:
            await self._flow.ended(form.sid)
            await self.people.errands.call_over(form.sid, form.status, form.seconds)

        return await self._told(over) if form.over else web.Response(status=204)

    # -- every route ---------------------------------------------------------------------------------------------

    async def _raw(self, request: web.Request) -> Mapping[str, str]:
        return await verified_form(request, self._needs.account, self._needs.on_refused)

    async def _form(self, request: web.Request) -> VoiceForm:
        """Nothing is looked at before the signature."""
        form = read_form(await self._raw(request))
        speak(await self._spoken_with(form.sid))
        return form

    async def _spoken_with(self, sid: str) -> str:
        """The language of a call, two letters; empty where there is no other than the files' own, and for agents' calls."""
        if not self._tongues.others:
            return ""
        with suppress(StoreUnavailable, TimeoutError):  # whoever needs the call says so in a moment
            async with asyncio.timeout(LANGUAGE_SECONDS):
                call = await self._needs.calls.get(sid)
            return call.language if call else ""
        return ""

    async def _step(self, form: VoiceForm, step: int, route: str, work: Work) -> web.Response:
        return await self._carried(form, await self._scripted(form, step, route, work), first=route == "voice")

    async def _carried(self, form: VoiceForm, script: Script, *, first: bool = False) -> web.Response:
        """The script as this call gets it: over ``<Gather>``, or over the relay."""
        relay = self._relay
        if relay is None:
            return _twiml(render(script))
        return await self._handed_over(lambda: relay.carried(form, script, first=first), lambda: script)

    async def _handed_over(self, work: Callable[[], Awaitable[str]], later: Otherwise) -> web.Response:
        """TwiML of the relay's; ``later`` when the store is away."""
        edge = self._edge
        return _twiml(await edge.tried("relay", work, lambda: render(edge.apology()), lambda: render(later())))

    async def _scripted(self, form: VoiceForm, step: int, route: str, work: Work, tries: int = 0) -> Script:
        async def within_deadline() -> Script:
            answer = await self._steps.answer(_key(form, step), route, work, self._edge.later(step, tries))
            return answer if answer is not None else self._filler(step, 1)

        return await self._edge.spoken(route, within_deadline, later=self._edge.later(step, tries))

    def _filler(self, step: int, tries: int) -> Script:
        return filler(aloud(self._needs.wording.say("utter_still_working", ChannelName.VOICE)), step, tries, self._tongues.speech)

    @staticmethod
    async def _told(work: Callable[[], Awaitable[None]]) -> web.Response:
        """Take a status: 503 when it could not be kept, so that Twilio's log shows it."""
        try:
            await work()
        except StoreUnavailable:
            return unavailable()
        return web.Response(status=204)


def _in_one_language(handler: Handler) -> Handler:
    """The next request on the same connection has a language of its own."""

    async def handled(request: web.Request) -> web.StreamResponse:
        with speaking(""):
            return await handler(request)

    return handled


def _key(form: VoiceForm, step: int) -> str:
    return f"{form.sid}:{step}"


def _twiml(text: str) -> web.Response:
    return web.Response(text=text, content_type="text/xml")
