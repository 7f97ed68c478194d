"""What agents proposed, what came of it, and the drafts that are made of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from bot.facts.articles import DECLINED, TAKEN, decided
from gateway.commands.proposals import draft, listed, written
from knowledge.reading import read
from records.facts import Fact, fact_of
from records.facts.articles import ArticleProposed
from records.sql import RecordsStore
from tests.records.stories import ANA, KEY, at


def proposed(number: int, article: str = "") -> Fact:
    body = ArticleProposed(
        proposal_id=f"ap{number}", by="ana", article=article, question="do you mend tyres?", reply="We do: $10."
    )
    return fact_of(body, cause=f"ap{number}", at=at(number), about=ANA, key=KEY)


async def test_each_is_open_until_it_is_decided_and_the_first_decision_stands(store: RecordsStore) -> None:
    await store.keep([proposed(1), proposed(2, "returns"), proposed(3)])
    await store.keep([decided("ap1", TAKEN, "bo", at(5)), decided("ap3", DECLINED, "bo", at(6))])
    found = await store.proposals()
    assert [(one.id, one.article, one.state) for one in found] == [
        ("ap1", "", "taken"),
        ("ap2", "returns", "open"),
        ("ap3", "", "declined"),
    ]
    assert found[1].reply == "We do: $10." and found[0].decided_by == "bo"
    lines = list(listed(found))
    assert lines[0] == "1 proposals are open, 2 are decided." and "to amend returns" in lines[1]


async def test_words_go_with_the_person_and_the_proposal_stays(store: RecordsStore) -> None:
    await store.keep([proposed(1)])
    assert ANA.contact
    await store.erase([ANA.contact])
    (one,) = await store.proposals()
    assert (one.question, one.reply, one.state) == ("", "", "open")


async def test_a_draft_is_an_article_that_a_designer_finishes(store: RecordsStore, tmp_path: Path) -> None:
    await store.keep([proposed(1)])
    (one,) = await store.proposals()
    one = replace(one, id="ap_1")
    assert [line.partition(" ")[0] for line in written([one], tmp_path)] == ["written:"] and list(written([one], tmp_path)) == []
    article = read(tmp_path, tmp_path / "ap-1.md")
    assert article.front.questions == ("do you mend tyres?",) and article.front.short.sms == "We do: $10."
    assert "Amends: returns" in draft(replace(one, article="returns"))
