"""The phone line: its routes, and its two faces for the core (``Channel`` for words, ``Telephone`` for ringing agents).

Every route is a signed POST. Twilio's side: https://www.twilio.com/docs/voice/twiml/gather and /enqueue.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress

from aiohttp import web

from bot.dialling import DialIns
from bot.line import Room
from bot.model import Call, CallState, ChannelName, Handoff, LineAct, OutboundMessage, Reply
from bot.ports import Calls, Clock, Contacts, Conversations, Handoffs, SendError, SendFailure, StoreUnavailable, Wording
from bot.ringing import Rings
from connectors.twilio import TwilioAccount, TwilioClient, verified_form
from connectors.wire import OnRefused, unavailable
from voice import twiml
from voice.agent_leg import AgentLeg
from voice.attestation import OFF
from voice.customer_leg import CustomerLeg
from voice.flow import MOVED, CallFlow
from voice.forms import VoiceForm, query_number, read_form
from voice.offers import Offers
from voice.people_line import PeopleLine, PeopleParts
from voice.prompts import Prompts
from voice.queue import Look, WaitingRoom
from voice.relay import RelayLine, RelayOptions
from voice.room import RoomKeeper
from voice.spoken import aloud
from voice.steps import Edge, Steps, Work

FILLERS = 3
"""How often a caller hears "still working" before a person is asked for."""


class VoiceLine:
    """A phone number with the assistant behind it, over ``<Gather>``; ``bot.ports.Channel`` and ``Telephone``.

    ``turn_deadline``: seconds a webhook waits for a turn before the caller hears a filler (10 at most).
    ``render``: a Reply's words with its options. ``on_refused``: counts requests turned away.
    ``people``: the waiting line, agents' phones and what is offered instead. ``prompts``: what the designers set.
    ``relay``: which calls go over ConversationRelay instead (none without it). ``rings``: calls that customers ask for;
    ``dial_ins``: codes that bring a call into a chat's thread. Close with ``close()``.
    """

    name = ChannelName.VOICE

    def __init__(
        self,
        account: TwilioAccount,
        client: TwilioClient,
        conversations: Conversations,
        calls: Calls,
        handoffs: Handoffs,
        contacts: Contacts,
        wording: Wording,
        render: Callable[[Reply], str],
        *,
        clock: Clock,
        turn_deadline: float,
        on_refused: OnRefused,
        people: PeopleParts,
        speech: twiml.Speech | None = None,
        prompts: Prompts | None = None,
        relay: RelayOptions | None = None,
        least_attestation: str = OFF,
        rings: Rings | None = None,
        dial_ins: DialIns | None = None,
    ) -> None:
        prompts = prompts or Prompts()
        speech = speech or twiml.Speech(prompts.line.language, prompts.line.voice)
        self._account = account
        self._calls = calls
        self._handoffs = handoffs
        self._wording = wording
        self._render = render
        self._on_refused = on_refused
        self._speech = speech
        self._edge = Edge(wording, speech)
        self._steps = Steps(calls, self._edge, turn_deadline)
        offers = Offers(
            calls,
            handoffs,
            people.errands,
            wording,
            clock,
            speech,
            people.settings,
            prompts.commands,
            national=account.voice_number.startswith("+1"),
            available=people.available,
        )
        self._flow = CallFlow(
            conversations=conversations,
            calls=calls,
            handoffs=handoffs,
            contacts=contacts,
            wording=wording,
            render=render,
            clock=clock,
            speech=speech,
            prompts=prompts,
            reception=offers,
            least_attestation=least_attestation,
            dial_ins=dial_ins,
        )
        self._room = WaitingRoom(self._flow, calls, people.waits, people.settings, people.errands)
        agent = AgentLeg(account, client, calls, handoffs, people.errands, people.rooms, wording, clock, speech, people.settings)
        self.people = PeopleLine(
            client,
            calls,
            people.rooms,
            people.errands,
            wording,
            self._flow,
            self._room,
            offers,
            agent,
            RoomKeeper(account, client, people.rooms, people.errands, agent),
            self._steps,
            self._edge,
            people.settings,
            speech,
            form=self._form,
            raw=lambda request: verified_form(request, account, on_refused),
            in_step=self._step,
            on_effort=people.on_effort,
        )
        self._customer = rings and CustomerLeg(
            account,
            client,
            calls,
            contacts,
            rings,
            people.errands,
            self._flow,
            wording,
            clock,
            speech,
            form=self._form,
            in_step=self._step,
        )
        self._relay = RelayLine(relay, account, calls, self, speech, clock=clock, on_refused=on_refused) if relay else None

    def routes(self) -> list[web.RouteDef]:
        """For the public listener."""
        handlers: dict[str, Callable[[web.Request], Awaitable[web.StreamResponse]]] = {
            "/twilio/voice": self._incoming,
            twiml.url("answer"): self._answer,
            twiml.url("collect"): self._collect,
            twiml.url("queue"): self._queue,
            twiml.url("queued"): self._queued,
            twiml.url("again"): self._again,
            twiml.url("partial"): self._partial,
            twiml.url("call-status"): self._call_status,
            twiml.url("relay"): self._relay_over,
        }
        more = [*(self._relay.routes() if self._relay else []), *(self._customer.routes() if self._customer else [])]
        return [*(web.post(path, handler) for path, handler in handlers.items()), *self.people.routes(), *more]

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
            await self._calls.say_later(call.sid, self._render(message.reply))
        except StoreUnavailable:
            raise SendError("The store did not take the words.", SendFailure.RETRY) from None
        return [f"{call.sid}:{message.id}"]

    async def ring_agent(self, handoff: Handoff, phone: str) -> None:
        """Call the agent, whisper, and join them with the waiting caller. Raises SendError."""
        await self.people.ring_agent(handoff, phone)

    async def act(self, handoff: Handoff, act: LineAct, who: str, to: str) -> None:
        """Hold, mute, transfer and so on (``voice.room``). Raises SendError or HandoffRefused."""
        await self.people.act(handoff, act, who, to)

    async def finish(self, handoff: Handoff, outcome: str) -> None:
        """The agent closed the conversation. Raises SendError."""
        await self.people.finish(handoff, outcome)

    async def state(self, handoff_id: str) -> Room:
        """Who is in the handoff's conference."""
        return await self.people.state(handoff_id)

    async def sound(self, recording: str) -> bytes | None:
        """A recording as a WAV file. Raises SendError."""
        return await self.people.sound(recording)

    async def _waiting_call(self, conversation_id: str) -> Call | None:
        """The handoff's own call first: a person may have two calls at once."""
        handoff = await self._handoffs.open_for(conversation_id)
        call = await self._calls.get(handoff.call_sid) if handoff and handoff.call_sid else None
        call = call or await self._calls.live_for(conversation_id)
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
            return _twiml(twiml.nothing())  # not kept: the caller's true return has the same step
        if chosen := await self._edge.spoken("queued", lambda: self._left(form, step), later=self._edge.later(step)):
            return _twiml(chosen)
        return await self._step(form, step, "queued", lambda: self._flow.returned(form, step))

    async def _left(self, form: VoiceForm, step: int) -> str:
        return await self.people.left(form, step) or ""

    async def _collect(self, request: web.Request) -> web.Response:
        form, step = await self._form(request), query_number(request.query, "step")
        return await self._carried(form, await self.collected(form, step, query_number(request.query, "tries")))

    async def _relay_over(self, request: web.Request) -> web.Response:
        """``<Connect action>``: the caller hung up, or what the session ended for comes next."""
        fields = await verified_form(request, self._account, self._on_refused)
        form = read_form(fields)

        async def work() -> str:
            if form.over or self._relay is None:
                await self._flow.ended(form.sid)
                return twiml.nothing()
            return await self._relay.after(form, fields)

        step = query_number(request.query, "step", 0)
        return _twiml(await self._edge.spoken("relay", work, later=self._edge.later(step)))

    # -- a call's steps (``voice.relay_session.Documents``) ------------------------------------------------------

    async def answered(self, form: VoiceForm, step: int) -> str:
        """The document that answers ``step``, or a filler when it takes longer."""
        return await self._document(form, step, "answer", lambda: self._flow.answered(form, step))

    async def again(self, call: Call) -> str:
        """What the call is doing now. Raises StoreUnavailable."""
        return await self._flow.again(call)

    async def collected(self, form: VoiceForm, step: int, tries: int) -> str:
        """What became of a step that was not ready, another filler, or a person."""

        async def work() -> str:
            known, ready = await self._steps.collect(_key(form, step))
            if ready is not None:
                return ready
            if known and tries < FILLERS:
                return self._filler(step, tries + 1)
            late = await self._steps.answer(
                f"{_key(form, step)}:overdue", "collect", lambda: self._flow.overdue(form, step), self._edge.later(step)
            )
            return late if late is not None else await self._flow.apologised(form, step)

        return await self._edge.spoken("collect", work, later=self._edge.later(step))

    async def _again(self, request: web.Request) -> web.Response:
        """The store failed a moment ago: the same question once more, the greeting if there was none yet."""
        form, query = await self._form(request), request.query
        step, tries = query_number(query, "step"), query_number(query, "tries")

        async def work() -> str:
            if form.over:
                await self._flow.ended(form.sid)
                return twiml.nothing()
            call = await self._calls.get(form.sid)
            if call is None or call.step == 0:
                return await self._document(form, 0, "voice", lambda: self._flow.started(form), tries)
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
        return _twiml(answer)

    async def _call_status(self, request: web.Request) -> web.Response:
        form = await self._form(request)

        async def over() -> None:
            await self._flow.ended(form.sid)
            await self.people.errands.call_over(form.sid, form.status, form.seconds)

        return await self._told(over) if form.over else web.Response(status=204)

    # -- every route ---------------------------------------------------------------------------------------------

    async def _form(self, request: web.Request) -> VoiceForm:
        """Nothing is looked at before the signature."""
        return read_form(await verified_form(request, self._account, self._on_refused))

    async def _step(self, form: VoiceForm, step: int, route: str, work: Work) -> web.Response:
        return await self._carried(form, await self._document(form, step, route, work), first=route == "voice")

    async def _carried(self, form: VoiceForm, document: str, *, first: bool = False) -> web.Response:
        """The document as this call gets it: over ``<Gather>``, or over the relay."""
        relay = self._relay
        if relay is None:
            return _twiml(document)
        return _twiml(
            await self._edge.spoken("relay", lambda: relay.carried(form, document, first=first), later=lambda: document)
        )

    async def _document(self, form: VoiceForm, step: int, route: str, work: Work, tries: int = 0) -> str:
        async def within_deadline() -> str:
            answer = await self._steps.answer(_key(form, step), route, work, self._edge.later(step, tries))
            return answer if answer is not None else self._filler(step, 1)

        return await self._edge.spoken(route, within_deadline, later=self._edge.later(step, tries))

    def _filler(self, step: int, tries: int) -> str:
        text = aloud(self._wording.say("utter_still_working", ChannelName.VOICE))
        return twiml.filler(text, step, tries, self._speech)

    @staticmethod
    async def _told(work: Callable[[], Awaitable[None]]) -> web.Response:
        """Take a status: 503 when it could not be kept, so that Twilio's log shows it."""
        try:
            await work()
        except StoreUnavailable:
            return unavailable()
        return web.Response(status=204)


def _key(form: VoiceForm, step: int) -> str:
    return f"{form.sid}:{step}"


def _twiml(text: str) -> web.Response:
    return web.Response(text=text, content_type="text/xml")
