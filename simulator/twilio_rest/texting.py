"""Text messages: the customer's handset on one side, the REST resource on the other."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from xml.etree.ElementTree import Element

from simulator.rest_faults import RestError
from simulator.signing import new_sid
from simulator.twilio_rest.segments import count_segments
from simulator.twilio_rest.tables import MAGIC_MESSAGE_TO
from simulator.twilio_voice.documents import DocumentFailed, exchange
from simulator.twiml.read import TwimlError, read_xml
from simulator.twiml.table import MESSAGING
from simulator.twiml.verbs import Problem
from simulator.webhooks import Answer, Request
from simulator.world import World

MAX_BODY = 1600
STOP = frozenset(["STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"])
START = frozenset(["START", "YES", "UNSTOP"])
HELP = frozenset(["HELP", "INFO"])
ANSWERS = {
    "STOP": "You have successfully been unsubscribed. You will not receive any more messages from this number. "
    "Reply START to resubscribe.",
    "START": "You have successfully been re-subscribed to messages from this number. Reply HELP for help. "
    "Reply STOP to unsubscribe. Msg&Data Rates May Apply.",
    "HELP": "Reply STOP to unsubscribe. Msg&Data Rates May Apply.",
}


@dataclass
class Text:
    """One message. ``direction`` as Twilio names it: ``inbound``, ``outbound-api``, ``outbound-reply``, or ``vendor``."""

    sid: str
    direction: str
    from_: str
    to: str
    body: str
    status: str
    created: str
    updated: str
    sent: str | None = None
    media: tuple[str, ...] = ()
    error: int | None = None
    callback: str | None = None
    at: str = ""

    def snapshot(self) -> dict[str, Any]:
        """The message as the page and the tests see it."""
        segments = count_segments(self.body)
        return {
            "sid": self.sid,
            "direction": self.direction,
            "from": self.from_,
            "to": self.to,
            "body": self.body,
            "status": self.status,
            "segments": segments.count,
            "encoding": segments.encoding,
            "media": list(self.media),
            "at": self.at,
        }

    def resource(self, account: str) -> dict[str, Any]:
        """The message as the REST API shows it."""
        uri = f"/2010-04-01/Accounts/{account}/Messages/{self.sid}"
        return {
            "account_sid": account,
            "api_version": "2010-04-01",
            "body": self.body,
            "date_created": self.created,
            "date_sent": self.sent,
            "date_updated": self.updated,
            "direction": self.direction,
            "error_code": self.error,
            "error_message": None,
            "from": self.from_,
            "messaging_service_sid": None,
            "num_media": str(len(self.media)),
            "num_segments": str(count_segments(self.body).count),
            "price": None,
            "price_unit": "USD",
            "sid": self.sid,
            "status": self.status,
            "subresource_uris": {"media": f"{uri}/Media.json"},
            "to": self.to,
            "uri": f"{uri}.json",
        }


@dataclass
class Texting:
    """All messages, and who has opted out of which of our numbers."""

    world: World
    texts: dict[str, Text] = field(default_factory=dict)
    opted_out: set[tuple[str, str]] = field(default_factory=set)

    # -- from the customer --------------------------------------------------------------------------------------

    def receive(self, from_: str, body: str) -> Text:
        """The customer sends a text; Twilio handles opt-out words, then calls the webhook."""
        number = self.world.settings.sms_number
        text = self._add("inbound", from_, number, body, "received")
        word = self._keyword(body)
        if word == "STOP":
            self.opted_out.add((number, from_))
            self._vendor_answer(word, from_)
        elif word == "START" and (number, from_) in self.opted_out:
            self.opted_out.discard((number, from_))
            self._vendor_answer(word, from_)
        elif word == "HELP":
            self._vendor_answer(word, from_)
        self.world.webhooks.background(self._announce(text, word))
        return text

    @staticmethod
    def _keyword(body: str) -> str | None:
        word = body.strip().upper()
        return next((name for name, words in (("STOP", STOP), ("START", START), ("HELP", HELP)) if word in words), None)

    def _vendor_answer(self, word: str, to: str) -> None:
        self._add("vendor", self.world.settings.sms_number, to, ANSWERS[word], "delivered")

    def deliver(self, to: str, body: str) -> None:
        """A text that Twilio sends by itself (Verify): it simply arrives."""
        self._add("vendor", self.world.settings.sms_number, to, body, "delivered")

    async def _announce(self, text: Text, word: str | None) -> None:
        """The webhook of an incoming message; what its TwiML says is sent back."""
        world = self.world
        await world.clock.sleep(world.faults.delay)
        request = Request("sms", world.settings.public(world.settings.sms_path), self._webhook_fields(text, word))
        try:
            replies = await exchange(world.webhooks, request, read_replies, lambda found: found.problems)
        except DocumentFailed:
            return
        for body, media in replies.messages:
            if (text.to, text.from_) not in self.opted_out:
                self._add("outbound-reply", text.to, text.from_, body, "delivered", media)

    def _webhook_fields(self, text: Text, word: str | None) -> list[tuple[str, str]]:
        """https://www.twilio.com/docs/messaging/guides/webhook-request - blank fields included, as they come."""
        fields = [
            ("ToCountry", "US"), ("ToState", "NY"), ("ToCity", ""), ("ToZip", ""),
            ("FromCountry", "US"), ("FromState", "NY"), ("FromCity", "NEW YORK"), ("FromZip", ""),
            ("SmsMessageSid", text.sid), ("SmsSid", text.sid), ("MessageSid", text.sid),
            ("SmsStatus", "received"),
            ("AccountSid", self.world.settings.account_sid),
            ("ApiVersion", "2010-04-01"),
            ("From", text.from_), ("To", text.to),
            ("Body", text.body),
            ("NumMedia", "0"),
            ("NumSegments", str(count_segments(text.body).count)),
        ]  # fmt: skip
        return [*fields, ("OptOutType", word)] if word and self.world.advanced_opt_out else fields

    # -- from the REST API --------------------------------------------------------------------------------------

    def create(self, wanted: dict[str, str], media: tuple[str, ...]) -> Text:
        """A message by the REST API: checked as Twilio does, then on its way. Raises RestError."""
        self._check(wanted, media)
        text = self._add("outbound-api", wanted["From"], wanted["To"], wanted.get("Body", ""), "queued", media)
        text.callback = wanted.get("StatusCallback")
        self.world.webhooks.background(self._travel(text))
        return text

    def _check(self, wanted: dict[str, str], media: tuple[str, ...]) -> None:
        if "To" not in wanted:
            raise RestError(400, 21604, "A 'To' phone number is required.")
        if "From" not in wanted:
            raise RestError(400, 21603, "A 'From' phone number is required.")
        to, from_ = wanted["To"], wanted["From"]
        if not wanted.get("Body") and not media:
            raise RestError(400, 21602, "Message body is required.")
        if len(wanted.get("Body", "")) > MAX_BODY:
            raise RestError(400, 21617, "The concatenated message body exceeds the 1600 character limit")
        if len(media) > 10:
            raise RestError(400, 21623, "Number of media files exceeds allowed limit")
        if to == from_:
            raise RestError(400, 21266, "'To' and 'From' number cannot be the same")
        if to in MAGIC_MESSAGE_TO:
            code, message = MAGIC_MESSAGE_TO[to]
            raise RestError(400, code, message.format(to=to))
        if from_ != self.world.settings.sms_number:
            raise RestError(400, 21606, f"The 'From' phone number {from_} is not a valid, SMS-capable inbound phone number")
        if (from_, to) in self.opted_out:
            raise RestError(400, 21610, "Attempt to send to unsubscribed recipient")

    async def _travel(self, text: Text) -> None:
        """queued (never called back), sent, delivered."""
        for status, seconds in (("sending", 0.1), ("sent", 0.2), ("delivered", 0.5)):
            await self.world.clock.sleep(seconds * self.world.pace)
            text.status = status
            text.updated = self.world.clock.rfc2822()
            text.sent = text.sent or (text.updated if status == "sent" else None)
            self.world.journal.add("sms", message=text.snapshot())
            if text.callback and status != "sending":
                self.world.webhooks.later(Request("sms status", text.callback, self._status_fields(text)))

    def _status_fields(self, text: Text) -> list[tuple[str, str]]:
        return [
            ("SmsSid", text.sid), ("SmsStatus", text.status),
            ("MessageSid", text.sid), ("MessageStatus", text.status),
            ("To", text.to), ("From", text.from_),
            ("AccountSid", self.world.settings.account_sid),
            ("ApiVersion", "2010-04-01"),
        ]  # fmt: skip

    def _add(self, direction: str, from_: str, to: str, body: str, status: str, media: tuple[str, ...] = ()) -> Text:
        now, at = self.world.clock.rfc2822(), self.world.clock.now().isoformat()
        text = Text(new_sid("SM"), direction, from_, to, body, status, now, now, media=media, at=at)
        self.texts[text.sid] = text
        self.world.journal.add("sms", message=text.snapshot())
        return text


@dataclass(frozen=True, slots=True)
class Replies:
    """What messaging TwiML asks for: bodies with their media."""

    messages: tuple[tuple[str, tuple[str, ...]], ...]
    problems: tuple[Problem, ...]


def read_replies(answer: Answer) -> Replies:
    """Messaging TwiML, or plain text, as the messages to send back. Raises TwimlError."""
    if answer.status == 204 or not answer.body:
        return Replies((), ())
    if answer.content_type == "text/plain":
        return Replies(((answer.body, ()),), ())
    if answer.content_type not in ("text/xml", "application/xml", "text/html"):
        raise TwimlError(12300, f"Invalid Content-Type: {answer.content_type or 'none'}")
    root = read_xml(answer.body)
    problems = [
        Problem(12200, f"<{node.tag}> may not stand in a messaging document")
        for node in root
        if node.tag not in MESSAGING["Response"].children
    ]
    return Replies(tuple(_message(node) for node in root if node.tag == "Message"), tuple(problems))


def _message(node: Element) -> tuple[str, tuple[str, ...]]:
    bodies = [child.text or "" for child in node if child.tag == "Body"]
    media = tuple((child.text or "").strip() for child in node if child.tag == "Media")
    return ("".join(bodies) or (node.text or "").strip(), media)
