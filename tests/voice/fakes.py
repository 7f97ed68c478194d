"""What the phone line needs of the core, in memory, and a telephone that signs as Twilio does."""

from __future__ import annotations

import asyncio
import xml.etree.ElementTree as ET
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient
from twilio.request_validator import RequestValidator

from bot.model import Address, Call, CallState, ChannelName, Contact, Handoff, HandoffState, InboundMessage, Proof, Reply, new_id
from bot.ports import SendError, SendFailure, StoreUnavailable, TurnResult
from tests.voice.table import problems

TOKEN = "0123456789abcdef0123456789abcdef"
PUBLIC = "https://line.example"
ANA = "+15550100123"

SENTENCES = {
    "utter_turn_failed": "Sorry, that did not work.",
    "utter_message_kept": "Your message is kept.",
    "utter_call_over": "Thank you for calling. Goodbye.",
    "utter_answer_lost": "I lost what you said.",
    "utter_still_working": "One moment please.",
    "utter_silence_again": "I did not hear you. {prompt}",
    "utter_silence_keys": "You can press the keys. {prompt}",
    "utter_silence_figures": "Please press the figures. {prompt}",
    "utter_silence_person": "I am putting you through.",
    "utter_no_match_person": "I cannot make it out; a person can.",
    "utter_confirm_heard": "Did you say {heard}?",
    "utter_heard_wrong": "Let us try again.",
    "utter_slower": "More slowly then.",
    "utter_sworn_at": "Sorry that it annoys you.",
    "utter_anybody_there": "Press any key if you are there.",
    "utter_nobody_there": "Nobody is there. Goodbye.",
    "utter_handoff_waiting": "You are number {place} in line.",
    "utter_handoff_still_waiting": "Still number {place} in line.",
    "utter_agent_whisper": "Caller {who}, {proof}. About: {reason}. Tried: {tried}.",
    "utter_call_back_to_bot": "You are back with the assistant.",
    "utter_call_trouble": "Something is wrong here; please wait.",
    "utter_call_failed": "Please call again later.",
    "utter_agent_caller_gone": "The caller is gone.",
    "utter_not_joined": "I could not put you through; we will write to you.",
    "utter_withheld_caller": "a withheld number",
    "utter_queue_keys": "Press 1, 2 or 3.",
    "utter_wait_short": "It should take less than a minute.",
    "utter_wait_about": "It should take about {minutes} minutes.",
    "utter_wait_between": "It should take between {low} and {high} minutes.",
    "utter_way": "To {title}, press {number}.",
    "utter_way_callback": "be called back",
    "utter_way_message": "leave a message",
    "utter_way_text": "go on by text",
    "utter_way_back": "To go back to the queue at your place, press star.",
    "utter_closed": "Our colleagues are not at work just now. They are back {opens}. I have kept everything you told me.",
    "utter_all_away": "None of our colleagues can take calls just now. I have kept everything you told me.",
    "utter_queue_full": "Too many people are waiting just now for me to put you through. I have kept everything you told me.",
    "utter_agent_has_it": "A colleague has it already.",
    "utter_agent_types": "They write, and I read it out. Just speak.",
    "utter_agent_missed": "Our colleague could not take the call.",
    "utter_agent_had_to_leave": "Our colleague had to leave the call. You keep your place.",
    "utter_callback_confirm": "Shall we call you back at {number}? Press one for yes, or two for another number.",
    "utter_callback_number": "Please key in the number we should call, with its area code, then the hash key.",
    "utter_callback_kept": "Thank you. You keep your place, and we will call you at {number}. Goodbye.",
    "utter_callback_hello": "Hello, you asked us to call you back.",
    "utter_callback_machine": "We asked to call back; we will try again.",
    "utter_callback_machine_last": "We did not reach you; call us again.",
    "utter_callback_late": "Our colleague had to go.",
    "utter_callback_not_reached": "Not reached; back in the queue.",
    "utter_callback_last": "The customer was not reached. That was the last try; please answer by message.",
    "utter_callback_gave_up": "We did not reach you by phone.",
    "utter_dial_hint": "Key in the chat's code.",
    "utter_dial_welcome": "You are in the chat's conversation.",
    "utter_dial_wrong": "That code does not work.",
    "utter_ring_hello": "Hello, you asked us to call you.",
    "utter_ring_to_machine": "You asked us to call you. Goodbye.",
    "utter_ring_busy": "The line was busy.",
    "utter_ring_failed": "The call did not go through.",
    "utter_ring_machine": "A machine answered.",
    "utter_ring_unanswered": "Nobody answered.",
    "utter_ring_uncertain": "Perhaps the call went through.",
    "utter_voicemail_record": "Please leave your message after the tone, and press the hash key when you are done.",
    "utter_voicemail_kept": "Thank you. A colleague will listen to your message together with everything you told me. Goodbye.",
    "utter_text_sent": "Good. I have sent you a text message: go on there, and you keep your place. Goodbye.",
    "utter_no_text_here": "I'm sorry, I cannot send texts to this number.",
    "utter_sms_goes_on": "We go on here by text.",
    "utter_goodbye_kept": "I have kept everything, and a colleague will get back to you. Goodbye.",
    "utter_agent_press": "Press a key.",
    "utter_agent_not_taken": "Nobody pressed a key. The caller stays in the queue. Goodbye.",
    "utter_agent_calling": "One moment, I'm calling the customer.",
    "utter_agent_over": "The call is over. Goodbye.",
    "utter_recorded": "This is recorded.",
    "utter_effort_question": "How easy was it, one to five?",
    "utter_summary_sms": "Harbour Bank, what we agreed on the phone: {outcome}",
    "utter_nothing_tried": "nothing yet",
}


