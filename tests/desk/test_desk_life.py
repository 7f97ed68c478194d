"""What an agent does with a conversation beside answering: hands it over, lets it rest, closes it, opens it again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest

from bot.model import ChannelName, Closing, Handoff, HandoffState, Note, Offer
from bot.model.agent_steps import (
    AgentStep,
    AskIn,
    Decline,
    GiveTo,
    GoOut,
    JoinIn,
    Move,
    Release,
    Reminded,
    Reopen,
    Resume,
    Snooze,
    TakeOver,
    WriteNote,
)
from bot.ports import HandoffRefused
from desk.life.times import moment_of
from desk.words.wishes import wishes_in
from tests.desk.conftest import PASSWORD, Browser, House
from tests.desk.fake_people import START, FakeClock
from tests.desk.test_desk_pages import EVIL, SCRIPT, page

FORMS: dict[str, tuple[dict[str, str], AgentStep]] = {
    "release": ({"note": "why"}, Release("why")),
    "move": ({"queue": "cards", "note": "why"}, Move("cards", "why")),
    "offer": ({"to": "bo", "note": "why"}, GiveTo("bo", "why")),
    "ask-in": ({"to": "bo", "note": "why"}, AskIn("bo", "why")),
    "join-in": ({}, JoinIn()),
    "go-out": ({}, GoOut()),
    "decline": ({"note": "on my break"}, Decline("on my break")),
    "take-over": ({"owner": "bo"}, TakeOver("bo")),
    "snooze": ({"for": "1h"}, Snooze(START + timedelta(hours=1))),
    "resume": ({}, Resume()),
    "note": ({"note": "a\r\nb"}, WriteNote("a\nb")),
    "reopen": ({}, Reopen()),
    "reminded": ({}, Reminded()),
}


async def kept(house: House, handoff: Handoff, **more: object) -> Handoff:
    """In another state, as the core would have made it."""
    house.people.becomes = lambda _now: replace(handoff, **more)  # type: ignore[arg-type]
    await house.people.step(handoff.id, "nobody", Resume())
    house.people.becomes = lambda now: now
    house.people.calls.clear()
    return house.people.views[handoff.id].handoff


@pytest.fixture
async def mine(ana: Browser, house: House) -> Handoff:
    """Ana's."""
    handoff = house.people.open()
    taken = await house.people.accept(handoff.id, "ana", None)
    house.people.calls.clear()
    return taken


@pytest.mark.parametrize("name", FORMS)
async def test_each_form_is_a_step_and_leads_back_to_the_page(ana: Browser, house: House, mine: Handoff, name: str) -> None:
    fields, step = FORMS[name]
    answer = await ana.post(page(mine, name), fields)
    assert (answer.status, answer.location) == (303, page(mine))
    assert house.people.calls == [("step", mine.id, "ana", step)]


@pytest.mark.parametrize("name", [*FORMS, "close"])
async def test_no_form_is_taken_from_elsewhere_or_from_nobody(
    browser_of: Callable[[], Browser], ana: Browser, house: House, mine: Handoff, name: str
) -> None:
    fields = {"code": "resolved"} if name == "close" else FORMS[name][0]
    assert (await ana.post(page(mine, name), fields | {"csrf": "x"})).status == 403
    assert (await ana.post(page(mine, name), fields, origin="https://evil.example")).status == 403
    assert (await browser_of().post(page(mine, name), fields)).location.startswith("/desk/sign-in")
    assert (await ana.get(page(mine, name))).status == 404, "and no link does it"
    assert house.people.calls == []


@pytest.mark.parametrize("name", FORMS)
async def test_what_the_core_refuses_is_said_on_the_page_and_changes_nothing(
    ana: Browser, house: House, mine: Handoff, name: str
) -> None:
    house.people.refuse = "Not like that."
    answer = await ana.post(page(mine, name), FORMS[name][0], **SCRIPT)
    assert answer.status == 409 and house.people.calls == []
    shown = {"release", "move", "offer", "snooze", "note"}
    assert ("Not like that." in answer.text) or name not in shown


@pytest.mark.parametrize("name", ["take-over", "reopen"])
async def test_who_is_away_takes_nothing(ana: Browser, house: House, mine: Handoff, name: str) -> None:
    await ana.post("/desk/available", {"available": ""})
    house.people.calls.clear()
    answer = await ana.post(page(mine, name), FORMS[name][0])
    assert answer.status == 409 and house.people.calls == []


@pytest.mark.parametrize(
    ("fields", "until"),
    [
        ({}, None),
        ({"for": "7d"}, START + timedelta(days=7)),
        ({"for": "7d", "at": "2026-11-22T09:30:00.000+01:00"}, START + timedelta(hours=22, minutes=30)),
        ({"at": "2026-11-22T08:30:00.000Z"}, START + timedelta(hours=22, minutes=30)),
    ],
)
def test_until_when_is_a_span_or_a_time_with_its_zone(fields: dict[str, str], until: object) -> None:
    assert moment_of(fields, FakeClock()) == until


@pytest.mark.parametrize("fields", [{"for": "2y"}, {"at": "tomorrow"}, {"at": "2026-11-22T09:30"}])
def test_another_time_is_refused(fields: dict[str, str]) -> None:
    with pytest.raises(HandoffRefused, match="no time"):
        moment_of(fields, FakeClock())


