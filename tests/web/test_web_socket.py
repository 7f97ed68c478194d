"""The server's side of /chat over real Redis: who comes in, what is kept, what is said once."""

from __future__ import annotations

import asyncio
import hashlib
import json

import pytest
from redis.asyncio import Redis

from bot.model import Address, AddressKind, Author, ChannelName, DeliveryStatus, OutboundMessage, Reply
from bot.ports import SendError, SendFailure
from connectors.web.channel import WebChat
from connectors.web.limits import Limits
from tests.web.browser_socket import Tab
from tests.web.fakes import Bank, FakeClock, FakeInbox, FakeWording


async def test_a_message_is_stored_then_acknowledged(bank: Bank, inbox: FakeInbox, clock: FakeClock) -> None:
    async with Tab(bank) as tab:
        welcome = await tab.hello()
        assert welcome["resumed"] is False
        ack = await tab.says("  where is my card\r\n", "abc")
        assert ack == {"type": "ack", "id": "abc", "seq": 1}
        (message,) = inbox.messages
        assert (message.channel, message.text, message.choice) == (ChannelName.WEB, "where is my card", None)
        assert message.id.startswith("web_") and message.id.endswith(":abc")
        assert message.sender.value not in message.id, "it outlives the visitor in figures and logs"
        assert message.received_at == clock()


async def test_the_log_holds_both_sides_in_order_and_resumes_where_it_was_left(bank: Bank, inbox: FakeInbox) -> None:
    async with Tab(bank) as tab:
        await tab.hello()
        await tab.says("hello")
        web_id = inbox.messages[0].sender.value
        assert await bank.says(web_id, "Hi!", options=("Card", "Branch")) == f"{web_id}:2"
        first, second = await tab.lines(2)
        assert (first["seq"], first["author"], first["id"], first["text"]) == (1, "customer", "m1", "hello")
        assert second["options"] == [{"title": "Card", "choice": "m_1:1"}, {"title": "Branch", "choice": "m_1:2"}]
        assert second["at"] == "2026-11-21T10:00:00.000Z"
        token = tab.token
    await bank.says(web_id, "while you were away", author=Author.AGENT, agent="Sam")
    async with Tab(bank) as reloaded, Tab(bank) as reconnected:
        assert (await reloaded.hello(token))["resumed"] is True
        assert [line["text"] for line in await reloaded.lines(3)] == ["hello", "Hi!", "while you were away"]
        await reconnected.hello(token, last=2)
        (missed,) = await reconnected.lines(1)
        assert (missed["seq"], missed["agent"]) == (3, "Sam")


async def test_payloads_never_reach_the_browser(bank: Bank, inbox: FakeInbox) -> None:
    async with Tab(bank) as tab:
        await tab.hello()
        await tab.says("hello")
        await bank.says(inbox.messages[0].sender.value, "Hi!", options=("Card",))
        assert "secret" not in json.dumps(await tab.lines(2))


async def test_a_choice_comes_back_with_its_title(bank: Bank, inbox: FakeInbox) -> None:
    async with Tab(bank) as tab:
        await tab.hello()
        await tab.send(type="choice", id="c1", choice="m_1:2", title="Branch")
        assert (await tab.hears("ack"))["id"] == "c1"
        (line,) = await tab.lines(1)
        assert (line["id"], line["text"], line["choice"]) == ("c1", "Branch", "m_1:2")
        assert (inbox.messages[0].text, inbox.messages[0].choice) == ("Branch", "m_1:2")


async def test_the_same_client_id_twice_is_one_message_with_one_seq(bank: Bank, inbox: FakeInbox) -> None:
    async with Tab(bank) as tab:
        await tab.hello()
        first, again = await tab.says("hello", "x"), await tab.says("hello", "x")
        assert first == again
        assert (len(inbox.messages), inbox.repeats) == (1, 1)
        assert (await tab.says("next", "y"))["seq"] == 2