class FakeClock:
    """A time that only moves when told to."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def passes(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


class Words:
    """``bot.ports.Wording``; ``broken`` raises as a missing response does."""

    def __init__(self) -> None:
        self.broken = False

    def say(self, name: str, channel: ChannelName | None = None, **values: object) -> str:
        assert channel in (ChannelName.VOICE, ChannelName.SMS)
        if self.broken:
            raise KeyError(name)
        return SENTENCES[name].format(**values)


class Store:
    """Calls, Handoffs and Contacts. ``down`` makes every method raise StoreUnavailable."""

    def __init__(self) -> None:
        self.down = False
        self.calls: dict[str, Call] = {}
        self.kept: dict[str, str] = {}
        self.words: dict[str, list[str]] = {}
        self.handoffs: dict[str, Handoff] = {}
        self.contacts: dict[str, Contact] = {}
        self.claims: set[str] = set()

    def up(self) -> None:
        if self.down:
            raise StoreUnavailable


class FakeCalls:
    def __init__(self, store: Store) -> None:
        self.store = store

    async def get(self, sid: str) -> Call | None:
        self.store.up()
        return self.store.calls.get(sid)

    async def create(self, call: Call) -> Call:
        self.store.up()
        return self.store.calls.setdefault(call.sid, call)

    async def update(self, sid: str, change: Callable[[Call], Call]) -> Call | None:
        self.store.up()
        was = self.store.calls.get(sid)
        if was is None:
            return None
        over = was.state is CallState.ENDED
        now = change(was)
        self.store.calls[sid] = replace(now, proof=was.proof, state=CallState.ENDED if over else now.state)
        return self.store.calls[sid]

    async def once(self, key: str) -> bool:
        self.store.up()
        fresh = key not in self.store.kept
        self.store.kept.setdefault(key, "1")
        return fresh

    async def raise_proof(self, sid: str, proof: Proof) -> None:
        self.store.calls[sid] = replace(self.store.calls[sid], proof=max(proof, self.store.calls[sid].proof))

    async def live_for(self, conversation_id: str) -> Call | None:
        self.store.up()
        live = [c for c in self.store.calls.values() if c.conversation_id == conversation_id and c.state is not CallState.ENDED]
        return live[-1] if live else None

    async def remember(self, key: str, answer: str) -> None:
        self.store.up()
        self.store.kept[key] = answer

    async def remembered(self, key: str) -> str | None:
        self.store.up()
        return self.store.kept.get(key)

    async def revise(self, key: str, before: str | None, after: str) -> bool:
        self.store.up()
        if self.store.kept.get(key) not in (before, after):
            return False
        self.store.kept[key] = after
        return True

    async def say_later(self, sid: str, text: str) -> None:
        self.store.up()
        self.store.words.setdefault(sid, []).append(text)

    async def to_say(self, sid: str) -> list[str]:
        self.store.up()
        return self.store.words.pop(sid, [])


class FakeClaims:
    """``voice.gather.steps.Claims``: they stand until they are dropped. ``died`` forgets them, as time does."""

    def __init__(self, store: Store) -> None:
        self.store = store

    async def take(self, key: str, seconds: int) -> bool:
        self.store.up()
        fresh = key not in self.store.claims
        self.store.claims.add(key)
        return fresh

    async def keep(self, key: str, seconds: int) -> None:
        self.store.up()

    async def held(self, key: str) -> bool:
        self.store.up()
        return key in self.store.claims

    async def drop(self, key: str) -> None:
        self.store.up()
        self.store.claims.discard(key)


class FakeHandoffs:
    def __init__(self, store: Store) -> None:
        self.store = store

    async def get(self, handoff_id: str) -> Handoff | None:
        self.store.up()
        return self.store.handoffs.get(handoff_id)

    async def open_for(self, conversation_id: str) -> Handoff | None:
        self.store.up()
        return next((h for h in self.store.handoffs.values() if h.open and h.conversation_id == conversation_id), None)

    async def create(self, handoff: Handoff) -> Handoff:
        self.store.up()
        return self.store.handoffs.setdefault(handoff.id, handoff)

    async def update(self, handoff_id: str, change: Callable[[Handoff], Handoff]) -> Handoff | None:
        self.store.up()
        was = self.store.handoffs.get(handoff_id)
        now = change(was) if was else None
        if was is None or now is None or (now.open and not was.open):
            return was
        self.store.handoffs[handoff_id] = now
        return now

    async def listing(self) -> list[Handoff]:
        self.store.up()
        return [h for h in self.store.handoffs.values() if h.open]


class FakeContacts:
    def __init__(self, store: Store, clock: FakeClock) -> None:
        self.store, self.clock = store, clock

    async def find(self, address: Address) -> Contact | None:
        self.store.up()
        return self.store.contacts.get(str(address))

    async def find_or_create(self, address: Address) -> Contact:
        self.store.up()
        made = Contact(new_id("p"), f"c_{address.value}", (), self.clock())
        return self.store.contacts.setdefault(str(address), made)

    async def get(self, contact_id: str) -> Contact | None:
        return next((c for c in self.store.contacts.values() if c.id == contact_id), None)

    async def of_conversation(self, conversation_id: str) -> Contact | None:
        return next((c for c in self.store.contacts.values() if c.conversation_id == conversation_id), None)

    async def create(self, contact: Contact) -> Contact:
        return contact

    async def update(self, contact_id: str, change: Callable[[Contact], Contact]) -> Contact | None:
        for name, known in self.store.contacts.items():
            if known.id == contact_id:
                self.store.contacts[name] = change(known)
                return self.store.contacts[name]
        return None


@dataclass
class FakeConversations:
    """``bot.ports.Conversations``: answers from ``script``; keeps what came; ``gate`` holds ``receive`` until it is set."""

    store: Store
    clock: FakeClock
    script: deque[TurnResult | Exception] = field(default_factory=deque)
    heard: list[tuple[str, InboundMessage]] = field(default_factory=list)
    results: dict[str, TurnResult] = field(default_factory=dict)
    reasons: list[str] = field(default_factory=list)
    wished: list[tuple[str, str]] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    gate: asyncio.Event | None = None
    person_gate: asyncio.Event | None = None
    finished: asyncio.Event = field(default_factory=asyncio.Event)

    def will(self, *texts: str, **more: Any) -> None:
        """The next turn says ``texts``."""
        self.script.append(TurnResult("c_scripted", tuple(Reply(text) for text in texts), **more))

    async def receive(self, message: InboundMessage) -> TurnResult:
        self.heard.append(("receive", message))
        if self.gate:
            await self.gate.wait()
        result = await self._next(message)
        self.finished.set()
        return result

    async def call_started(self, message: InboundMessage) -> TurnResult:
        self.heard.append(("call_started", message))
        return await self._next(message)

    async def wishes(self, message: InboundMessage, payload: str, shown: str) -> TurnResult:
        self.heard.append(("wishes", message))
        self.wished.append((payload, shown))
        return await self._next(message)

    async def wants_person(self, message: InboundMessage, reason: str) -> TurnResult:
        self.heard.append(("wants_person", message))
        self.reasons.append(reason)
        if self.person_gate:
            await self.person_gate.wait()
        return TurnResult(await self._thread(message), handoff=await self.open(message, reason))

    async def caller_returned(self, message: InboundMessage, outcome: str) -> TurnResult:
        self.heard.append(("caller_returned", message))
        self.reasons.append(outcome)
        for handoff in list(self.store.handoffs.values()):
            self.store.handoffs[handoff.id] = replace(handoff, state=HandoffState.CLOSED, outcome=outcome)
        return await self._next(message)

    async def call_ended(self, sid: str) -> None:
        self.store.up()
        self.ended.append(sid)
        if call := self.store.calls.get(sid):
            self.store.calls[sid] = replace(call, state=CallState.ENDED, ended_at=self.clock())

    async def open(self, message: InboundMessage, reason: str = "asked for a person") -> Handoff:
        """The conversation's open handoff, made when there is none."""
        thread = await self._thread(message)
        if existing := await FakeHandoffs(self.store).open_for(thread):
            return existing
        handoff = Handoff(
            id=new_id("h"),
            conversation_id=thread,
            contact_id="p_1",
            state=HandoffState.WAITING,
            reason=reason,
            queue="general",
            channel=ChannelName.VOICE,
            opened_at=self.clock(),
            call_sid=message.call_sid,
        )
        self.store.handoffs[handoff.id] = handoff
        return handoff

    async def _thread(self, message: InboundMessage) -> str:
        return (await FakeContacts(self.store, self.clock).find_or_create(message.sender)).conversation_id

    async def _next(self, message: InboundMessage) -> TurnResult:
        self.store.up()
        if message.id in self.results:
            return self.results[message.id]
        scripted = self.script.popleft() if self.script else TurnResult("", (Reply("Anything else?"),))
        if isinstance(scripted, Exception):
            raise scripted
        result = replace(scripted, conversation_id=await self._thread(message))
        self.results[message.id] = result
        return result

    @property
    def turns(self) -> list[tuple[str | None, str]]:
        """Keys and words of every message that had a turn."""
        return [(m.digits, m.text) for kind, m in self.heard if kind == "receive"]