async def test_it_is_closed_with_how_it_ended_and_what_was_agreed_may_be_empty(ana: Browser, house: House, mine: Handoff) -> None:
    text = (await ana.get(page(mine))).text
    assert '<option value="resolved">Resolved</option>' in text and 'name="outcome"' in text
    ended = {"code": "resolved", "outcome": "", "note": "was cross", "intent": "order_card", "for": "1d"}
    assert (await ana.post(page(mine, "close"), ended)).status == 303
    closed = house.people.views[mine.id].handoff
    assert (closed.outcome, closed.closing) == ("", Closing("resolved", "order_card", "was cross", START + timedelta(days=1)))
    shown = (await ana.get(page(mine))).text
    assert "Resolved." in shown and "was cross" in shown and 'action="' + page(mine, "reopen") in shown


async def test_notes_stand_in_the_thread_in_their_own_colour_and_are_inert(ana: Browser, house: House, mine: Handoff) -> None:
    house.people.say(mine.id, "hello")
    notes = (Note("n_1", START, "ana", EVIL), Note("n_2", START, "bo", "look", "offered"), Note("n_3", START, "ana", "", "taken"))
    await kept(house, mine, notes=notes)
    text = (await ana.get(page(mine))).text
    assert text.count('<li class="line note"') == 3 and "<script>alert" not in text
    assert "Note by Ana Reyes" in text and "Offered it to a colleague: look" in text and "Took it over" in text


async def test_who_has_it_may_hand_it_over_to_who_is_at_the_desk(
    ana: Browser, house: House, mine: Handoff, browser_of: Callable[[], Browser]
) -> None:
    assert "No colleague is available at the desk." in (await ana.get(page(mine))).text
    await house.agent("bo", "Bo <b>Lind")
    await browser_of().sign_in("bo", PASSWORD)
    text = (await ana.get(page(mine))).text
    assert '<option value="bo">Bo &lt;b&gt;Lind</option>' in text and '<option value="cards">Cards</option>' in text
    assert '<option value="ana">' not in text


async def test_a_colleague_sees_what_is_offered_to_them_and_nobody_else_may_take_it(
    ana: Browser, house: House, mine: Handoff, browser_of: Callable[[], Browser]
) -> None:
    await house.agent("bo", "Bo Lind")
    bo = browser_of()
    await bo.sign_in("bo", PASSWORD)
    offer = Offer("bo", START + timedelta(minutes=2), "ana")
    await kept(house, mine, state=HandoffState.OFFERED, offer=offer)
    at_bos = (await bo.get(page(mine))).text
    assert f'id="o-{mine.id}"' in at_bos and "Ana Reyes offers you this conversation." in at_bos and 'id="take"' in at_bos
    at_anas = (await ana.get(page(mine))).text
    assert f'id="o-{mine.id}"' not in at_anas and 'id="take-back"' in at_anas and "offered to Bo Lind until" in unescape(at_anas)
    assert 'name="text"' in at_anas, "she still has it"


async def test_a_colleague_is_asked_once_before_they_take_over_and_who_had_it_sees_it(
    ana: Browser, house: House, mine: Handoff, browser_of: Callable[[], Browser]
) -> None:
    await house.agent("bo", "Bo Lind")
    bo = browser_of()
    await bo.sign_in("bo", PASSWORD)
    text = (await bo.get(page(mine))).text
    assert "Ana Reyes is at the desk and sees that you took it" in text and 'name="owner" value="ana"' in text
    assert 'id="take-over"' not in (await ana.get(page(mine))).text
    await kept(house, mine, agent="bo", taken_from="ana")
    assert "Bo Lind took this conversation over from you." in (await ana.get(page(mine))).text


@pytest.mark.parametrize("state", [HandoffState.SNOOZED, HandoffState.FOR_CUSTOMER])
async def test_what_rests_says_until_when_and_its_agent_may_go_on(
    ana: Browser, house: House, mine: Handoff, state: HandoffState
) -> None:
    until = START + timedelta(hours=3) if state is HandoffState.SNOOZED else None
    await kept(house, mine, state=state, snoozed_until=until)
    text = (await ana.get(page(mine))).text
    assert ("snoozed until" if until else "waits for the customer") in text
    assert 'id="resume"' in text and 'id="snooze"' not in text and f'id="q-{mine.id}"' in text


async def test_what_waits_for_an_agent_stands_on_top_of_the_queue(ana: Browser, house: House, mine: Handoff) -> None:
    await kept(house, mine, state=HandoffState.WRAP_UP, closed_at=START)
    text = (await ana.get("/desk")).text
    assert f'id="t-{mine.id}"' in text and "To be written up" in text
    assert "Write up" in (await ana.get(page(mine))).text
    due = Closing("resolved", remind_at=START - timedelta(minutes=1))
    await kept(house, mine, state=HandoffState.CLOSED, closed_at=START, closing=due)
    text = (await ana.get("/desk")).text
    assert "Reminder" in text and page(mine, "reminded") in text


def test_what_customers_want_is_named_as_the_designers_do() -> None:
    found = wishes_in(Path("domain"))
    assert found["speak_to_person"] == "Speak to a person" and list(found.values()) == sorted(found.values(), key=str.casefold)


async def test_who_is_asked_in_finds_it_and_may_write(house: House, ana: Browser) -> None:
    await house.agent("bo", "Bo Lind")
    await house.signed_in("bo")
    handoff = house.people.open()
    theirs = await house.people.accept(handoff.id, "bo", None)
    assert 'id="join-in"' in (await ana.get(page(handoff))).text
    await kept(house, theirs, helpers=("ana",))
    text = (await ana.get(page(handoff))).text
    assert f'id="i-{handoff.id}"' in text and 'id="go-out"' in text and 'placeholder="Write a reply"' in text
    csrf = {"text": "Good morning", "once": "1" * 32, "via": "sms"}
    assert (await ana.post(f"{page(handoff)}/reply", csrf)).status == 303
    assert house.people.calls[-1] == ("reply", handoff.id, "ana", "Good morning", ChannelName.SMS)
