"""What /chat refuses: strangers, garbage, floods; and that the chat goes on afterwards."""

from __future__ import annotations

import aiohttp
import pytest

from connectors.web.channel import origins
from connectors.web.limits import Limits, Rate
from tests.web.browser_socket import Tab
from tests.web.fakes import Bank, FakeClock, FakeInbox


@pytest.mark.parametrize("origin", ["", "https://evil.example", "null", "http://127.0.0.1:1", "http://127.0.0.1"])
async def test_other_pages_may_not_open_the_chat(bank: Bank, origin: str) -> None:
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        async with Tab(bank, origin=origin):
            pass
    assert refused.value.status == 403


def test_origins_are_what_browsers_send() -> None:
    assert origins("https://Bank.example:443/x", ["https://shop.example:8443"]) == {
        "https://bank.example",
        "https://shop.example:8443",
    }
    assert origins("http://127.0.0.1:8080") == {"http://127.0.0.1:8080", "http://localhost:8080", "http://[::1]:8080"}
    with pytest.raises(ValueError, match="not an http"):
        origins("bank.example")


GARBAGE = [
    "",
    "{",
    "[]",
    "null",
    "7",
    "[" * 5000,
    '{"type": "nope"}',
    '{"type": ["message"]}',
    '{"type": "message"}',
    '{"type": "message", "id": 5, "text": "x"}',
    '{"type": "message", "id": "../x", "text": "x"}',
    '{"type": "message", "id": "", "text": "x"}',
    '{"type": "hello"}',
    '{"type": "rate"}',
    '{"type": "rate", "id": "r1", "handoff": "h_1", "score": 0}',
    '{"type": "rate", "id": "r1", "handoff": "h_1", "score": 6}',
    '{"type": "rate", "id": "r1", "handoff": "h_1", "score": true}',
    '{"type": "rate", "id": "r1", "handoff": "h_1", "score": 4.5}',
    '{"type": "rate", "id": "r1", "handoff": "../h_1", "score": 4}',
    '{"type": "rate", "id": "r1", "handoff": ["h_1"], "score": 4}',
    '{"type": "rate", "id": "r1", "handoff": "h_1", "score": 4, "text": {}}',
    '{"type": "read", "seq": -1}',
    '{"type": "read", "seq": true}',
    '{"type": "read", "seq": 1e999}',
    '{"type": "read", "seq": 99999999999999999999999}',
]


@pytest.mark.parametrize("frame", GARBAGE, ids=range(len(GARBAGE)))
async def test_garbage_gets_an_error_frame_and_the_chat_goes_on(bank: Bank, inbox: FakeInbox, frame: str) -> None:
    async with Tab(bank) as tab:
        await tab.hello()
        await tab.ws.send_str(frame)
        assert (await tab.hears("error"))["code"] == "bad_frame"
        assert (await tab.says("still here"))["type"] == "ack"
        assert [message.text for message in inbox.messages] == ["still here"]


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ({"type": "message", "text": "x" * 2001}, "too_long"),
        ({"type": "message", "text": " \n\t\u0000 "}, "empty"),
        ({"type": "message", "text": None}, "bad_frame"),
        ({"type": "message", "text": {"a": 1}}, "bad_frame"),
        ({"type": "choice", "choice": "no menu", "title": "x"}, "bad_frame"),
        ({"type": "choice", "choice": "m_1:1"}, "bad_frame"),
    ],
)
async def test_a_refused_message_is_named_and_not_kept(bank: Bank, inbox: FakeInbox, frame: dict[str, object], code: str) -> None:
    async with Tab(bank) as tab:
        await tab.hello()
        await tab.send(id="bad", **frame)
        error = await tab.hears("error")
        assert (error["code"], error["id"]) == (code, "bad")
        assert (await tab.says("fine", "good"))["seq"] == 1
        assert [message.text for message in inbox.messages] == ["fine"]


async def test_halves_of_characters_and_control_characters_are_left_out(bank: Bank, inbox: FakeInbox) -> None:
    async with Tab(bank) as tab:
        await tab.hello()
        await tab.ws.send_str(r'{"type": "message", "id": "a", "text": "a\ud800b\u0000c \ud83d\ude00\nd"}')
        await tab.hears("ack")
        assert inbox.messages[0].text == "abc \U0001f600\nd"
        assert (await tab.says("2000 of the widest", "b"))["type"] == "ack"
        assert (await tab.says("\u4e2d" * 1300, "c"))["type"] == "ack"


async def test_binary_frames_and_repeated_garbage_close_the_socket(bank: Bank) -> None:
    async with Tab(bank) as tab:
        await tab.hello()
        await tab.ws.send_bytes(b"\x00\x01")
        assert (await tab.hears("error"))["code"] == "bad_frame"
        for _ in range(Limits().strikes):
            await tab.ws.send_str("garbage")
        assert await tab.close_code() == 1008