@dataclass
class FakeTwilioClient:
    """Keeps the calls that were asked for."""

    placed: list[dict[str, Any]] = field(default_factory=list)
    updated: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    participants: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    removed: list[tuple[str, str]] = field(default_factory=list)
    added: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    recordings: list[tuple[str, str, str]] = field(default_factory=list)
    gone: bool = False
    refuses: SendFailure | None = None

    async def create_call(self, to: str, from_: str, url: str, **more: Any) -> str:
        if self.refuses:
            raise SendError("no", self.refuses)
        self.placed.append({"to": to, "from_": from_, "url": url, **more})
        return "CA" + "f" * 32

    async def update_call(self, sid: str, **given: Any) -> None:
        self._fail()
        self.updated.append((sid, given))

    async def update_participant(self, conference: str, who: str, **given: str) -> None:
        self._fail()
        self.participants.append((conference, who, given))

    async def remove_participant(self, conference: str, who: str) -> None:
        self.removed.append((conference, who))

    async def add_participant(self, conference: str, **given: str) -> str:
        self.added.append((conference, given))
        return "CA" + "e" * 32

    async def update_conference_recording(self, conference: str, recording: str, status: str) -> None:
        self.recordings.append((conference, recording, status))

    async def recording(self, sid: str, part: str = "") -> None:
        """There is none."""

    def _fail(self) -> None:
        if self.gone:
            raise SendError("Call is not in-progress.", SendFailure.REFUSED, code="21220")


