"""The left column: whose conversations, which first, what is new in them, and what is sent of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from bot.domain_files import DomainFileError
from bot.model import Address, ChannelName, Contact, ContactAddress, Handoff, Proof
from desk.queue.board import ALL_AT, BELIEVED, Board
from desk.queue.promises import Promises
from desk.queue.wanted import MOST, SHOWN, ListName, Wanted
from desk.read_marks import SWEPT_AT
from tests.desk.conftest import Browser, House
from tests.desk.fake_people import START, FakeClock, FakePeople

PARTS = {"X-Desk": "parts"}
UNREAD = '<span class="unseen"> not read</span>'


def rows_of(text: str) -> list[str]:
    """The ids of the rows, in their order."""
    return re.findall(r'<li data-row="([^"]+)"', text)


def row(text: str, handoff: Handoff) -> str:
    found = re.search(rf'<li data-row="{handoff.id}".*?</li>', text, re.DOTALL)
    assert found
    return unescape(found[0])


def who(number: str) -> Contact:
    contact = f"ct_{number}"
    return Contact(contact, f"c_{number}", (ContactAddress(Address.parse(f"tel:{number}"), Proof.CLAIMED, START),), START)


async def test_each_list_has_its_own_and_a_count(house: House, ana: Browser) -> None:
    waits, mine, others, closed = (house.people.open(f"matter {n}") for n in range(4))
    await house.agent("bo", "Bo Lind")
    for handoff, agent in ((mine, "ana"), (others, "bo"), (closed, "bo")):
        await house.people.accept(handoff.id, agent, None)
    await house.people.close(closed.id, "bo", "done")
    found = {name: rows_of((await ana.get(f"/desk?list={name}")).text) for name in ListName}
    assert found == {
        "all": [mine.id, waits.id, others.id],
        "queue": [waits.id],
        "mine": [mine.id],
        "others": [others.id],
        "closed": [closed.id],
    }
    text = (await ana.get("/desk?list=mine")).text
    for name, count in (("all", 3), ("queue", 1), ("mine", 1), ("others", 1)):
        assert re.search(rf'data-list="{name}"[^>]*>[^<]+<span class="count">{count}<', text)


async def test_a_row_is_a_name_a_topic_the_last_line_a_channel_and_the_time(house: House, ana: Browser) -> None:
    handoff = house.people.open("Card <b>broken</b>", ChannelName.SMS, contact=who("+12025550199"))
    house.people.say(handoff.id, "it does <i>not</i> work")
    house.clock.forward(minutes=3)
    text = (await ana.get("/desk")).text
    assert "<b>broken" not in text and "<i>not" not in text
    one = row(text, handoff)
    order = [one.index(words) for words in ("+12025550199", "Card <b>broken</b>", "it does <i>not</i> work", "SMS", ">3:00<")]
    assert order == sorted(order)


async def test_own_words_and_a_colleagues_are_marked_in_the_row(house: House, ana: Browser) -> None:
    mine, others = house.people.open(), house.people.open()
    await house.agent("bo", "Bo Lind")
    for handoff, agent in ((mine, "ana"), (others, "bo")):
        await house.people.accept(handoff.id, agent, None)
        await house.people.reply(handoff.id, agent, "Hello", "1")
    text = (await ana.get("/desk")).text
    assert "<b>You:</b> Hello" in row(text, mine) and "<b>Bo Lind:</b> Hello" in row(text, others)


async def test_what_a_customer_wrote_since_is_unread_until_it_is_looked_at(
    house: House, ana: Browser, browser_of: Callable[[], Browser]
) -> None:
    first, second = house.people.open(), house.people.open()
    for handoff in (first, second):
        assert (await ana.post(f"/desk/handoffs/{handoff.id}/accept", {})).status == 303
        await ana.get(f"/desk/handoffs/{handoff.id}")
        house.clock.forward(seconds=1)
    assert UNREAD not in (await ana.get("/desk")).text
    house.people.say(second.id, "hello?")
    text = (await ana.get("/desk")).text
    assert UNREAD in row(text, second) and UNREAD not in row(text, first)
    assert rows_of(text)[0] == second.id, "unread first"
    await ana.get(f"/desk/parts?handoff={second.id}", **PARTS)
    assert UNREAD in row((await ana.get("/desk")).text, second), "the page looked by itself, behind another window"
    elsewhere = browser_of()
    await elsewhere.sign_in("ana", "correct horse battery")
    assert UNREAD in row((await elsewhere.get("/desk")).text, second), "kept on the server"
    await ana.get(f"/desk/parts?handoff={second.id}&looks=1", **PARTS)
    assert UNREAD not in (await elsewhere.get("/desk")).text


async def test_what_calls_for_an_agent_is_their_own_and_who_waits(house: House, ana: Browser) -> None:
    waits = house.people.open(contact=who("+12025550111"))
    others = house.people.open()
    await house.agent("bo", "Bo Lind")
    await house.people.accept(others.id, "bo", None)
    house.people.say(others.id, "for Bo")
    text = (await ana.get("/desk")).text
    assert re.findall(r'data-call="([^"]+)"', text) == [waits.id] and 'data-count="1"' in text
    await ana.post("/desk/available", {"available": ""})
    assert "data-call=" not in (await ana.get("/desk")).text, "who is away is not called to the queue"


async def test_who_waits_longer_than_promised_is_marked(house: House, ana: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Promises, "within", lambda self, queue: timedelta(minutes=5))
    handoff = house.people.open()
    house.clock.forward(minutes=4, seconds=59)
    assert "entry late" not in (await ana.get("/desk")).text.replace(" unread", "")
    house.clock.forward(seconds=1)
    one = row((await ana.get("/desk")).text, handoff).replace(" unread", "")
    assert "entry late" in one and "promised within 5 min" in one


async def test_filters_by_channel_and_queue_and_words(house: House, ana: Browser) -> None:
    texted = house.people.open("Lost card", ChannelName.SMS, contact=who("+12025550111"))
    house.clock.forward(seconds=1)
    chat = house.people.open("Opening hours", ChannelName.WEB, contact=who("+12025550122"))
    view = house.people.views[chat.id]
    house.people.views[chat.id] = replace(view, handoff=replace(view.handoff, queue="branches"))

    async def found(query: str) -> list[str]:
        return rows_of((await ana.get(f"/desk?{query}")).text)

    assert await found("channel=sms") == [texted.id] and await found("channel=nothing") == [texted.id, chat.id]
    assert await found("queue=branches") == [chat.id] and await found("queue=none") == []
    assert await found("q=lost+CARD") == [texted.id] and await found("q=555-0122") == [chat.id] and await found("q=xyz") == []
    assert await found("q=0-1") == [], "two figures are in every number"


async def test_rows_that_the_page_has_are_not_sent_again(house: House, ana: Browser) -> None:
    for n in range(60):
        house.people.open(f"matter {n}", contact=who(f"+1202555{n:04}"))
    whole = await ana.get("/desk/parts?only=queue", **PARTS)
    digests = re.findall(r'data-as="([0-9a-f]{8})"', whole.text)
    assert len(digests) == 60
    house.clock.forward(seconds=30)
    again = await ana.get("/desk/parts?only=queue", **PARTS, **{"X-Desk-Have": ".".join(digests)})
    assert re.findall(r'data-as="([0-9a-f]{8})"', again.text) == digests, "the time that goes by changes no row"
    assert "matter 7" not in again.text and len(again.text) < len(whole.text) / 4
    changed = rows_of(whole.text)[3]
    house.people.say(changed, "one more thing")
    third = await ana.get("/desk/parts?only=queue", **PARTS, **{"X-Desk-Have": ".".join(digests)})
    assert third.text.count('class="entry') == 1 and "one more thing" in third.text


async def test_a_long_queue_comes_in_pieces(house: House, ana: Browser) -> None:
    for n in range(SHOWN + 5):
        house.people.open(f"matter {n}")
    text = (await ana.get("/desk")).text
    assert len(rows_of(text)) == SHOWN and "Show more" in text and 'Waiting <span class="count">105<' in text
    text = (await ana.get("/desk?rows=200")).text
    assert len(rows_of(text)) == SHOWN + 5 and "Show more" not in text


@pytest.mark.parametrize(
    "query",
    [{}, {"list": "secret"}, {"channel": "fax"}, {"rows": "-1"}, {"rows": "9" * 30}, {"rows": "\u0663"}, {"rows": "1e9"}],
)
def test_an_address_that_says_nonsense_shows_everything(query: dict[str, str]) -> None:
    wanted = Wanted.of(query)
    assert (wanted.list, wanted.channel) == (ListName.ALL, None) and 0 < wanted.rows <= MOST


def test_an_address_says_what_differs_from_the_first() -> None:
    wanted = Wanted.of({"list": "mine", "channel": "sms", "q": " Ana  Lopez "})
    assert wanted.address() == "?list=mine&channel=sms&q=Ana+Lopez" and Wanted().address() == ""
    assert wanted.address(list=ListName.ALL, q="") == "?channel=sms"


async def test_marks_of_what_is_gone_are_let_go_of(house: House, ana: Browser) -> None:
    there = house.people.open()
    await ana.get(f"/desk/handoffs/{there.id}")
    await house.redis.hset("ot:desk:read:ana", mapping={f"h_{n}": START.isoformat() for n in range(SWEPT_AT)})
    await ana.get("/desk")
    assert set(await house.sessions.marks.of("ana")) == {there.id}


class Told:
    """A board over people in memory, and how often they were asked."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.people = FakePeople(self.clock)
        self.board = Board(self.people, self.clock)

    async def asked(self) -> list[str]:
        self.people.glanced.clear()
        await self.board.rows()
        return self.people.glanced


