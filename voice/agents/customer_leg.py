"""Calls to customers who asked the assistant to call them: no agent, no whisper; the thread goes on (docs/continuity.md).

https://www.twilio.com/docs/voice/api/call-resource , https://www.twilio.com/docs/voice/answering-machine-detection
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web

from bot.agent_desk.caller_requests import Errands
from bot.languages.current import current, speaking
from bot.model import Address, AddressKind, Call, ChannelName, Contact, OutboundMessage
from bot.ports import Calls, Clock, Contacts, SendError, SendFailure, StoreUnavailable, Wording
from bot.switching.call_me import FRESH, Rings
from connectors.twilio.client import TwilioAccount, TwilioClient
from connectors.wire import unavailable
from voice import script
from voice.flow import CallFlow
from voice.gather.forms import VoiceForm
from voice.gather.steps import Work
from voice.script import Script, Tongues, url
from voice.speech.spoken import aloud

RING_SECONDS = 25
"""How long a phone rings; a mailbox usually answers after 25 to 30 s."""

NOT_REACHED = {
    "busy": "utter_ring_busy",
    "no-answer": "utter_ring_unanswered",
    "canceled": "utter_ring_unanswered",
    "failed": "utter_ring_failed",
}
"""What the customer is told where they asked, by ``CallStatus``."""

Form = Callable[[web.Request], Awaitable[VoiceForm]]
InStep = Callable[[VoiceForm, int, str, Work], Awaitable[web.Response]]


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerLeg:
    """Places such calls and answers their webhooks. ``form`` checks the signature and reads; ``in_step`` answers a step."""

    account: TwilioAccount
    client: TwilioClient
    calls: Calls
    contacts: Contacts
    rings: Rings
    errands: Errands
    flow: CallFlow
    wording: Wording
    clock: Clock
    tongues: Tongues
    form: Form
    in_step: InStep

    def routes(self) -> list[web.RouteDef]:
        """Signed POSTs, for the public listener."""
        return [web.post(url("called"), self._called), web.post(url("called/status"), self._status)]

    async def place(self, message: OutboundMessage) -> list[str]:
        """Make the call, once: whoever calls this keeps what came of it and does not repeat an uncertain one.

        Raises SendError; what was certainly not made, or may not have been, is told to the customer.
        """
        try:
            return [await self._created(message)]
        except SendError as error:
            if error.failure is not SendFailure.RETRY:  # an account's fault, too: who waits beside the phone is told, not kept
                uncertain = error.failure is SendFailure.UNCERTAIN
                await self._tell(message.id, "utter_ring_uncertain" if uncertain else "utter_ring_failed")
            raise

    async def _created(self, message: OutboundMessage) -> str:
        if self.clock() - message.created_at > FRESH:
            raise SendError("too late to call", SendFailure.REFUSED)
        return await self.client.create_call(
            to=message.address.value,
            from_=self.account.voice_number,
            url=self.account.public(url("called", ring=message.id)),
            status_callback=self.account.public(url("called/status", ring=message.id)),
            status_events=("completed",),
            ring_seconds=RING_SECONDS,
            machine_detection="Enable",
        )

    async def answered(self, form: VoiceForm, ring_id: str) -> Script:
        """Somebody, or a machine, picked up. Whoever it is has proved nothing by that."""
        wish = await self.rings.wish(ring_id)
        if wish is None:
            return script.goodbye([self._say("utter_call_failed")], self.tongues.speech)
        address = Address(AddressKind.TEL, wish.tel)
        contact = await self.contacts.find_or_create(address)
        with speaking(self.tongues.named(contact.locale).code):
            return await self._for(form, ring_id, contact, address)

    async def _for(self, form: VoiceForm, ring_id: str, contact: Contact, address: Address) -> Script:
        if form.answered_by.startswith("machine") or form.answered_by == "fax":
            await self.rings.told(ring_id, "utter_ring_machine")
            return script.goodbye([self._say("utter_ring_to_machine")], self.tongues.speech)
        if await self.calls.get(form.sid) is None:
            await self.calls.create(Call(form.sid, contact.conversation_id, address, self.clock(), language=current()))
        return await self.flow.started(form, [self._say("utter_ring_hello")])

    async def over(self, form: VoiceForm, ring_id: str) -> None:
        """The call ended, or nobody took it."""
        if sentence := NOT_REACHED.get(form.status):
            await self.rings.told(ring_id, sentence)
        else:
            await self.flow.ended(form.sid)
            await self.errands.call_over(form.sid, form.status, form.seconds)

    async def _called(self, request: web.Request) -> web.Response:
        form, ring_id = await self.form(request), _ring(request)
        return await self.in_step(form, 0, "called", lambda: self.answered(form, ring_id))

    async def _status(self, request: web.Request) -> web.Response:
        form, ring_id = await self.form(request), _ring(request)
        try:
            if form.over:
                await self.over(form, ring_id)
        except StoreUnavailable:
            return unavailable()
        return web.Response(status=204)

    async def _tell(self, ring_id: str, sentence: str) -> None:
        try:
            await self.rings.told(ring_id, sentence)
        except StoreUnavailable:
            return  # what is known of the call is kept by who asked for it; it stands on the desk

    def _say(self, name: str) -> str:
        return aloud(self.wording.say(name, ChannelName.VOICE))


def _ring(request: web.Request) -> str:
    ring_id = request.query.get("ring", "")
    if not 0 < len(ring_id) <= 64:
        raise web.HTTPBadRequest(text="ring is missing or is none")
    return ring_id
