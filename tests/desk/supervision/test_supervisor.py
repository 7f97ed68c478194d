"""The supervisor's page: for supervisors alone; the floor as it is; skills, away, moving."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from bot.model.agent_steps import AgentStep, GiveTo, Move, Release
from bot.model.handoffs import HeadStart
from desk.accounts.work import Status
from desk.supervision.pages import PATH, read_skills
from tests.desk.conftest import PASSWORD, Browser, House
from tests.desk.test_desk_pages import EVIL, SCRIPT

FORMS = (f"{PATH}/agents/bo/skills", f"{PATH}/agents/bo/away", f"{PATH}/handoffs/h_1/move")


@pytest.fixture
async def boss(ana: Browser, house: House) -> Browser:
    """Ana supervises; Bo works."""
    await house.agents.set_role("ana", "supervisor")
    await house.agent("bo", "Bo Lind")
    return ana


async def test_it_is_for_supervisors_alone(house: House, ana: Browser) -> None:
    assert (await ana.get(PATH)).status == 403 and PATH not in (await ana.get("/desk")).text
    for path in FORMS:
        assert (await ana.post(path, {"skills": "cards", "to": "line:"})).status == 403, path
    assert house.people.calls == []
    await house.agents.set_role("ana", "supervisor")
    assert (await ana.get(PATH)).status == 200 and f'href="{PATH}"' in (await ana.get("/desk")).text


async def test_nobody_comes_in_unsigned(house: House, browser: Browser) -> None:
    assert (await browser.get(PATH)).status == 303
    assert (await browser.get(PATH, **SCRIPT)).status == 401


async def test_the_floor_as_it_is(house: House, boss: Browser, browser_of: Callable[[], Browser]) -> None:
    urgent = replace(house.people.open(EVIL), ahead=(HeadStart("signal.urgent", 5),))
    house.people.views[urgent.id] = replace(house.people.views[urgent.id], handoff=urgent)
    mine = house.people.open()
    await browser_of().sign_in("bo", PASSWORD)
    await house.people.accept(mine.id, "bo", None)
    await house.agents.set_status("ana", Status.BREAK, EVIL)
    page = (await boss.get(PATH)).text
    assert "5 min ahead: urgent 5" in page and EVIL not in page
    assert 'id="agent-bo"' in page and "1 in writing, 0 on the phone" in page and "Break" in page
    assert "Nothing is recorded" in page, "no figures without records"
    parts = await boss.get(PATH, **SCRIPT)
    assert "<html" not in parts.text and 'data-part="agents"' in parts.text


async def test_skills_are_set_and_what_is_none_is_refused(house: House, boss: Browser) -> None:
    await boss.post(FORMS[0], {"skills": "cards loans", "languages": "ES", "chats": "5"})
    bo = await house.agents.get("bo")
    assert bo and (bo.work.skills, bo.work.languages, bo.work.chats) == ({"cards", "loans"}, {"es"}, 5)
    refused = await boss.post(FORMS[0], {"skills": "<b>", "languages": "", "chats": ""})
    assert refused.status == 409 and "Skills are words" in refused.text
    assert (await boss.post(f"{PATH}/agents/nobody/skills", {"skills": "cards"})).status == 409
    assert (await house.agents.get("bo")) == bo


@pytest.mark.parametrize(
    ("fields", "read"),
    [
        ({"skills": "a b", "languages": "es", "chats": "50"}, (["a", "b"], ["es"], 50)),
        ({}, ([], [], None)),
        ({"chats": "0"}, None),
        ({"chats": "51"}, None),
        ({"chats": "-1"}, None),
        ({"languages": "spanish"}, None),
        ({"skills": "x" * 41}, None),
    ],
)
def test_what_a_form_of_skills_says(fields: dict[str, str], read: object) -> None:
    assert read_skills(fields) == read


async def test_who_forgot_it_is_set_to_away(house: House, boss: Browser) -> None:
    await boss.post(FORMS[1], {})
    bo = await house.agents.get("bo")
    assert bo and (bo.available, bo.work.reason) == (False, "set by Ana Reyes")
    assert (await boss.post(f"{PATH}/agents/nobody/away", {})).status == 409


@pytest.mark.parametrize(
    ("to", "step"),
    [
        ("line:", Release(anyhow=True)),
        ("queue:cards", Move("cards", anyhow=True)),
        ("agent:bo", GiveTo("bo", anyhow=True)),
    ],
)
async def test_what_is_open_is_moved_whoever_has_it(house: House, boss: Browser, to: str, step: AgentStep) -> None:
    handoff = house.people.open()
    await boss.post(f"{PATH}/handoffs/{handoff.id}/move", {"to": to})
    assert house.people.calls == [("step", handoff.id, "ana", step)]


async def test_a_refusal_is_a_sentence_on_the_page(house: House, boss: Browser) -> None:
    handoff = house.people.open()
    assert "Choose where it goes" in (await boss.post(f"{PATH}/handoffs/{handoff.id}/move", {"to": "moon:"})).text
    house.people.refuse = "It is in that queue already."
    refused = await boss.post(f"{PATH}/handoffs/{handoff.id}/move", {"to": "queue:general"})
    assert refused.status == 409 and "It is in that queue already." in refused.text
