"""Messenger through the real routes: the handshake, signatures, events."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.model import ChannelName, DeliveryReport, DeliveryStatus, Entry, InboundMessage, Kind, Media, map_of
from connectors.messenger.channel import BODY_LIMIT
from tests.connectors.fakes import NOW, PAYLOADS, FakeInbox, FakeThreads, payload
from tests.connectors.messenger_stage import ANA, HOUR, PSID, Stage, sign


@pytest.mark.parametrize(
    ("query", "status", "text", "reason"),
    [
        ({"hub.mode": "subscribe", "hub.verify_token": "verify-me", "hub.challenge": "1158201444"}, 200, "1158201444", None),
        ({"hub.mode": "subscribe", "hub.verify_token": "verify-you", "hub.challenge": "1"}, 403, None, "verify_token"),
        ({"hub.mode": "subscribe", "hub.verify_token": "verify-mé", "hub.challenge": "1"}, 403, None, "verify_token"),
        ({"hub.mode": "subscribe", "hub.challenge": "1"}, 403, None, "verify_token"),
        ({"hub.mode": "unsubscribe", "hub.verify_token": "verify-me", "hub.challenge": "1"}, 403, None, "verify_token"),
        ({}, 403, None, "verify_token"),
        ({"hub.mode": "subscribe", "hub.verify_token": "verify-me", "hub.challenge": "<script>"}, 400, None, "malformed"),
        ({"hub.mode": "subscribe", "hub.verify_token": "verify-me", "hub.challenge": "1" * 33}, 400, None, "malformed"),
        ({"hub.mode": "subscribe", "hub.verify_token": "verify-me"}, 400, None, "malformed"),
    ],
)
async def test_handshake(
    query: dict[str, str], status: int, text: str | None, reason: str | None, messenger: Stage, refused: Counter[str]
) -> None:
    answer = await messenger.client.get("/messenger", params=query)
    body = await answer.text()
    assert (answer.status, answer.content_type) == (status, "text/plain")
    assert text is None or body == text
    assert dict(refused) == ({reason: 1} if reason else {})


def said(mid: str, text: str, choice: str | None = None, media: tuple[Media, ...] = ()) -> InboundMessage:
    return InboundMessage(f"messenger:{mid}", ChannelName.MESSENGER, ANA, NOW, text, choice, media=media)


def reacted(sign: str, about: str) -> InboundMessage:
    """Its id follows from what it is about, the sign, whether it was taken back, and Meta's time."""
    name = hashlib.sha256(f"{about} {sign} {not sign} 1795252500000".encode()).hexdigest()[:40]
    return replace(said(f"reaction-{name}", sign), entry=Entry(Kind.REACTION, about=about, sign=sign))


POSTBACK = "postback-" + hashlib.sha256(f"{PSID}\n1795252500000\nGET_STARTED".encode()).hexdigest()[:40]
EVENTS: list[tuple[str, list[InboundMessage], dict[str, int]]] = [
    ("text", [said("m_AG5Hz2Uq7tuwNEhXfYYKj8mJEM_QPpz5jdHK", "Grüße, where is my card? \U0001f44d")], {}),
    ("quick_reply", [said("m_quick", "Balance", "m_0a1b:2")], {}),
    ("foreign_quick_reply", [said("m_foreign", "ana@example.com")], {}),
    ("postback_choice", [said("m_post", "Balance", "m_0a1b:2")], {}),
    ("get_started", [said("m_start", "Get Started")], {}),
    ("postback_without_mid", [said(POSTBACK, "Get Started")], {}),
    ("image", [said("m_image", "", media=(Media("https://scontent.example/1.jpg", "image/*"),))], {}),
    ("thumbs_up", [said("m_like", "\U0001f44d")], {}),
    ("sticker", [said("m_sticker", "", media=(Media("https://scontent.example/cat.png", "image/*"),))], {}),
    ("attachment_without_url", [said("m_template", "", media=(Media(""),))], {}),
    ("half_surrogate", [said("m_half", "broken \N{REPLACEMENT CHARACTER} end")], {}),
    ("batch", [said("m_first", "first"), said("m_second", "second")], {"unknown": 1}),
    ("wrong_types", [said("m_good", "good")], {"malformed": 3, "other_page": 1, "empty": 1}),
    ("echo", [], {"echo": 1}),
    ("standby", [], {"standby": 1}),
    ("unknown_kind", [], {"unknown": 1, "account_linking": 1}),
    ("instagram", [], {"not_a_page": 1}),
    ("other_page", [], {"other_page": 1}),
    ("reaction", [reacted("\u2764\ufe0f", "m_out1")], {}),
    ("unreact", [reacted("", "m_out1")], {}),
    ("edit", [replace(said("m_first-edit-2", "it was 4421"), entry=Entry(Kind.EDIT, about="messenger:m_first"))], {}),
    ("colleague", [replace(said("echo-m_inbox", "Hello, this is Tom"), entry=Entry(Kind.ECHO))], {}),
    ("location", [said("m_place", "", media=(map_of(40.7128, -74.006, "City Hall"),))], {}),
]


@pytest.mark.parametrize(("name", "expected", "ignored"), EVENTS, ids=[row[0] for row in EVENTS])
async def test_events(
    name: str, expected: list[InboundMessage], ignored: dict[str, int], messenger: Stage, inbox: FakeInbox, refused: Counter[str]
) -> None:
    for _ in range(2):  # Meta repeats: nothing may change
        answer = await messenger.meta_posts(payload(f"messenger/{name}.json"))
        assert answer.status == 200
    assert inbox.messages == expected
    assert dict(messenger.ignored) == {kind: 2 * count for kind, count in ignored.items()}
    assert not refused


