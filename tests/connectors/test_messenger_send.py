"""Messenger's Send API: what is sent, what is not, and what each failure says."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime
from typing import Any

import aiohttp
import pytest
from aiohttp.test_utils import unused_port

from bot.menus.menu import numbered
from bot.model import Address, AddressKind, Author, ChannelName, Media, Option, OutboundMessage, Reply
from bot.ports import Channel, SendError, SendFailure
from connectors.messenger.channel import Messenger, MessengerApp
from tests.connectors.fakes import NOW, FakeInbox, FakeThreads, Vendor, ok
from tests.connectors.messenger_stage import ANA, HOUR, PSID, SECRET, Stage


def outbound(
    text: str, *titles: str, media: tuple[Media, ...] = (), menu_id: str | None = "m_1", address: Address = ANA
) -> OutboundMessage:
    reply = Reply(text, tuple(Option(title, f"/pick{n}") for n, title in enumerate(titles)), media)
    return OutboundMessage("o_1", "c_1", ChannelName.MESSENGER, address, reply, Author.BOT, NOW, menu_id=menu_id)


def quick(*titles: str) -> list[dict[str, str]]:
    return [{"content_type": "text", "title": title, "payload": f"m_1:{n}"} for n, title in enumerate(titles, 1)]


MANY = tuple(f"Option {n}" for n in range(1, 15))
PICTURE = {"attachment": {"type": "image", "payload": {"url": "https://x/1.png"}}}


@pytest.mark.parametrize(
    ("label", "message", "contents"),
    [
        ("text", outbound("Hello"), [{"text": "Hello"}]),
        ("quick replies", outbound("Which?", "Card", "Balance"), [{"text": "Which?", "quick_replies": quick("Card", "Balance")}]),
        ("thirteen", outbound("Which?", *MANY[:13]), [{"text": "Which?", "quick_replies": quick(*MANY[:13])}]),
        ("fourteen", outbound("Which?", *MANY), [{"text": numbered(outbound("Which?", *MANY).reply)}]),
        (
            "a long title is written out",
            outbound("Which?", "x" * 20, "Put me through to a person"),
            [
                {
                    "text": "Which?\n1 " + "x" * 20 + "\n2 Put me through to a person",
                    "quick_replies": quick("1 " + "x" * 17 + "…", "2 Put me through to…"),
                }
            ],
        ),
        (
            "an emoji is not cut",
            outbound("W?", "x" * 16 + "\U0001f44dyyy"),
            [{"text": "W?\n1 " + "x" * 16 + "\U0001f44dyyy", "quick_replies": quick("1 " + "x" * 16 + "…")}],
        ),
        (
            "titles alike once cut",
            outbound("Which?", "The branch in Springfield East", "The branch in Springfield West"),
            [
                {
                    "text": "Which?\n1 The branch in Springfield East\n2 The branch in Springfield West",
                    "quick_replies": quick("1 The branch in Spr…", "2 The branch in Spr…"),
                }
            ],
        ),
        ("no menu", outbound("Which?", "A", "B", menu_id=None), [{"text": "Which?\n1 A\n2 B\nReply 1-2"}]),
        ("options without words", outbound("", "A", "B"), [{"text": "1 A\n2 B\nReply 1-2"}]),
        (
            "media first, quick replies last",
            outbound("Which?", "A", media=(Media("https://x/1.png", "image/png"), Media("https://x/2.pdf", "application/pdf"))),
            [
                PICTURE,
                {"attachment": {"type": "file", "payload": {"url": "https://x/2.pdf"}}},
                {"text": "Which?", "quick_replies": quick("A")},
            ],
        ),
        ("media alone", outbound("", media=(Media("https://x/1.png", "image/png"),)), [PICTURE]),
        (
            "long",
            outbound("a" * 600 + ". " + "b" * 600, "A"),
            [{"text": "a" * 600 + "."}, {"text": "b" * 600, "quick_replies": quick("A")}],
        ),
        ("one endless word", outbound("a" * 2500), [{"text": "a" * 1900}, {"text": "a" * 600}]),
    ],
)
async def test_send(
    label: str, message: OutboundMessage, contents: list[dict[str, Any]], messenger: Stage, threads: FakeThreads, vendor: Vendor
) -> None:
    threads.people[PSID] = NOW - 23 * HOUR
    mids = [f"m_{n}" for n in range(len(contents))]
    vendor.answers = [ok(recipient_id=PSID, message_id=mid) for mid in mids]
    channel: Channel = messenger.channel
    assert await channel.send(message) == mids, label
    assert [request.json["message"] for request in vendor.requests] == contents
    assert threads.messages[PSID] == [(NOW, mid) for mid in mids]
    for request in vendor.requests:
        assert request.path == "/v26.0/me/messages"
        proof = hmac.new(SECRET.encode(), b"page-token", hashlib.sha256).hexdigest()
        assert request.query == {"access_token": "page-token", "appsecret_proof": proof}
        assert (request.json["recipient"], request.json["messaging_type"]) == ({"id": PSID}, "RESPONSE")


@pytest.mark.parametrize("last", [None, NOW - 24 * HOUR, NOW - 25 * HOUR])
async def test_outside_the_window_nothing_is_sent(
    last: datetime | None, messenger: Stage, threads: FakeThreads, vendor: Vendor
) -> None:
    if last:
        threads.people[PSID] = last
    with pytest.raises(SendError) as caught:
        await messenger.channel.send(outbound("Hello"))
    assert (caught.value.failure, caught.value.code, vendor.requests) == (SendFailure.REFUSED, "window", [])


def error(code: int, subcode: int | None = None, status: int = 400) -> tuple[int, dict[str, Any], dict[str, str]]:
    fault = {"message": f"for {PSID}", "type": "OAuthException", "code": code, "fbtrace_id": "x"}
    return status, {"error": fault if subcode is None else {**fault, "error_subcode": subcode}}, {}


@pytest.mark.parametrize(
    ("answer", "failure", "code"),
    [
        (error(10, 2018278), SendFailure.REFUSED, "window"),
        (error(10, 2018108), SendFailure.REFUSED, "10-2018108"),
        (error(551, 1545041), SendFailure.REFUSED, "551-1545041"),
        (error(100, 2018001), SendFailure.REFUSED, "100-2018001"),
        (error(190, 463), SendFailure.ACCOUNT, "190-463"),
        (error(10), SendFailure.ACCOUNT, "10"),
        (error(200, 2018028), SendFailure.ACCOUNT, "200-2018028"),
        (error(368), SendFailure.ACCOUNT, "368"),
        (error(10, 1893063), SendFailure.ACCOUNT, "10-1893063"),
        ((401, None, {}), SendFailure.ACCOUNT, "http-401"),
        (error(4), SendFailure.RETRY, "4"),
        (error(613, 2018338), SendFailure.RETRY, "613-2018338"),
        (error(1200, status=500), SendFailure.RETRY, "1200"),
        (error(2, status=503), SendFailure.RETRY, "2"),
        (error(1, status=500), SendFailure.UNCERTAIN, "1"),
        ((429, None, {}), SendFailure.RETRY, None),
        ((400, {"error": "text"}, {}), SendFailure.REFUSED, None),
        ((502, None, {}), SendFailure.UNCERTAIN, None),
        ((200, {"recipient_id": PSID}, {}), SendFailure.UNCERTAIN, None),
        (Vendor.HANG, SendFailure.UNCERTAIN, None),
        (Vendor.DROP, SendFailure.UNCERTAIN, None),
    ],
)
async def test_send_errors(
    answer: Any, failure: SendFailure, code: str | None, messenger: Stage, threads: FakeThreads, vendor: Vendor
) -> None:
    threads.people[PSID] = NOW
    vendor.answers = [answer]
    with pytest.raises(SendError) as caught:
        await messenger.channel.send(outbound("Hello"))
    assert (caught.value.failure, caught.value.code) == (failure, code)
    assert PSID not in caught.value.reason and len(vendor.requests) == 1


async def test_a_later_part_fails(messenger: Stage, threads: FakeThreads, vendor: Vendor) -> None:
    threads.people[PSID] = NOW
    vendor.answers = [ok(message_id="m_1"), error(4)]
    with pytest.raises(SendError) as caught:
        await messenger.channel.send(outbound("a" * 600 + ". " + "b" * 600))
    assert (caught.value.failure, caught.value.sent_ids) == (SendFailure.UNCERTAIN, ("m_1",))


async def test_no_connection_gives_no_token_away(session: aiohttp.ClientSession, inbox: FakeInbox, threads: FakeThreads) -> None:
    threads.people[PSID] = NOW
    nowhere = MessengerApp(SECRET, "verify-me", "page-token", api_url=f"http://127.0.0.1:{unused_port()}")
    channel = Messenger(nowhere, session, inbox, threads, render=numbered, clock=lambda: NOW, on_refused=lambda reason: None)
    with pytest.raises(SendError) as caught:
        await channel.send(outbound("Hello"))
    assert caught.value.failure is SendFailure.RETRY
    assert caught.value.__suppress_context__ and "page-token" not in f"{caught.value.reason}{nowhere!r}"


async def test_the_store_is_down_before_the_send(messenger: Stage, threads: FakeThreads, vendor: Vendor) -> None:
    threads.down = True
    with pytest.raises(SendError) as caught:
        await messenger.channel.send(outbound("Hello"))
    assert (caught.value.failure, vendor.requests) == (SendFailure.RETRY, [])


async def test_the_store_is_down_after_the_send(
    messenger: Stage, threads: FakeThreads, monkeypatch: pytest.MonkeyPatch, vendor: Vendor
) -> None:
    """It is out: a lost receipt must not look like a failed message."""
    threads.people[PSID] = NOW
    vendor.answers = [ok(message_id="m_1")]
    original = threads.last_inbound

    async def then_down(psid: str) -> datetime | None:
        last = await original(psid)
        threads.down = True
        return last

    monkeypatch.setattr(threads, "last_inbound", then_down)
    assert await messenger.channel.send(outbound("Hello")) == ["m_1"]
    assert dict(messenger.ignored) == {"receipt_lost": 1}


@pytest.mark.parametrize("message", [outbound("  "), outbound("hi", address=Address(AddressKind.TEL, "+12125550142"))])
async def test_what_cannot_be_sent(message: OutboundMessage, messenger: Stage, threads: FakeThreads, vendor: Vendor) -> None:
    threads.people[PSID] = NOW
    with pytest.raises(SendError) as caught:
        await messenger.channel.send(message)
    assert (caught.value.failure, vendor.requests) == (SendFailure.REFUSED, [])


async def test_working_shows_seen_and_typing(messenger: Stage, vendor: Vendor) -> None:
    vendor.answers = [ok(recipient_id=PSID), ok(recipient_id=PSID)]
    await messenger.channel.working(ANA)
    assert [r.json for r in vendor.requests] == [
        {"recipient": {"id": PSID}, "sender_action": "mark_seen"},
        {"recipient": {"id": PSID}, "sender_action": "typing_on"},
    ]


async def test_working_is_best_effort(messenger: Stage, vendor: Vendor) -> None:
    vendor.answers = [error(10, 2018278)]
    await messenger.channel.working(ANA)
    assert (len(vendor.requests), dict(messenger.ignored)) == (1, {"sender_action": 1})
