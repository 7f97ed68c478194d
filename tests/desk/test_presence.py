"""Who is there: what agents said of themselves, and whether they are signed in at all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.ports.handoff_target import agent_at
from bot.routing.deciding import Worker
from bot.routing.rules import QueueRules, Rules
from desk.presence import GRACE, Presence
from desk.sessions import IDLE, LONGEST
from tests.desk.conftest import PASSWORD, Browser, House


@pytest.fixture
def presence(house: House) -> Presence:
    return Presence(house.agents, house.sessions, house.clock)


async def names(presence: Presence) -> list[str]:
    return [agent.username for agent in await presence.at_desk()]


async def test_nobody_is_there_who_has_never_signed_in(house: House, presence: Presence) -> None:
    await house.agent("kim", phone="+1 202 555 0161")
    assert await names(presence) == [] and await presence.how_many() == 0 and await presence.phones() == []


async def test_there_from_signing_in_to_signing_out(ana: Browser, presence: Presence) -> None:
    assert await names(presence) == ["ana"]
    await ana.post("/desk/sign-out", {})
    assert await names(presence) == []


async def test_away_is_not_there_though_signed_in(ana: Browser, presence: Presence) -> None:
    await ana.post("/desk/available", {"available": ""})
    assert await names(presence) == []
    await ana.post("/desk/available", {"available": "1"})
    assert await names(presence) == ["ana"]


async def test_of_two_browsers_the_other_one_keeps_an_agent_there(
    house: House, ana: Browser, browser_of: Callable[[], Browser], presence: Presence
) -> None:
    await browser_of().sign_in("ana", PASSWORD)
    await ana.post("/desk/sign-out", {})
    assert await names(presence) == ["ana"]


async def test_a_page_that_is_open_keeps_an_agent_there_though_they_only_read(
    house: House, ana: Browser, presence: Presence
) -> None:
    for _ in range(10):
        house.clock.forward(minutes=1)
        await ana.get("/desk/parts", **{"X-Desk": "parts"})
    assert await names(presence) == ["ana"]


async def test_a_page_that_is_open_does_not_keep_an_idle_session(house: House, ana: Browser, presence: Presence) -> None:
    for _ in range(61):
        house.clock.forward(minutes=1)
        await ana.get("/desk/parts", **{"X-Desk": "parts"})
    assert await names(presence) == []


async def test_a_browser_that_died_is_gone_after_the_grace(house: House, ana: Browser, presence: Presence) -> None:
    house.clock.forward(seconds=GRACE.total_seconds() - 1)
    assert await names(presence) == ["ana"], "a reload, or a gateway that starts anew"
    house.clock.forward(seconds=1)
    assert await names(presence) == []
    await ana.get("/desk")
    assert await names(presence) == ["ana"], "and back with the next look"


async def test_who_left_the_desk_is_still_rung_by_phone_until_the_session_ends(house: House, presence: Presence) -> None:
    await house.agent("kim", phone="+1 202 555 0161")
    await house.signed_in("kim")
    house.clock.forward(minutes=30)
    assert await names(presence) == [], "nobody sees the queue"
    assert await presence.phones() == [("kim", "+12025550161")], "but kim said: by phone"
    house.clock.forward(minutes=30)
    assert await presence.phones() == [], "a session that nobody used for an hour is over"


@pytest.mark.parametrize("end", [IDLE, LONGEST, LONGEST + timedelta(days=300)])
async def test_sessions_that_are_over_count_for_nothing(house: House, ana: Browser, presence: Presence, end: timedelta) -> None:
    house.clock.forward(seconds=end.total_seconds())
    assert await names(presence) == [] and await house.sessions.live() == []


async def test_a_new_password_ends_what_was_there_before(house: House, ana: Browser, presence: Presence) -> None:
    await house.agents.set_password("ana", "another long password")
    assert await names(presence) == []


async def test_a_one_time_password_alone_makes_nobody_present(house: House, browser: Browser, presence: Presence) -> None:
    """They see no queue before they have chosen a password."""
    made = await house.agents.add("bo")
    await browser.sign_in("bo", made.password)
    assert await names(presence) == []


async def test_the_desk_shows_the_same_truth(house: House, ana: Browser) -> None:
    await house.agent("kim", "Kim Park")
    assert "At the desk: Ana Reyes<" in (await ana.get("/desk")).text
    await house.signed_in("kim")
    assert "At the desk: Ana Reyes, Kim Park<" in (await ana.get("/desk")).text
    await ana.post("/desk/available", {"available": ""})
    house.clock.forward(seconds=GRACE.total_seconds())
    assert "Nobody is available at the desk" in (await ana.get("/desk")).text


async def test_a_conversation_whose_agent_has_left_can_be_taken_over(
    house: House, ana: Browser, browser_of: Callable[[], Browser], presence: Presence
) -> None:
    """Kim signs out (or the browser dies, or goes home): what the customer writes would be read by nobody."""
    await house.agent("kim", "Kim Ode")
    kim = browser_of()
    await kim.sign_in("kim", PASSWORD)
    handoff = house.people.open()
    page = f"/desk/handoffs/{handoff.id}"
    await kim.post(f"{page}/accept", {})
    shown = (await ana.get(page)).text
    assert 'id="accept"' not in shown and "Kim Ode is at the desk and sees that you took it" in shown, "asked before it is taken"
    assert (await ana.post(f"{page}/accept", {})).status == 409, "Kim is there"
    await kim.post("/desk/sign-out", {})
    shown = (await ana.get(page)).text
    assert 'id="accept">Take over' in shown and "who is not at the desk" in shown
    assert "not at the desk" in (await ana.get("/desk")).text, "in the queue's row"
    assert (await ana.post(f"{page}/accept", {})).status == 303
    assert (await house.people.view(handoff.id)).handoff.agent == "ana"
    assert "Take over" not in (await ana.get(page)).text


@pytest.mark.parametrize("how", ["the browser died", "away with the page open", "disabled", "removed", "talks on the phone"])
async def test_who_counts_as_having_left_a_conversation(house: House, ana: Browser, presence: Presence, how: str) -> None:
    handoff = house.people.open(call_sid="CA1" if how == "talks on the phone" else None)
    taken = await house.people.accept(handoff.id, "ana", None)
    assert not await presence.left_behind(taken) and not await presence.left_behind(handoff), "neither hers nor one that waits"
    if how == "away with the page open":
        await ana.post("/desk/available", {"available": ""})
    elif how == "disabled":
        await house.agents.disable("ana")
    elif how == "removed":
        await house.agents.remove("ana")
    else:
        house.clock.forward(seconds=GRACE.total_seconds())
    assert await presence.left_behind(taken) is (how in ("the browser died", "disabled", "removed"))


async def test_nobody_here_knows_whether_people_of_another_desk_have_left(house: House, presence: Presence) -> None:
    handoff = house.people.open()
    taken = await house.people.accept(handoff.id, agent_at("Maria Lopez", "chatwoot"), None)
    house.clock.forward(seconds=10 * GRACE.total_seconds())
    assert not await presence.left_behind(taken) and not await presence.absent([taken])


@pytest.mark.parametrize(("after", "absent"), [(timedelta(0), False), (GRACE, True)])
async def test_who_is_away_and_does_nothing_is_absent_in_a_while_though_the_page_is_open(
    house: House, ana: Browser, presence: Presence, after: timedelta, absent: bool
) -> None:
    handoff = await house.people.accept(house.people.open().id, "ana", None)
    await ana.post("/desk/available", {"available": ""})
    house.clock.forward(seconds=after.total_seconds())
    await ana.get("/desk/parts", **{"X-Desk": "parts"})
    assert bool(await presence.absent([handoff])) is absent and not await presence.left_behind(handoff)
    await ana.get("/desk")
    assert not await presence.absent([handoff]), "who does something is there"


async def test_who_is_available_with_an_open_page_or_on_the_phone_is_not_absent(
    house: House, ana: Browser, presence: Presence
) -> None:
    handoff = await house.people.accept(house.people.open().id, "ana", None)
    house.clock.forward(seconds=GRACE.total_seconds())
    await ana.get("/desk/parts", **{"X-Desk": "parts"})
    assert not await presence.absent([handoff])
    await ana.post("/desk/sign-out", {})
    assert await presence.absent([handoff]) == {handoff.id} and not await presence.absent([replace(handoff, call_sid="CA1")])


@pytest.mark.parametrize("status", ["break", "away", "wrap_up"])
async def test_what_an_agent_does_instead_is_said_with_a_reason(
    house: House, ana: Browser, presence: Presence, status: str
) -> None:
    await ana.post("/desk/available", {"status": status, "reason": " to the   dentist "})
    agent = await house.agents.get("ana")
    assert agent and (agent.work.status, agent.work.reason, agent.available) == (status, "to the dentist", False)
    assert await names(presence) == [] and await presence.workers() == []
    await ana.post("/desk/settings", {"display_name": "Ana Reyes", "phone": ""})
    kept = await house.agents.get("ana")
    assert kept and kept.work == agent.work, "settings that do not change it keep it"
    await ana.post("/desk/available", {"status": "asleep"})
    assert (await house.agents.get("ana")) == kept, "what there is not is not set"
    await ana.post("/desk/available", {"status": "available"})
    back = await house.agents.get("ana")
    assert back and (back.available, back.work.reason) == (True, "") and await names(presence) == ["ana"]


async def test_a_queue_is_served_by_who_has_its_skills(house: House, ana: Browser) -> None:
    rules = Rules({"cards": QueueRules(skills=frozenset({"cards"}))}, chats=4)
    presence = Presence(house.agents, house.sessions, house.clock, rules)
    assert (await presence.serving("cards"), await presence.serving("general")) == (0, 1)
    await house.agents.set_skills("ana", ["cards"], ["es"], None)
    assert await presence.serving("cards") == 1
    assert await presence.workers() == [Worker("ana", frozenset({"cards"}), frozenset({"es"}), 4)]
    await house.agents.set_skills("ana", [], [], 2)
    assert await presence.workers() == [Worker("ana", chats=2)]


async def test_who_let_an_offer_pass_is_away_until_they_say_otherwise(house: House, ana: Browser) -> None:
    await house.agents.missed("ana")
    assert "You let pass what was offered to you" in (await ana.get("/desk")).text
    await house.agents.missed("ana")
    await ana.post("/desk/available", {"available": "1"})
    assert "You let pass" not in (await ana.get("/desk")).text


async def test_who_writes_up_is_not_gone(house: House, ana: Browser, presence: Presence) -> None:
    """Their conversations stay theirs; who is away and does nothing has them no more after a while."""
    handoff = house.people.open()
    mine = await house.people.accept(handoff.id, "ana", None)
    for status, gone in (("wrap_up", frozenset()), ("break", {mine.id})):
        await ana.post("/desk/available", {"status": status})
        for _ in range(3):
            house.clock.forward(minutes=1)
            await ana.get("/desk/parts", **{"X-Desk": "parts"})
        assert await presence.absent([mine]) == gone