def test_every_recorded_body_is_in_a_table() -> None:
    receipts = {"delivery", "delivery_watermark", "read"}
    assert {path.stem for path in (PAYLOADS / "messenger").iterdir()} == {row[0] for row in EVENTS} | receipts


@pytest.mark.parametrize("name", ["text", "reaction", "postback_choice"])
async def test_what_opens_the_window(name: str, messenger: Stage, threads: FakeThreads) -> None:
    await messenger.meta_posts(payload(f"messenger/{name}.json"))
    assert threads.people == {PSID: NOW}


@pytest.mark.parametrize("name", ["echo", "colleague", "read", "delivery", "standby"])
async def test_what_does_not(name: str, messenger: Stage, threads: FakeThreads) -> None:
    await messenger.meta_posts(payload(f"messenger/{name}.json"))
    assert threads.people == {}


GOOD = payload("messenger/text.json")


@pytest.mark.parametrize(
    ("label", "body", "headers", "status", "reason"),
    [
        ("no signature", GOOD, {"X-Hub-Signature-256": ""}, 403, "unsigned"),
        ("the old SHA-1 header", GOOD, {"X-Hub-Signature-256": "", "X-Hub-Signature": "sha1=00"}, 403, "unsigned"),
        ("another secret", GOOD, {"X-Hub-Signature-256": sign(GOOD, "other")}, 403, "signature"),
        ("SHA-1 in the place of SHA-256", GOOD, {"X-Hub-Signature-256": "sha1=" + "0" * 40}, 403, "unsigned"),
        ("rubbish", GOOD, {"X-Hub-Signature-256": "sha256=\xe9"}, 403, "unsigned"),
        ("the body was changed", GOOD.replace(b"card", b"cash"), {"X-Hub-Signature-256": sign(GOOD)}, 403, "signature"),
        (
            "the same JSON in other bytes",
            json.dumps(json.loads(GOOD), ensure_ascii=False).encode(),
            {"X-Hub-Signature-256": sign(GOOD)},
            403,
            "signature",
        ),
        ("malformed, unsigned", b"{", {"X-Hub-Signature-256": ""}, 403, "unsigned"),
        ("malformed", b"{", {}, 400, "malformed"),
        ("empty", b"", {}, 400, "malformed"),
        ("not UTF-8", b'{"object": "\xff"}', {}, 400, "malformed"),
        ("a list", b"[]", {}, 400, "malformed"),
        ("no object", b'{"entry": []}', {}, 400, "malformed"),
        ("entry no list", b'{"object": "page", "entry": {}}', {}, 400, "malformed"),
        ("nested without end", b'{"object": "page", "entry": ' + b"[" * 100_000, {}, 400, "malformed"),
        ("a number without end", b'{"object": "page", "entry": ' + b"9" * 5000 + b"}", {}, 400, "malformed"),
        ("too large", b" " * (BODY_LIMIT + 1), {}, 413, "too_large"),
        ("a form", GOOD, {"Content-Type": "application/x-www-form-urlencoded"}, 415, "content_type"),
    ],
)
async def test_refused(
    label: str,
    body: bytes,
    headers: dict[str, str],
    status: int,
    reason: str,
    messenger: Stage,
    inbox: FakeInbox,
    refused: Counter[str],
) -> None:
    answer = await messenger.meta_posts(body, **headers)
    assert answer.status == status, label
    assert (inbox.messages, dict(refused)) == ([], {reason: 1})


@pytest.mark.parametrize("what", ["inbox", "threads"])
async def test_not_stored_is_not_acknowledged(what: str, messenger: Stage, inbox: FakeInbox, threads: FakeThreads) -> None:
    (inbox if what == "inbox" else threads).down = True
    answer = await messenger.meta_posts(payload("messenger/batch.json"))
    assert (answer.status, answer.headers["Retry-After"]) == (503, "5")
    inbox.down = threads.down = False
    assert (await messenger.meta_posts(payload("messenger/batch.json"))).status == 200
    assert [m.text for m in inbox.messages] == ["first", "second"]


def report(mid: str, status: DeliveryStatus) -> DeliveryReport:
    return DeliveryReport(ChannelName.MESSENGER, mid, status, NOW)


async def test_receipts(messenger: Stage, inbox: FakeInbox, threads: FakeThreads) -> None:
    """The watermark is 9:15: what went before it is meant, what went after it is not."""
    threads.messages[PSID] = [(NOW - HOUR, "m_old"), (NOW, "m_now"), (NOW + HOUR, "m_later")]
    for name in ("delivery", "delivery_watermark", "read", "read"):
        await messenger.meta_posts(payload(f"messenger/{name}.json"))
    delivered, read = DeliveryStatus.DELIVERED, DeliveryStatus.READ
    assert inbox.reports == [
        report("m_out1", delivered), report("m_out2", delivered),
        report("m_old", delivered), report("m_now", delivered),
        report("m_old", read), report("m_now", read),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("timestamp", "expected"),
    [
        (1795252440000, NOW - timedelta(minutes=1)),
        ("1795252440000", NOW - timedelta(minutes=1)),
        (1, datetime(1970, 1, 1, 0, 0, 0, 1000, UTC)),
        (10**30, NOW),  # the future is not believed
        (0, NOW), (-5, NOW), (None, NOW), ("soon", NOW), (True, NOW), (1.5, NOW), ("9" * 30, NOW),
    ],
)  # fmt: skip
async def test_times(timestamp: object, expected: datetime, messenger: Stage, inbox: FakeInbox) -> None:
    document = json.loads(GOOD)
    document["entry"][0]["messaging"][0]["timestamp"] = timestamp
    assert (await messenger.meta_posts(json.dumps(document).encode())).status == 200
    assert [m.received_at for m in inbox.messages] == [expected]