async def test_nothing_is_acknowledged_when_it_was_not_stored(bank: Bank, inbox: FakeInbox) -> None:
    async with Tab(bank) as tab:
        await tab.hello()
        inbox.down = True
        error = await tab.says("hello", "x")
        assert (error["type"], error["code"], error["id"]) == ("error", "try_again", "x")
        inbox.down = False
        assert (await tab.says("hello", "x"))["type"] == "ack"
        assert len(inbox.messages) == 1
        await tab.says("and", "y")
        assert [(line["seq"], line["id"]) for line in await tab.lines(2)] == [(1, "x"), (2, "y")]


async def test_only_the_hash_of_the_token_is_stored(bank: Bank, redis_client: Redis) -> None:
    async with Tab(bank) as tab:
        await tab.hello()
        await tab.says("hello")
        token = tab.token
    assert len(token) >= 43  # 256 bits in base64
    keys = [key.decode() for key in await redis_client.keys("*") if isinstance(key, bytes)]
    assert f"ot:wt:{hashlib.sha256(token.encode()).hexdigest()}" in keys
    dump = keys + [str(await redis_client.dump(key)) for key in keys]
    assert not any(token in text for text in dump)
    assert 29 * 86400 < await redis_client.ttl(next(key for key in keys if key.startswith("ot:wt:"))) <= 30 * 86400


@pytest.mark.parametrize("token", ["A" * 43, "m1", "../../etc", "ot:wt:x"])
async def test_a_forged_token_makes_a_new_visitor_and_is_never_adopted(bank: Bank, inbox: FakeInbox, token: str) -> None:
    async with Tab(bank) as forger, Tab(bank) as second:
        welcome = await forger.hello(token, last=7)
        assert welcome["resumed"] is False
        assert welcome["token"] != token
        assert (await second.hello(token))["token"] != welcome["token"]
        await forger.says("a", "1")
        await second.says("b", "1")
        assert len({message.sender for message in inbox.messages}) == 2


async def test_an_expired_token_makes_a_new_visitor(bank: Bank, redis_client: Redis) -> None:
    async with Tab(bank) as tab:
        await tab.hello()
        old = tab.token
    await redis_client.delete(f"ot:wt:{hashlib.sha256(old.encode()).hexdigest()}")
    async with Tab(bank) as tab:
        assert (await tab.hello(old))["token"] != old


async def test_a_log_that_expired_is_sent_from_its_new_beginning(bank: Bank, inbox: FakeInbox) -> None:
    async with Tab(bank) as tab:
        await tab.hello()
        await tab.says("hello")
        token = tab.token
    async with Tab(bank) as tab:
        assert (await tab.hello(token, last=40))["from"] == 0
        assert (await tab.lines(1))[0]["text"] == "hello"


async def test_all_tabs_see_the_same(bank: Bank, inbox: FakeInbox) -> None:
    async with Tab(bank) as one, Tab(bank) as two:
        await one.hello()
        await two.hello(one.token)
        await one.says("from one", "a")
        await two.says("from two", "b")
        address = inbox.messages[0].sender
        await bank.chat.typing(address, True)
        assert (await one.hears("typing"))["on"] is (await two.hears("typing"))["on"] is True
        await bank.says(address.value, "to both")
        await bank.chat.typing(address, False)
        assert (await two.hears("typing"))["on"] is False
        async with Tab(bank) as three:
            await three.hello(one.token)
            assert [line["text"] for line in await three.lines(3)] == ["from one", "from two", "to both"]


async def test_another_gateway_process_reaches_the_socket(
    bank: Bank, inbox: FakeInbox, redis_client: Redis, clock: FakeClock
) -> None:
    elsewhere = WebChat(FakeInbox(), redis_client, allowed_origins=frozenset(), clock=clock, wording=FakeWording())
    async with Tab(bank) as tab:
        await tab.hello()
        await tab.says("hello")
        message = OutboundMessage(
            "o_9", "c_1", ChannelName.WEB, inbox.messages[0].sender, Reply("from afar"), Author.BOT, clock()
        )
        ids = await elsewhere.send(message)
        assert (await tab.lines(2))[1]["text"] == "from afar"
        assert await bank.chat.send(message) == ids  # idempotent whichever process repeats it


async def test_a_repeated_send_adds_nothing(bank: Bank, inbox: FakeInbox) -> None:
    async with Tab(bank) as tab:
        await tab.hello()
        await tab.says("hello")
        web_id = inbox.messages[0].sender.value
        ids = [await bank.says(web_id, "once", message_id="o_same") for _ in range(3)]
        assert ids == [f"{web_id}:2"] * 3
        await bank.says(web_id, "after")
        assert [line["text"] for line in await tab.lines(3)] == ["hello", "once", "after"]


