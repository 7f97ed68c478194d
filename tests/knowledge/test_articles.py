"""Articles as their authors write them: read whole, or refused with a sentence that names the file."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge.elsewhere import read_elsewhere
from knowledge.reading import ArticleError, linked, passages, read_all
from tests.knowledge.conftest import ROOT, article


def test_an_article_is_read_with_all_its_faces(shop: Path) -> None:
    returns = next(one for one in read_all(shop) if one.slug == "returns")
    assert (returns.front.title, returns.front.short.sms) == ("Returning a bicycle", "Returning a bicycle by text.")
    assert returns.body.startswith("Within 30 days.") and returns.public and returns.front.language == "en"


def test_each_section_is_a_passage_under_the_title(shop: Path) -> None:
    returns = next(one for one in read_all(shop) if one.slug == "returns")
    assert "Returning a bicycle: Repairs We mend chains." in passages(returns)


@pytest.mark.parametrize(
    ("slug", "more", "says"),
    [
        ("wrong", "colour: red", "colour"),
        ("wrong", "level: boss", "the levels are"),
        ("Wrong Name", "", "small letters"),
        ("wrong", "valid: {from: 2030-01-02, to: 2030-01-01}", "from must not be after to"),
        ("wrong", "owner: [", "cannot be read"),
    ],
)
def test_what_cannot_be_used_is_refused_by_its_name(tmp_path: Path, slug: str, more: str, says: str) -> None:
    article(tmp_path, slug, "Wrong", "Why?", more=more)
    with pytest.raises(ArticleError, match=f"articles/{slug}.md.*{says}"):
        read_all(tmp_path)


def test_one_name_in_two_folders_is_two_articles_only_in_two_languages(tmp_path: Path) -> None:
    article(tmp_path, "hours", "Hours", "When?")
    article(tmp_path / "es", "hours", "Horario", "Cuando?", more="language: es")
    assert len(read_all(tmp_path)) == 2
    article(tmp_path / "again", "hours", "Hours", "When?")
    with pytest.raises(ArticleError, match="same name and language"):
        read_all(tmp_path)


def test_a_list_of_foreign_questions_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "_elsewhere.yml").write_text("elsewhere: weather\n", encoding="utf-8")
    with pytest.raises(ArticleError, match=r"_elsewhere\.yml"):
        read_elsewhere(tmp_path)


def test_links_are_told_with_their_lines() -> None:
    assert list(linked("One.\n\nSee [two](two.md)\nand ![a picture](p.svg)")) == [("two.md", 3), ("p.svg", 3)]


def test_no_question_of_the_strangers_is_in_the_front_matter() -> None:
    """Or the figures of ``make bench-knowledge`` would be worth nothing."""
    import yaml

    told = {question.casefold() for one in read_all(ROOT / "articles") for question in one.front.questions}
    told |= {question.casefold() for question in read_elsewhere(ROOT / "articles")}
    asked = yaml.safe_load((ROOT / "tests" / "knowledge" / "questions.yml").read_text(encoding="utf-8"))
    assert [one["text"] for one in asked if one["text"].casefold() in told] == []
