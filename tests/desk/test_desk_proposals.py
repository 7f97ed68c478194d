"""A reply is proposed as an article, once and masked; supervisors see what was proposed and decide."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from bot.model import Author, Fact, Handoff
from bot.redis_store.client.base import connect
from bot.redis_store.facts import RedisFacts
from desk.agents import AgentDirectory
from records.errors import RecordsUnavailable
from records.sql import Proposal
from tests.bot.conftest import facts_on
from tests.desk.conftest import PASSWORD, Browser, House, cheap_passwords, opened_house
from tests.desk.fake_people import START, FakeClock
from tests.desk.test_desk_articles import shop

OPEN = Proposal(id="ap_1", at=START, by="ana", article="", question="do you mend tyres?", reply="We do.")


@dataclass(slots=True)
class Kept:
    """What the records say was proposed."""

    found: list[Proposal] = field(default_factory=lambda: [OPEN])
    away: bool = False

    async def listed(self) -> Sequence[Proposal]:
        if self.away:
            raise RecordsUnavailable("away")
        return self.found


@pytest.fixture
def kept() -> Kept:
    """One open proposal."""
    return Kept()


@pytest.fixture
async def house(redis_url: str, clock: FakeClock, tmp_path: Path, kept: Kept) -> AsyncIterator[House]:
    """A desk with articles, of which is told."""
    client = connect(redis_url)
    facts = RedisFacts(client)
    agents = AgentDirectory(client, cheap_passwords(), facts=facts, clock=clock)
    async with opened_house(client, agents, clock, facts=facts, articles=shop(tmp_path), proposed=kept.listed) as opened:
        yield opened
    await client.aclose()


async def answered(house: House, ana: Browser) -> tuple[Handoff, str]:
    """A conversation with a reply of Ana's, and the reply's line."""
    handoff = house.people.open()
    await house.people.accept(handoff.id, "ana", None)
    house.people.say(handoff.id, "do you mend tyres? my card is 4111 1111 1111 1111")
    house.people.say(handoff.id, "We do, for $10.", Author.AGENT, "ana")
    page = (await ana.get(f"/desk/handoffs/{handoff.id}")).text
    found = re.search(r'name="line" value="([^"]+)"', page)
    assert found
    return handoff, found[1]


async def told(house: House, kind: str) -> list[Fact]:
    return [fact for fact in await facts_on(house.redis) if fact.kind == kind]


async def test_a_reply_is_proposed_with_the_question_before_it_masked_and_once(house: House, ana: Browser) -> None:
    handoff, line = await answered(house, ana)
    for _ in range(2):
        answer = await ana.post(f"/desk/handoffs/{handoff.id}/propose", {"line": line, "article": ""}, **{"X-Desk": "parts"})
        assert answer.status == 200
    (fact,) = await told(house, "article_proposed")
    assert fact.body["reply"] == "We do, for $10." and fact.body["by"] == "ana" and fact.body["article"] == ""
    assert "mend tyres" in fact.body["question"] and "4111" not in fact.body["question"]
    assert fact.conversation_id == handoff.conversation_id and fact.contact == handoff.contact_id


async def test_an_amendment_names_an_article_that_there_is(house: House, ana: Browser) -> None:
    handoff, line = await answered(house, ana)
    path = f"/desk/handoffs/{handoff.id}/propose"
    assert (await ana.post(path, {"line": line, "article": "no-such"})).status == 422
    assert (await ana.post(path, {"line": "elsewhere", "article": ""})).status == 422
    assert await told(house, "article_proposed") == []
    assert (await ana.post(path, {"line": line, "article": "returns"})).status == 303
    assert [fact.body["article"] for fact in await told(house, "article_proposed")] == ["returns"]


async def test_a_customers_line_cannot_be_proposed(house: House, ana: Browser) -> None:
    handoff, _ = await answered(house, ana)
    page = (await ana.get(f"/desk/handoffs/{handoff.id}")).text
    line = re.search(r'<li class="line customer" data-key="([^"]+)"', page)
    assert line and page.count('name="line"') == 1
    assert (await ana.post(f"/desk/handoffs/{handoff.id}/propose", {"line": line[1]})).status == 422


async def test_supervisors_see_and_decide(house: House, ana: Browser, kept: Kept) -> None:
    assert (await ana.get("/desk/proposals")).status == 403
    assert (await ana.post("/desk/proposals", {"proposal": "ap_1", "state": "taken"})).status == 403
    await house.agents.set_role("ana", "supervisor")
    page = await ana.get("/desk/proposals")
    assert page.status == 200 and "do you mend tyres?" in page.text and "We do." in page.text
    assert "to-proposals" in (await ana.get("/desk")).text
    assert (await ana.post("/desk/proposals", {"proposal": "ap_1", "state": "burnt"})).status == 422
    noted = await ana.post("/desk/proposals", {"proposal": "ap_1", "state": "taken"})
    assert "Noted." in noted.text and "do you mend tyres?" not in noted.text
    (fact,) = await told(house, "article_decided")
    assert fact.body == {"proposal_id": "ap_1", "state": "taken", "by": "ana"}
    kept.away = True
    assert (await ana.get("/desk/proposals")).status == 503


async def test_what_is_not_open_cannot_be_decided(house: House, ana: Browser, kept: Kept) -> None:
    await house.agents.set_role("ana", "supervisor")
    kept.found.append(replace(OPEN, id="ap_2", state="declined", decided_by="bo"))
    for number in ("ap_2", "ap_3", "", "x" * 100):
        answer = await ana.post("/desk/proposals", {"proposal": number, "state": "taken"})
        assert answer.status == 422 and "load the page again" in answer.text
    kept.away = True
    assert (await ana.post("/desk/proposals", {"proposal": "ap_1", "state": "taken"})).status == 503
    assert await told(house, "article_decided") == []


async def test_a_stranger_and_a_form_of_another_site_get_nothing(house: House, browser: Browser, ana: Browser) -> None:
    handoff, line = await answered(house, ana)
    answer = await ana.post(f"/desk/handoffs/{handoff.id}/propose", {"line": line}, origin="https://elsewhere.example")
    assert answer.status == 403 and await told(house, "article_proposed") == []
    assert PASSWORD not in answer.text