async def test_what_arrived_and_what_was_read_is_reported_once(bank: Bank, inbox: FakeInbox) -> None:
    async with Tab(bank) as tab, Tab(bank) as other:
        await tab.hello()
        await other.hello(tab.token)
        await tab.says("hello")
        web_id = inbox.messages[0].sender.value
        ids = [await bank.says(web_id, "one"), await bank.says(web_id, "two")]
        await tab.send(type="received", seq=3)
        await tab.send(type="read", seq=2)
        assert (await other.hears("read"))["seq"] == 2
        await tab.send(type="read", seq=2)
        await tab.send(type="read", seq=99)
        assert (await other.hears("read"))["seq"] == 3
        assert [(report.external_id, report.status) for report in inbox.reports] == [
            (ids[0], DeliveryStatus.DELIVERED),
            (ids[1], DeliveryStatus.DELIVERED),
            (ids[0], DeliveryStatus.READ),
            (ids[1], DeliveryStatus.READ),
        ]
        async with Tab(bank) as later:
            assert (await later.hello(tab.token))["read"] == 3


async def test_the_log_is_capped_and_expires(bank: Bank, inbox: FakeInbox, redis_client: Redis) -> None:
    await bank.restart(Limits(log_lines=5))
    async with Tab(bank) as tab:
        await tab.hello()
        await tab.says("hello")
        web_id = inbox.messages[0].sender.value
        for n in range(30):
            await bank.says(web_id, f"line {n}")
        token = tab.token
    async with Tab(bank) as tab:
        await tab.hello(token)
        assert [line["seq"] for line in await tab.lines(5)] == [27, 28, 29, 30, 31]
    for name in ("log", "ids", "seq"):
        assert 0 < await redis_client.ttl(f"ot:{{w:{web_id}}}:{name}") <= 30 * 86400
    assert await redis_client.zcard(f"ot:{{w:{web_id}}}:ids") <= 21


async def test_without_redis_a_send_may_be_tried_again_and_a_visitor_is_told(bank: Bank, clock: FakeClock) -> None:
    nowhere: Redis = Redis.from_url("redis://127.0.0.1:1/0")
    dead = Bank(nowhere, FakeInbox(), clock)
    dead.port = bank.port
    await bank.stop()
    await dead.start()
    try:
        with pytest.raises(SendError) as failed:
            await dead.says("a", "x")
        assert failed.value.failure is SendFailure.RETRY
        await dead.chat.typing(Address(AddressKind.WEB, "a"), True)  # a nicety: no error
        async with Tab(dead) as tab:
            await tab.send(type="hello", token="A" * 43)
            assert (await tab.hears("error"))["code"] == "try_again"
            assert await tab.close_code() == 1013
    finally:
        await dead.stop()
        await nowhere.aclose()


async def test_another_channels_address_is_refused(bank: Bank, clock: FakeClock) -> None:
    address = Address(AddressKind.TEL, "+12125550101")
    with pytest.raises(SendError) as failed:
        await bank.chat.send(OutboundMessage("o", "c", ChannelName.WEB, address, Reply("x"), Author.BOT, clock()))
    assert failed.value.failure is SendFailure.REFUSED


async def test_sockets_are_told_when_the_server_stops(bank: Bank) -> None:
    async with Tab(bank) as tab, Tab(bank) as silent:
        await tab.hello()
        _, *codes = await asyncio.gather(bank.stop(), tab.close_code(), silent.close_code())
        assert codes == [1001, 1001]


async def test_news_is_heard_again_after_redis_dropped_the_subscription(
    bank: Bank, inbox: FakeInbox, redis_client: Redis
) -> None:
    async with Tab(bank) as tab:
        await tab.hello()
        await tab.says("hello")
        await tab.lines(1)
        assert await redis_client.client_kill_filter(_type="pubsub") == 1
        await bank.says(inbox.messages[0].sender.value, "not lost")
        assert (await tab.lines(1))[0]["text"] == "not lost"