async def test_while_somebody_follows_only_what_changed_is_read() -> None:
    told = Told()
    one, two = told.people.open(), told.people.open()
    assert len(await told.asked()) == 2 and len(await told.asked()) == 2, "nobody follows: all is read"
    with told.board.following():
        assert len(await told.asked()) == 2 and await told.asked() == []
        told.board.changed(two.id)
        told.board.changed(None)
        assert await told.asked() == [two.id]
        await told.people.close(one.id, "ana", "done")
        told.board.changed(one.id)
        assert [row.handoff.id for row in await told.board.rows()] == [two.id]
        told.clock.forward(seconds=BELIEVED.total_seconds() + 1)
        assert await told.asked() == [two.id], "what was missed is found in the end"
        for n in range(ALL_AT + 1):
            told.board.changed(f"h_{n}")
        assert await told.asked() == [two.id], "all at once, not one by one"
    assert len(await told.asked()) == 1


async def test_what_could_not_be_read_is_read_the_next_time() -> None:
    told = Told()
    one = told.people.open()
    with told.board.following():
        await told.board.rows()
        told.board.changed(one.id)
        told.people.down = True
        with pytest.raises(Exception, match="down"):
            await told.board.rows()
        told.people.down = False
        assert await told.asked() == [one.id]


@pytest.mark.parametrize("given", ["0", "true", "soon", "999999", "[5]"])
def test_a_promise_that_is_no_number_of_minutes_is_told(tmp_path: Path, given: Any) -> None:
    (tmp_path / "_desk.yml").write_text(f"desk: {{answer_within: {{cards: {given}}}}}", encoding="utf-8")
    with pytest.raises(DomainFileError, match="answer_within of cards is a number of minutes"):
        Promises.from_domain(tmp_path)


def test_promises_are_the_designers() -> None:
    promises = Promises.from_domain(Path(__file__).parents[2] / "domain")
    assert promises.within("general") == timedelta(minutes=5) and promises.within("nowhere") is None
