"""SMS through the real routes: what is stored, what is answered, what is sent."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

import aiohttp
import pytest
from aiohttp import web
from multidict import MultiDict
from pytest_aiohttp.plugin import AiohttpClient
from twilio.request_validator import RequestValidator

from bot.menus.menu import numbered
from bot.model import (
    Address,
    AddressKind,
    Author,
    ChannelName,
    DeliveryReport,
    DeliveryStatus,
    InboundMessage,
    Media,
    Option,
    OutboundMessage,
    Reply,
)
from bot.ports import Channel, SendError, SendFailure
from connectors.sms.channel import BODY_LIMIT, EMPTY_TWIML, PREFERRED, STATUSES, Sms, marked
from connectors.sms.gsm7 import cost
from connectors.sms.split import units
from connectors.twilio.client import TwilioAccount, TwilioClient
from connectors.twilio.webhook_signature import FORM
from tests.connectors.fakes import NOW, FakeInbox, Vendor, payload

SM, MM = "SM" + "0123456789abcdef" * 2, "MM" + "fedcba9876543210" * 2
ANA = Address(AddressKind.TEL, "+12125550142")
MEDIA = "https://api.twilio.com/2010-04-01/Accounts/AC/Messages/MM/Media/ME"


@dataclass
class Stage:
    """The channel in a real app, and what it counted."""

    sms: Sms
    client: Any
    account: TwilioAccount
    ignored: Counter[str]
    segments: list[int]

    async def twilio_posts(self, path: str, body: bytes) -> aiohttp.ClientResponse:
        signed = MultiDict(parse_qsl(body.decode(), keep_blank_values=True))
        signature = RequestValidator("12345").compute_signature(f"https://bot.example.com{path}", signed)
        answer: aiohttp.ClientResponse = await self.client.post(
            path, data=body, headers={"Content-Type": FORM, "X-Twilio-Signature": signature}
        )
        await answer.read()
        return answer


@pytest.fixture
async def stage(
    account: TwilioAccount, session: aiohttp.ClientSession, inbox: FakeInbox, refused: Counter[str], aiohttp_client: AiohttpClient
) -> Stage:
    ignored, segments = Counter[str](), list[int]()
    sms = Sms(
        account,
        TwilioClient(session, account),
        inbox,
        render=numbered,
        clock=lambda: NOW,
        on_refused=lambda reason: refused.update([reason]),
        on_ignored=lambda kind: ignored.update([kind]),
        on_segments=segments.append,
    )
    app = web.Application()
    app.add_routes(sms.routes())
    return Stage(sms, await aiohttp_client(app), account, ignored, segments)


def said(text: str, sid: str = SM, keyword: str | None = None, media: tuple[Media, ...] = ()) -> InboundMessage:
    return InboundMessage(f"sms:{sid}", ChannelName.SMS, ANA, NOW, text, media=media, keyword=keyword, ours="+12125550190")


def changed(**fields: str | None) -> bytes:
    """The plain message with some fields changed, or left out (None)."""
    form = {**dict(parse_qsl(payload("sms/text.form").decode(), keep_blank_values=True)), **fields}
    return urlencode({name: value for name, value in form.items() if value is not None}).encode()


TAKEN: list[tuple[str, bytes, InboundMessage]] = [
    ("text", payload("sms/text.form"), said("Where is my card?")),
    ("unicode", payload("sms/unicode.form"), said("Grüße \U0001f44d + 1&2=3")),
    (
        "pictures",
        payload("sms/mms.form"),
        said("", MM, media=(Media(f"{MEDIA}1", "image/jpeg"), Media(f"{MEDIA}2", "video/mp4"))),
    ),
    (
        "a file of no clear type",
        changed(NumMedia="1", MediaUrl0="https://m/1"),
        said("Where is my card?", media=(Media("https://m/1"),)),
    ),
    ("advanced opt-out", payload("sms/advanced_opt_out.form"), said("Arret", keyword="stop")),
    ("help that Twilio answered", payload("sms/advanced_help.form"), said("Help", keyword="help")),
    ("help that nobody answered", changed(Body="HELP"), said("HELP")),
    ("yes is for the core", changed(Body="YES"), said("YES")),
    ("longer than a text can be", changed(Body="x" * 1601), said("x" * 1601)),  # the door tells the customer
    ("stop inside a sentence", changed(Body="stop the card"), said("stop the card")),
    ("unknown OptOutType", changed(OptOutType="MAYBE"), said("Where is my card?")),
    ("longest", changed(Body="x" * 1600), said("x" * 1600)),
    ("unknown fields", changed(NewField="1"), said("Where is my card?")),
    ("no NumMedia", changed(NumMedia=None), said("Where is my card?")),
    *((w, changed(Body=f" {w}\n"), said(f" {w}\n", keyword="stop")) for w in ("STOP", "stopall", "Unsubscribe", "CANCEL", "END")),
    *((w, changed(Body=w), said(w, keyword="stop")) for w in ("quit", "Revoke", "OPTOUT")),
    *((w, changed(Body=w), said(w, keyword="start")) for w in ("Start", "UNSTOP")),
]


@pytest.mark.parametrize(("label", "body", "expected"), TAKEN, ids=[row[0] for row in TAKEN])
async def test_taken(
    label: str, body: bytes, expected: InboundMessage, stage: Stage, inbox: FakeInbox, refused: Counter[str]
) -> None:
    answer = await stage.twilio_posts("/twilio/sms", body)
    assert (answer.status, answer.content_type, await answer.text()) == (200, "text/xml", EMPTY_TWIML)
    assert inbox.messages == [expected]
    assert not refused


@pytest.mark.parametrize(
    ("label", "body", "names"),
    [
        ("whatsapp", payload("sms/whatsapp.form"), "From"),
        ("short code", payload("sms/short_code.form"), "From"),
        ("alphanumeric sender", payload("sms/alphanumeric.form"), "From"),
        ("rcs", changed(From="rcs:+12125550142"), "From"),
        ("digits of another script", changed(From="+1٢125550142"), "From"),
        ("no sender", changed(From=None), "From"),
        ("no sid", changed(MessageSid=None), "MessageSid"),
        ("a sid with a path in it", changed(MessageSid="SM../../0123456789abcdef01234567"), "MessageSid"),
        ("NumMedia no number", changed(NumMedia="two"), "NumMedia"),
        ("NumMedia too many", changed(NumMedia="11"), "NumMedia"),
        ("NumMedia negative", changed(NumMedia="-1"), "NumMedia"),
        ("media without address", changed(NumMedia="1"), "MediaUrl0"),
        ("media of another scheme", changed(NumMedia="1", MediaUrl0="file:///etc/passwd"), "MediaUrl0"),
    ],
)
async def test_malformed(label: str, body: bytes, names: str, stage: Stage, inbox: FakeInbox, refused: Counter[str]) -> None:
    answer = await stage.twilio_posts("/twilio/sms", body)
    text = await answer.text()
    assert answer.status == 400 and text.startswith(names) and "555" not in text, label
    assert (inbox.messages, dict(refused)) == ([], {"malformed": 1})


async def test_unsigned_is_not_stored(stage: Stage, inbox: FakeInbox, refused: Counter[str]) -> None:
    for path in ("/twilio/sms", "/twilio/status"):
        answer = await stage.client.post(path, data=payload("sms/text.form"), headers={"Content-Type": FORM})
        assert answer.status == 403
    assert (inbox.messages, inbox.reports, dict(refused)) == ([], [], {"unsigned": 2})


async def test_a_replay_changes_nothing(stage: Stage, inbox: FakeInbox) -> None:
    for _ in range(3):
        assert (await stage.twilio_posts("/twilio/sms", payload("sms/text.form"))).status == 200
    assert inbox.messages == [said("Where is my card?")]


async def test_not_stored_is_not_acknowledged(stage: Stage, inbox: FakeInbox) -> None:
    inbox.down = True
    for path, name in (("/twilio/sms", "text"), ("/twilio/status", "status_delivered")):
        answer = await stage.twilio_posts(path, payload(f"sms/{name}.form"))
        assert (answer.status, answer.headers["Retry-After"]) == (503, "5")


def report(status: DeliveryStatus, error: str | None = None) -> DeliveryReport:
    return DeliveryReport(ChannelName.SMS, SM, status, NOW, error)


STATUS = dict(parse_qsl(payload("sms/status_delivered.form").decode()))


@pytest.mark.parametrize(
    ("label", "body", "expected"),
    [
        ("delivered", payload("sms/status_delivered.form"), report(DeliveryStatus.DELIVERED)),
        ("opted out, told late", payload("sms/status_opted_out.form"), report(DeliveryStatus.FAILED, "21610")),
        ("ErrorCode 0 is none", urlencode({**STATUS, "ErrorCode": "0"}).encode(), report(DeliveryStatus.DELIVERED)),
        ("ErrorCode of words", urlencode({**STATUS, "ErrorCode": "<b>"}).encode(), report(DeliveryStatus.DELIVERED)),
        *((w, urlencode({**STATUS, "MessageStatus": w}).encode(), s and report(s)) for w, s in STATUSES.items()),
        ("unknown", urlencode({**STATUS, "MessageStatus": "teleported"}).encode(), None),
        ("missing", urlencode({**STATUS, "MessageStatus": ""}).encode(), None),
    ],
)
async def test_status(label: str, body: bytes, expected: DeliveryReport | None, stage: Stage, inbox: FakeInbox) -> None:
    answer = await stage.twilio_posts("/twilio/status", body)
    assert answer.status == 204, label
    assert inbox.reports == ([expected] if expected else [])
    assert dict(stage.ignored) == ({} if expected else {"status": 1})


async def test_a_status_without_a_sid(stage: Stage, refused: Counter[str]) -> None:
    answer = await stage.twilio_posts("/twilio/status", b"MessageStatus=sent")
    assert (answer.status, dict(refused)) == (400, {"malformed": 1})


def outbound(text: str, *titles: str, media: tuple[Media, ...] = (), address: Address = ANA) -> OutboundMessage:
    reply = Reply(text, tuple(Option(title, f"/pick_{title}") for title in titles), media)
    return OutboundMessage("o_1", "c_1", ChannelName.SMS, address, reply, Author.BOT, NOW, menu_id="m_1")


def taken(*sids: str) -> list[Any]:
    return [(201, {"sid": sid}, {}) for sid in sids]


@pytest.mark.parametrize(
    ("message", "bodies", "segments"),
    [
        (outbound("It’s on its way…"), ["It's on its way..."], [1]),
        (outbound("Which one?", "Balance", "Card"), ["Which one?\n1 Balance\n2 Card\nReply 1-2"], [1]),
        (outbound("A map", media=(Media("https://x/map.png", "image/png"),)), ["A map\nhttps://x/map.png"], [1]),
        (outbound("a" * 300 + ". " + "b" * 300), ["(1/2) " + "a" * 300 + ".", "(2/2) " + "b" * 300], [3, 2]),
        (outbound("Привет"), ["Привет"], [1]),
    ],
)
async def test_send(message: OutboundMessage, bodies: list[str], segments: list[int], stage: Stage, vendor: Vendor) -> None:
    channel: Channel = stage.sms
    sids = [f"SM{n}" for n in range(len(bodies))]
    vendor.answers = taken(*sids)
    assert await channel.send(message) == sids
    forms = [dict(request.form) for request in vendor.requests]
    assert [form["Body"] for form in forms] == bodies
    assert {form["StatusCallback"] for form in forms} == {"https://bot.example.com/twilio/status"}
    assert {form["To"] for form in forms} == {ANA.value}
    assert stage.segments == segments


@pytest.mark.parametrize("length", [1, 160, 161, 320])
def test_one_message_has_no_mark_however_many_segments_it_costs(length: int) -> None:
    text = "x" * length
    assert marked(text) == [text]


@pytest.mark.parametrize("word", ["harbour ", "\N{LATIN SMALL LETTER S WITH CARON}koda ", "\U0001f6a2 "])
@pytest.mark.parametrize("words", [60, 400, 1500])
def test_marks_count_towards_the_limits_and_nothing_is_lost(word: str, words: int) -> None:
    text = (word * words).strip()
    parts = marked(text)
    count = len(parts)
    assert count > (1 if words > 60 else 0) and max(map(units, parts)) <= PREFERRED
    if count > 1:
        assert [part.split(" ", 1)[0] for part in parts] == [f"({n}/{count})" for n in range(1, count + 1)]
        assert " ".join(part.split(" ", 1)[1] for part in parts) == text
    assert {cost(part).encoding for part in parts} == {cost(text).encoding}


def test_a_long_address_stays_whole_behind_its_mark() -> None:
    address = "https://bank.example/" + "a" * (BODY_LIMIT - 30)
    first, second = marked(f"Here it is:\n{address}")
    assert (first, second) == ("(1/2) Here it is:", f"(2/2) {address}") and units(second) <= BODY_LIMIT
    parts = marked("y" * BODY_LIMIT + " end")
    assert max(map(units, parts)) <= BODY_LIMIT and parts[0].startswith(f"(1/{len(parts)}) ")


def test_the_tenth_part_that_the_marks_bring_is_counted() -> None:
    lengths = {len(marked("z" * PREFERRED + (" " + "z" * 312) * n)) for n in range(8, 11)}
    assert 10 in lengths or max(lengths) > 10
    for n in range(8, 11):
        parts = marked("z" * 312 + (" " + "z" * 312) * n)
        assert [part.split(" ")[0] for part in parts] == [f"({m}/{len(parts)})" for m in range(1, len(parts) + 1)]


@pytest.mark.parametrize(
    ("answer", "failure", "opted_out"),
    [
        ((429, None, {"Retry-After": "3"}), SendFailure.UNCERTAIN, False),  # again would repeat the first part
        ((400, {"code": 21610}, {}), SendFailure.REFUSED, True),
        ((500, None, {}), SendFailure.UNCERTAIN, False),
    ],
)
async def test_a_later_part_fails(answer: Any, failure: SendFailure, opted_out: bool, stage: Stage, vendor: Vendor) -> None:
    vendor.answers = [*taken("SM1"), answer]
    with pytest.raises(SendError) as caught:
        await stage.sms.send(outbound("a" * 300 + ". " + "b" * 300 + ". " + "c" * 300))
    error = caught.value
    assert (error.failure, error.opted_out, error.sent_ids) == (failure, opted_out, ("SM1",))
    assert "after 1 of 3 parts" in error.reason
    assert len(vendor.requests) == 2, "nothing is sent after a failure"


async def test_the_first_part_fails(stage: Stage, vendor: Vendor) -> None:
    vendor.answers = [(429, None, {"Retry-After": "3"})]
    with pytest.raises(SendError) as caught:
        await stage.sms.send(outbound("a" * 300 + ". " + "b" * 300))
    assert (caught.value.failure, caught.value.after, caught.value.sent_ids) == (SendFailure.RETRY, 3.0, ())


@pytest.mark.parametrize("message", [outbound("  "), outbound("hi", address=Address(AddressKind.WEB, "w1"))])
async def test_what_cannot_be_sent(message: OutboundMessage, stage: Stage, vendor: Vendor) -> None:
    with pytest.raises(SendError) as caught:
        await stage.sms.send(message)
    assert (caught.value.failure, vendor.requests) == (SendFailure.REFUSED, [])