async def test_an_oversized_frame_closes_the_socket(bank: Bank, inbox: FakeInbox) -> None:
    async with Tab(bank) as tab:
        await tab.hello()
        await tab.send(type="message", id="big", text="x" * 9000)
        assert await tab.close_code() == 1009
        assert inbox.messages == []


async def test_the_first_frame_must_be_a_hello(bank: Bank, inbox: FakeInbox) -> None:
    async with Tab(bank) as tab:
        await tab.send(type="message", id="a", text="x")
        assert (await tab.hears("error"))["code"] == "hello_first"
        assert await tab.close_code() == 1008
        assert inbox.messages == []


async def test_a_silent_socket_is_closed(bank: Bank) -> None:
    await bank.restart(Limits(hello_within=0.05))
    async with Tab(bank) as tab:
        assert await tab.close_code() == 1008


async def test_a_flood_is_slowed_and_the_rest_goes_through_later(bank: Bank, inbox: FakeInbox, clock: FakeClock) -> None:
    await bank.restart(Limits(messages=Rate(3, 1.0)))
    async with Tab(bank) as tab, Tab(bank) as other:
        await tab.hello()
        for n in range(3):
            assert (await tab.says("x", f"n{n}"))["type"] == "ack"
        error = await tab.says("x", "n3")
        assert error == {"type": "error", "code": "too_fast", "text": "utter_too_fast", "id": "n3", "after": 1.0}
        await other.hello(tab.token)  # another tab of the same visitor has the same bucket
        assert (await other.says("x", "n4"))["code"] == "too_fast"
        clock.forward(1)
        assert (await tab.says("x", "n3"))["type"] == "ack"
        assert len(inbox.messages) == 4


async def test_one_remote_address_cannot_flood_with_many_visitors(bank: Bank) -> None:
    await bank.restart(Limits(remote_messages=Rate(2, 1.0), remote_visitors=Rate(3, 1.0)))
    async with Tab(bank) as a, Tab(bank) as b, Tab(bank) as c, Tab(bank) as d:
        for tab in (a, b, c):
            await tab.hello()
        assert [(await tab.says("x"))["type"] for tab in (a, b, c)] == ["ack", "ack", "error"]
        await d.send(type="hello")
        assert (await d.hears("error"))["code"] == "try_again"
        assert await d.close_code() == 1013


async def test_too_many_frames_are_refused_then_closed(bank: Bank) -> None:
    await bank.restart(Limits(frames=Rate(5, 1.0), strikes=3))
    async with Tab(bank) as tab:
        await tab.hello()
        for _ in range(5):
            await tab.send(type="ping")
            await tab.hears("pong")
        for _ in range(3):
            await tab.send(type="ping")
        assert (await tab.hears("error"))["code"] == "too_fast"
        assert await tab.close_code() == 1008


async def test_sockets_are_counted_per_remote_address(bank: Bank) -> None:
    await bank.restart(Limits(sockets_per_remote=1))
    async with Tab(bank) as tab:
        await tab.hello()
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            async with Tab(bank):
                pass
        assert refused.value.status == 503


async def test_the_oldest_of_too_many_tabs_gives_way(bank: Bank) -> None:
    await bank.restart(Limits(sockets_per_visitor=2))
    async with Tab(bank) as oldest, Tab(bank) as middle, Tab(bank) as newest:
        await oldest.hello()
        await middle.hello(oldest.token)
        await newest.hello(oldest.token)
        assert await oldest.close_code() == 4008
        await newest.says("hello")
        assert (await middle.lines(1))[0]["text"] == "hello"


async def test_a_rating_is_short_and_a_flood_of_them_is_refused(bank: Bank) -> None:
    """Each answer names the frame that it is for; the chat itself goes on."""
    async with Tab(bank) as tab:
        await tab.hello()
        await tab.send(type="rate", id="long", handoff="h_1", score=5, text="x" * 501)
        assert (await tab.hears("error"))["code"] == "too_long"
        for number in range(5):
            await tab.send(type="rate", id=f"r{number}", handoff="h_1", score=5)
            assert await tab.hears("rated") == {"type": "rated", "id": f"r{number}", "kept": False}, "nothing to rate"
        await tab.send(type="rate", id="r6", handoff="h_1", score=5)
        refused = await tab.hears("error")
        assert (refused["code"], refused["id"]) == ("too_fast", "r6") and refused["after"] > 0
        assert (await tab.says("still here"))["type"] == "ack"
        assert bank.rated == []