@dataclass(frozen=True)
class Doc:
    """One TwiML answer, checked against the element table when it is made."""

    xml: str

    def __post_init__(self) -> None:
        assert not problems(self.xml), problems(self.xml)

    @property
    def root(self) -> ET.Element:
        return ET.fromstring(self.xml)

    @property
    def verbs(self) -> list[str]:
        return [verb.tag for verb in self.root]

    @property
    def words(self) -> str:
        return " ".join("".join(say.itertext()) for say in self.root.iter("Say"))

    def one(self, tag: str) -> ET.Element:
        found = list(self.root.iter(tag))
        assert len(found) == 1, f"{len(found)} {tag} in {self.xml}"
        return found[0]

    @property
    def step(self) -> int:
        """Number of the step that is asked."""
        return int(parse_qs(urlsplit(self.one("Gather").attrib["action"]).query)["step"][0])


class Phone:
    """One call as Twilio brings it: signed webhooks, one after the other."""

    def __init__(self, client: TestClient[Any, Any], letter: str = "a", number: str = ANA) -> None:
        self.client, self.number = client, number
        self.sid = "CA" + letter * 32

    async def post(self, path: str, *, token: str = TOKEN, public: str = PUBLIC, **fields: str) -> ClientResponse:
        form = {
            "CallSid": self.sid,
            "From": self.number,
            "To": "+15550100999",
            "CallStatus": "in-progress",
            "Caller": "",
            **fields,
        }
        signature = RequestValidator(token).compute_signature(public + path, form)
        return await self.client.post(path, data=form, headers={"X-Twilio-Signature": signature})

    async def event(self, path: str, **form: str) -> ClientResponse:
        """A callback with these fields only, as a conference's: it names no call by itself."""
        signature = RequestValidator(TOKEN).compute_signature(PUBLIC + path, form)
        return await self.client.post(path, data=form, headers={"X-Twilio-Signature": signature})

    async def at(self, path: str, **fields: str) -> Doc:
        answer = await self.post(path, **fields)
        text = await answer.text()
        assert answer.status == 200, text
        assert answer.content_type == "text/xml"
        return Doc(text)

    async def rings(self) -> Doc:
        return await self.at("/twilio/voice", CallStatus="ringing")

    async def answers(self, doc: Doc, **fields: str) -> Doc:
        return await self.at(doc.one("Gather").attrib["action"], **fields)

    async def follows(self, doc: Doc) -> Doc:
        return await self.at(doc.one("Redirect").text or "")
