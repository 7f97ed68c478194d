"""What a language model drafted stands beside the reason, named as that; nothing in it can run."""

from __future__ import annotations

from dataclasses import replace

from bot.model.handoffs import Draft
from tests.desk.conftest import Browser, House
from tests.desk.fake_people import START


async def test_drafted_lines_are_shown_as_drafted_beside_the_reason(house: House, ana: Browser) -> None:
    handoff = house.people.open("The name did not match")
    drafted = replace(handoff, draft=Draft(START, "d_1", ("Wants a card.", "<b>Nothing</b> was tried.")))
    house.people.views[handoff.id] = replace(house.people.views[handoff.id], handoff=drafted)
    page = (await ana.get(f"/desk/handoffs/{handoff.id}")).text
    assert "Wants a card." in page and "&lt;b&gt;Nothing&lt;/b&gt; was tried." in page
    assert "Drafted by a language model" in page and page.count("The name did not match") >= 2


async def test_without_a_draft_nothing_is_said_of_one(house: House, ana: Browser) -> None:
    handoff = house.people.open()
    asked = replace(handoff, draft=Draft(START, "d_1"))
    assert "Drafted by" not in (await ana.get(f"/desk/handoffs/{handoff.id}")).text
    house.people.views[handoff.id] = replace(house.people.views[handoff.id], handoff=asked)
    assert "Drafted by" not in (await ana.get(f"/desk/handoffs/{handoff.id}")).text
