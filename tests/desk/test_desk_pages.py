"""The desk's pages and what an agent does on them, without script and as the script asks."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from redis.exceptions import ConnectionError as RedisAway

from bot.model import (
    Address,
    Author,
    Callback,
    ChannelName,
    Contact,
    ContactAddress,
    DeliveryStatus,
    Handoff,
    Proof,
    SlotFact,
    TranscriptLine,
)
from bot.model.handoffs import Rating
from bot.ports import LinkFact, Trouble
from connectors.delivery_reasons import sentence
from desk import show
from desk.http import HEADERS
from desk.views import Desk, cause_of
from tests.desk.conftest import PASSWORD, Browser, House
from tests.desk.fake_people import START, FakeClock

SCRIPT = {"X-Desk": "parts"}
EVIL = '"><script>alert(1)</script><img src=x onerror=alert(2)>'


def page(handoff: Handoff, verb: str = "") -> str:
    return f"/desk/handoffs/{handoff.id}" + (f"/{verb}" if verb else "")


async def reply(browser: Browser, handoff: Handoff, text: str, once: str = "n1", **headers: str) -> Any:
    return await browser.post(page(handoff, "reply"), {"text": text, "once": once}, **headers)


@pytest.fixture
async def mine(ana: Browser, house: House) -> Handoff:
    """A conversation that Ana accepted."""
    handoff = house.people.open()
    await house.people.accept(handoff.id, "ana", None)
    house.people.calls.clear()
    return handoff


@pytest.mark.parametrize(
    "path", ["/desk", "/desk/sign-in", "/desk/static/desk.js", "/desk/static/nothing.js", "/desk/nowhere", "/desk/parts"]
)
async def test_every_answer_carries_the_security_headers(browser: Browser, path: str) -> None:
    answer = await browser.get(path)
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
    assert "Cache-Control" in answer.headers


@pytest.mark.parametrize("name", ["desk.css", "desk.js", "icon.svg"])
async def test_static_files(browser: Browser, name: str) -> None:
    assert (await browser.get(f"/desk/static/{name}")).status == 200


@pytest.mark.parametrize("name", ["..%2fviews.py", "../views.py", "%2e%2e/agents.py", "x"])
async def test_no_other_file_can_be_had(browser: Browser, name: str) -> None:
    answer = await browser.get(f"/desk/static/{name}")
    assert answer.status in (303, 404) and "import" not in answer.text


async def test_no_script_or_style_stands_in_a_page(ana: Browser, house: House) -> None:
    handoff = house.people.open(call_sid="CA1")
    for path in ("/desk", page(handoff), "/desk/settings", "/desk/password", "/desk/nowhere"):
        text = (await ana.get(path)).text
        assert "style=" not in text and "<style" not in text and " onclick" not in text
        assert text.count("<script") == text.count('<script type="module" src="/desk/static/desk.js"></script>') == 1


async def test_an_empty_desk(ana: Browser) -> None:
    text = (await ana.get("/desk")).text
    assert "Nobody is waiting." in text and "Nobody needs a person just now" in text and "/simulator/" not in text


async def test_the_queue_is_ordered_and_says_what_matters(ana: Browser, house: House) -> None:
    second = house.people.open("asked second", ChannelName.SMS, proof=Proof.CLAIMED)
    house.clock.forward(minutes=-10)
    first = house.people.open("asked first", ChannelName.VOICE, proof=Proof.PROVEN)
    others, own = house.people.open("is with Bo"), house.people.open("is with Ana")
    await house.agent("bo", "Bo Lind")
    await house.people.accept(others.id, "bo", None)
    await house.people.accept(own.id, "ana", None)
    house.clock.now = START + timedelta(minutes=2)
    text = (await ana.get("/desk")).text
    order = [text.index(reason) for reason in ("is with Ana", "asked first", "asked second", "is with Bo")]
    assert order == sorted(order)
    entry = text[text.index(f'id="q-{first.id}"') :].split("</a>")[0]
    assert ">12:00<" in entry and "Phone call" in entry and ">PIN verified<" in entry and "place </span>1" in entry
    entry = text[text.index(f'id="q-{second.id}"') :].split("</a>")[0]
    assert ">2:00<" in entry and "SMS" in entry and ">not verified<" in entry and "place </span>2" in entry
    assert "Bo Lind" in text and "Yours" in text and 'data-waiting="2"' in text


async def test_a_conversation_shows_lines_days_and_facts(ana: Browser, house: House) -> None:
    day = timedelta(days=1)
    lines = (
        TranscriptLine(START - day, Author.CUSTOMER, ChannelName.SMS, "where is my card"),
        TranscriptLine(START, Author.BOT, ChannelName.WEB, "Here is\nwhat I know."),
        TranscriptLine(START, Author.AGENT, ChannelName.VOICE, "Ana speaking", "ana"),
        TranscriptLine(START, Author.AGENT, ChannelName.WEB, "From one who left", "zoe"),
        TranscriptLine(START, Author.NOTICE, None, "Call started"),
    )
    slots = (
        SlotFact("card_last_four", "4417", ChannelName.WEB, START),
        SlotFact("proved", True, None, START),
        SlotFact("cards", ["a", "b"], None, START),
        SlotFact("empty", None, None, START),
        SlotFact("requested_slot", "x", None, START),
    )
    addresses = tuple(
        ContactAddress(Address.parse(text), proof, START)
        for text, proof in (("tel:+12025550100", Proof.POSSESSED), ("web:abcdefghijklmnopqrst", Proof.CLAIMED))
    )
    contact = Contact("ct", "c", addresses, START, opted_out=True, locale="es")
    handoff = house.people.open(
        "The reason", ChannelName.WEB, lines, slots=slots, tried=("one thing", "another"), contact=contact
    )
    text = unescape((await ana.get(page(handoff))).text)
    assert text.count('<li class="day">') == 2 and "Friday, 20 November 2026" in text
    for line in ("where is my card", "Here is\nwhat I know.", "Ana speaking", "From one who left", "Call started"):
        assert line in text
    for author in ("Customer", "Assistant", "Ana Reyes", "zoe", "Notice"):
        assert f"<b>{author}</b>" in text
    assert text.count(f'<time datetime="{START.isoformat()}" data-clock>10:00</time>') == 4
    for fact in (
        "Card last four",
        "4417",
        "yes",
        "a, b",
        "+12025550100",
        "abcdefghijkl…",
        "one thing",
        "another",
        "opted out",
        "Spanish",
    ):
        assert fact in text
    assert "Speaks <b>Spanish</b>" in text
    assert "Requested slot" not in text and "<dt>Empty" not in text


async def test_everything_a_customer_sends_is_escaped(ana: Browser, house: House) -> None:
    line = TranscriptLine(START, Author.CUSTOMER, ChannelName.WEB, EVIL)
    slots = (SlotFact("name", EVIL, ChannelName.WEB, START), SlotFact(EVIL, {"a": EVIL}, None, START))
    handoff = house.people.open(EVIL, ChannelName.WEB, (line,), slots=slots, tried=(EVIL,))
    house.people.doubt(handoff.id, EVIL)
    house.people.views[handoff.id] = replace(
        house.people.views[handoff.id], handoff=replace(handoff, rating=Rating(2, EVIL, START))
    )
    for path in (page(handoff), "/desk", f"/desk/parts?handoff={handoff.id}"):
        text = (await ana.get(path)).text
        assert "<script>alert" not in text and "<img" not in text and "&lt;script&gt;alert(1)" in text


async def test_a_rating_stands_beside_the_conversation(ana: Browser, house: House) -> None:
    handoff = house.people.open()
    assert "Rated by the customer" not in (await ana.get(page(handoff))).text
    rated = replace(handoff, rating=Rating(4, "Quick & kind", START))
    house.people.views[handoff.id] = replace(house.people.views[handoff.id], handoff=rated)
    text = (await ana.get(page(handoff))).text
    assert "Rated by the customer" in text and "4 of 5" in text and "Quick &amp; kind" in text


async def test_what_was_typed_stands_in_the_thread_with_what_it_picked_beside_it(ana: Browser, house: House) -> None:
    typed = TranscriptLine(START, Author.CUSTOMER, ChannelName.SMS, "the 2nd one", picked=EVIL)
    handoff = house.people.open("asked", ChannelName.SMS, (typed,))
    text = (await ana.get(page(handoff))).text
    assert ">the 2nd one</p>" in text and "Picked:" in text and "&lt;script&gt;alert(1)" in text and "<script>alert" not in text


async def test_uncertain_sends_are_marked(ana: Browser, house: House, mine: Handoff) -> None:
    await reply(ana, mine, "did this arrive")
    house.people.doubt(mine.id, "did this arrive")
    text = (await ana.get(page(mine))).text
    assert text.count("May not have arrived") == 2


async def test_what_was_not_delivered_says_why_beside_the_words(ana: Browser, house: House) -> None:
    handoff = house.people.open("asked", ChannelName.SMS)
    house.people.say(handoff.id, "Your card is on its way.", Author.AGENT, "ana")
    house.people.doubt(handoff.id, "Your card is on its way.", DeliveryStatus.FAILED, "30006")
    text = (await ana.get(page(handoff))).text
    assert text.count("Not delivered: a landline, or a carrier that cannot be reached: it takes no text messages (30006)") == 2
    assert text.split('id="conversation"')[1].count("Your card is on its way.") == 2


async def test_a_code_that_was_not_delivered_is_told_without_its_words(ana: Browser, house: House) -> None:
    handoff = house.people.open("asked", ChannelName.SMS)
    house.people.doubt(handoff.id, "482913 is your code", DeliveryStatus.FAILED, "expired", Author.NOTICE)
    text = (await ana.get(page(handoff))).text
    assert "it could not be sent while it was still good" in text and "482913" not in text


async def test_what_is_wrong_with_our_accounts_stands_on_the_desk(house: House, browser: Browser, clock: FakeClock) -> None:
    trouble = sentence(Trouble("twilio", "20003", clock()))

    async def troubles() -> list[str]:
        return [trouble]

    app, sessions = web.Application(), house.sessions
    app.add_routes(Desk(house.people, house.agents, sessions, clock=clock, secure_cookies=False, troubles=troubles).routes())
    async with TestServer(app, host="127.0.0.1") as server:
        await house.agent()
        there = Browser(browser.session, str(server.make_url("")).rstrip("/"))
        assert (await there.sign_in("ana", PASSWORD)).status == 303
        for path in ("/desk", "/desk/parts"):
            assert "credentials (20003" in (await there.get(path)).text


@pytest.mark.parametrize(
    ("sends_to", "call", "said"),
    [
        (ChannelName.SMS, None, "goes to SMS"),
        (ChannelName.WEB, None, "goes to Web chat"),
        (ChannelName.VOICE, "CA1", "goes to the phone call, spoken"),
        (None, None, "no channel to reach the customer on"),
    ],
)
async def test_the_composer_says_where_it_goes(
    ana: Browser, house: House, sends_to: ChannelName | None, call: str | None, said: str
) -> None:
    handoff = house.people.open(sends_to=sends_to, call_sid=call)
    await house.people.accept(handoff.id, "ana", None)
    text = (await ana.get(page(handoff))).text
    assert said in text and ('maxlength="1500"' in text)
    composer = text[text.index('<textarea id="reply"') :].split(">")[0]
    assert (" disabled" in composer) is (sends_to is None)


async def test_the_composer_says_why_nothing_can_be_sent(ana: Browser, house: House) -> None:
    handoff = house.people.open(sends_to=None)
    await house.people.accept(handoff.id, "ana", None)
    why = "The customer has opted out of texts (STOP at 14:02)."
    house.people.views[handoff.id] = replace(house.people.views[handoff.id], unreachable=why)
    text = (await ana.get(page(handoff))).text
    assert why in text and "no channel to reach" not in text


async def test_the_composer_is_for_the_one_who_accepted(ana: Browser, house: House) -> None:
    await house.agent("bo", "Bo Lind")
    handoff = house.people.open()
    await house.signed_in("bo")
    waiting = (await ana.get(page(handoff))).text
    assert "Accept the conversation to reply" in waiting and " disabled></textarea>" in waiting and 'id="accept"' in waiting
    await house.people.accept(handoff.id, "bo", None)
    taken = (await ana.get(page(handoff))).text
    assert "Bo Lind has this conversation" in taken and " disabled></textarea>" in taken
    assert 'id="accept"' not in taken and "What was agreed" not in taken


async def test_accept_reply_close_without_script(ana: Browser, house: House) -> None:
    handoff = house.people.open()
    assert (await ana.post(page(handoff, "accept"), {})).location == page(handoff)
    once = (await ana.get(page(handoff))).field("once")
    assert (await reply(ana, handoff, " Hello,\r\nI am Ana. ", once)).location == page(handoff)
    assert "Hello,\nI am Ana." in (await ana.get(page(handoff))).text
    assert (await ana.post(page(handoff, "close"), {"outcome": " new card\n sent "})).location == page(handoff)
    assert house.people.calls == [
        ("accept", handoff.id, "ana", None),
        ("reply", handoff.id, "ana", "Hello,\nI am Ana."),
        ("close", handoff.id, "ana", "new card sent"),
    ]
    closed = (await ana.get(page(handoff))).text
    assert "Closed by Ana Reyes." in closed and "new card sent" in closed and 'name="text"' not in closed
    assert "Nobody is waiting." in closed and "With an agent" not in closed


async def test_the_agents_phone_goes_along(ana: Browser, house: House) -> None:
    await house.agents.set_profile("ana", "Ana", "+12025550143")
    handoff = house.people.open(channel=ChannelName.VOICE, call_sid="CA1")
    assert "Accept and ring +12025550143" in (await ana.get(page(handoff))).text
    await ana.post(page(handoff, "accept"), {})
    assert house.people.calls == [("accept", handoff.id, "ana", "+12025550143")]


async def test_who_is_away_accepts_nothing(ana: Browser, house: House) -> None:
    handoff = house.people.open()
    assert (await ana.post("/desk/available", {"available": "", "back": handoff.id})).location == page(handoff)
    assert "Away</button>" in (await ana.get("/desk")).text
    answer = await ana.post(page(handoff, "accept"), {})
    assert answer.status == 409 and "set to away" in answer.text and house.people.calls == []
    assert (await ana.post("/desk/available", {"available": "1", "back": "//evil.example"})).location == "/desk"
    assert (await ana.post(page(handoff, "accept"), {})).status == 303


@pytest.mark.parametrize("headers", [{}, SCRIPT])
@pytest.mark.parametrize(
    ("verb", "fields"), [("reply", {"text": "my words <b>", "once": "n1"}), ("close", {"outcome": "my words <b>"})]
)
async def test_a_refusal_stands_beside_the_control(
    ana: Browser, house: House, mine: Handoff, verb: str, fields: dict[str, str], headers: dict[str, str]
) -> None:
    house.people.refuse = "The store is closed on Sundays."
    answer = await ana.post(page(mine, verb), fields, **headers)
    assert answer.status == 409 and house.people.calls == []
    error = answer.text[answer.text.index(f'id="{verb}-error"') :].split("</p>")[0]
    assert "The store is closed on Sundays." in error
    assert "my words &lt;b&gt;" in answer.text and ("<html" in answer.text) is not bool(headers)


async def test_an_accept_that_came_too_late(ana: Browser, house: House) -> None:
    await house.agent("bo", "Bo Lind")
    await house.signed_in("bo")
    house.people.names = {"bo": "Bo Lind"}
    handoff = house.people.open()
    await house.people.accept(handoff.id, "bo", None)
    answer = await ana.post(page(handoff, "accept"), {}, **SCRIPT)
    assert answer.status == 409 and "Bo Lind has already accepted" in answer.text and "with Bo Lind" in answer.text


async def test_words_are_given_back_when_the_conversation_went_to_another(ana: Browser, house: House, mine: Handoff) -> None:
    view = house.people.views[mine.id]
    house.people.views[mine.id] = replace(view, handoff=replace(view.handoff, agent="bo"))
    answer = await reply(ana, mine, "my long answer")
    assert answer.status == 409 and "not yours" in answer.text and ">my long answer</textarea>" in answer.text


@pytest.mark.parametrize(
    ("verb", "fields", "sentence"),
    [
        ("reply", {"text": "  \r\n ", "once": "n"}, "Write a reply first."),
        ("reply", {"once": "n"}, "Write a reply first."),
        ("reply", {"text": "x" * 1501, "once": "n"}, "1500 characters"),
        ("close", {"outcome": "  "}, "Choose how it ended"),
        ("close", {}, "Choose how it ended"),
        ("close", {"outcome": "x" * 201}, "up to 200 characters"),
    ],
)
async def test_what_is_typed_is_checked(
    ana: Browser, house: House, mine: Handoff, verb: str, fields: dict[str, str], sentence: str
) -> None:
    answer = await ana.post(page(mine, verb), fields)
    assert answer.status == 422 and sentence in answer.text and house.people.calls == []


async def test_a_reply_that_arrives_twice_is_sent_once(ana: Browser, house: House, mine: Handoff) -> None:
    for _ in range(3):
        assert (await reply(ana, mine, "once only", "n1")).status == 303
    await reply(ana, mine, "once only", "n2")
    assert [call[0] for call in house.people.calls] == ["reply", "reply"]


async def test_a_refused_reply_may_be_sent_again(ana: Browser, house: House, mine: Handoff) -> None:
    house.people.refuse = "Not now."
    assert (await reply(ana, mine, "again")).status == 409
    assert (await reply(ana, mine, "again")).status == 303
    assert len(house.people.calls) == 1


async def test_a_reply_on_its_way_is_not_sent_beside_itself(ana: Browser, house: House, mine: Handoff) -> None:
    await house.sessions.sent.claim(f"ana|{mine.id}|{cause_of('n1', 'again')}")
    answer = await reply(ana, mine, "again")
    assert answer.status == 409 and "being sent" in answer.text and house.people.calls == []


async def test_the_script_gets_parts(ana: Browser, house: House, mine: Handoff) -> None:
    for answer in (
        await ana.get(f"/desk/parts?handoff={mine.id}"),
        await reply(ana, mine, "hello", **SCRIPT),
        await ana.post("/desk/available", {"available": "1", "back": mine.id}, **SCRIPT),
    ):
        assert answer.status == 200 and "<html" not in answer.text
        for part in ("me", "count", "queue", "head", "lines", "composer", "facts", "goes-to", "reply-error", "close", "refused"):
            assert answer.text.count(f'data-part="{part}"') == 1, part


async def test_line_keys_stay_and_are_unique(ana: Browser, house: House, mine: Handoff) -> None:
    for text in ("same", "same", "other"):
        house.people.say(mine.id, text)
    keys = [line.key for day in show.days(house.people.views[mine.id], {}) for line in day.lines]
    house.people.say(mine.id, "same")
    after = [line.key for day in show.days(house.people.views[mine.id], {}) for line in day.lines]
    assert len(set(after)) == 4 and after[:3] == keys


@pytest.mark.parametrize(
    "path", ["/desk/handoffs/h_unknown", "/desk/parts?handoff=h_unknown", "/desk/nowhere", "/desk/handoffs/a%20b"]
)
async def test_unknown_is_404(ana: Browser, path: str) -> None:
    assert (await ana.get(path)).status == 404


@pytest.mark.parametrize(("verb", "fields"), [("accept", {}), ("reply", {"text": "x", "once": "n"}), ("close", {"outcome": "x"})])
async def test_unknown_cannot_be_changed(ana: Browser, verb: str, fields: dict[str, str]) -> None:
    answer = await ana.post(f"/desk/handoffs/h_unknown/{verb}", fields)
    assert answer.status == 404 and "There is no such conversation." in answer.text


async def test_a_store_that_is_down_is_503_with_a_sentence(ana: Browser, house: House, mine: Handoff) -> None:
    house.people.down = True
    for path in ("/desk", page(mine)):
        answer = await ana.get(path)
        assert answer.status == 503 and "does not answer" in answer.text
    answer = await reply(ana, mine, "typed with <care>")
    assert answer.status == 503 and "typed with &lt;care&gt;" in answer.text
    answer = await reply(ana, mine, "typed with <care>", **SCRIPT)
    assert answer.status == 503 and answer.text.startswith("The store does not answer")
    house.people.down = False
    assert (await reply(ana, mine, "typed with <care>")).status == 303 and len(house.people.calls) == 1


async def test_redis_away_is_503_too(ana: Browser, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    async def away(*_: object) -> None:
        raise RedisAway("refused")

    monkeypatch.setattr(house.redis, "hgetall", away)
    answer = await ana.get("/desk")
    assert answer.status == 503 and "refused" not in answer.text


@pytest.mark.parametrize(("seconds", "shown"), [(-5, "0:00"), (0, "0:00"), (59.9, "0:59"), (723, "12:03"), (3765, "1:02:45")])
def test_waited(seconds: float, shown: str) -> None:
    assert show.waited(seconds) == shown


async def test_two_agents_see_the_same_queue(browser_of: Callable[[], Browser], ana: Browser, house: House) -> None:
    await house.agent("bo", "Bo Lind")
    bo = browser_of()
    await bo.sign_in("bo", PASSWORD)
    handoff = house.people.open("for both")
    await ana.post(page(handoff, "accept"), {})
    assert "Ana Reyes" in (await bo.get("/desk")).text


@pytest.mark.parametrize(
    ("body", "kind", "origin"),
    [
        (b"csrf=\xff\xfe&text=\xff", "application/x-www-form-urlencoded", None),
        (b"x", "application/x-www-form-urlencoded; charset=utf-7", None),
        (b"{}", "application/json", None),
        (b"--x\r\nbroken", "multipart/form-data; boundary=x", None),
        (b"", "application/x-www-form-urlencoded", "http://["),
    ],
)
async def test_bodies_that_are_no_form_of_ours(ana: Browser, mine: Handoff, body: bytes, kind: str, origin: str | None) -> None:
    headers = {"Content-Type": kind, "Origin": origin or ana.base}
    async with ana.session.post(ana.base + page(mine, "reply"), data=body, headers=headers) as response:
        assert response.status == 403 and "out of date" in await response.text()


@pytest.mark.parametrize("cookie", ["", "x", "a" * 43, "\udcff" * 43, "a" * 5000, '"'])
async def test_cookies_that_are_not_ours(browser: Browser, cookie: str) -> None:
    raw = f"ot_desk={cookie}".encode("utf-8", "surrogateescape").decode("latin-1")
    assert (await browser.get("/desk", Cookie=raw)).status == 303
    assert (await browser.get("/desk/sign-in?next=%ff", Cookie=raw)).status == 200


async def test_control_characters_are_dropped(ana: Browser, house: House, mine: Handoff) -> None:
    assert (await reply(ana, mine, "a\x00b\x1b[2J\tc\nd")).status == 303
    assert house.people.calls[0][3] == "ab[2J\tc\nd"


async def test_joined_conversations_are_shown_and_taken_apart_by_who_has_it(ana: Browser, house: House, mine: Handoff) -> None:
    link = LinkFact("l_1", START, (Address.parse("web:abc"),), how="link")
    house.people.views[mine.id] = replace(house.people.views[mine.id], links=(link,))
    shown = (await ana.get(page(mine))).text
    assert "Joined" in shown and "Take apart" in shown and "abc" in shown and "by a link texted to the phone" in shown
    await ana.post(page(mine, "unlink"), {"link": "l_1"})
    after = (await ana.get(page(mine))).text
    assert "Taken apart again" in after and "Take apart" not in after
    refused = await ana.post(page(mine, "unlink"), {"link": "l_9"})
    assert "There is no such link." in refused.text


async def test_the_queue_says_who_has_left_and_counts_them_no_place(house: House, ana: Browser) -> None:
    gone = house.people.open("Gone", ChannelName.VOICE)
    closed = house.people.open("Closed the chat", ChannelName.WEB)
    rests = house.people.open("Rests", ChannelName.VOICE)
    there = house.people.open("There", ChannelName.VOICE, call_sid="CA" + "0" * 32)
    moment = house.clock()
    back = Callback("+12025550100", moment, tries=1, result="busy", not_before=moment + timedelta(minutes=20))
    for handoff, change in ((gone, {"left_at": moment}), (closed, {"left_at": moment}), (rests, {"callback": back})):
        view = house.people.views[handoff.id]
        house.people.views[handoff.id] = replace(view, handoff=replace(handoff, **change))  # type: ignore[arg-type]
    text = (await ana.get("/desk")).text
    assert text.index(f"q-{there.id}") < text.index(f"q-{gone.id}"), "who is there is answered first"
    assert text.count('title="Place in the queue"') == 1 and "With an agent" not in text
    seen = " ".join(re.sub("<[^>]+>", " ", text).split())
    assert "hung up 10:00" in seen and "left the chat 10:00" in seen and "called back at 10:20" in seen
    assert "hung up 10:00" in " ".join(re.sub("<[^>]+>", " ", (await ana.get(page(gone))).text).split())


async def test_other_words_in_a_form_that_was_sent_already_are_another_reply(ana: Browser, house: House, mine: Handoff) -> None:
    """The answer to the first was lost, or the page is an old one: the agent sees the new words sent, so they must be."""
    for text in ("One moment", "One moment", "One moment, please"):
        await reply(ana, mine, text)
    assert [call[3] for call in house.people.calls if call[0] == "reply"] == ["One moment", "One moment, please"]
