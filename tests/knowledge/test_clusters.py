"""Questions that nothing answered, put together, and what is printed of them."""

from __future__ import annotations

from gateway.commands.unanswered import past_review, report
from knowledge.clusters import clusters
from knowledge.reading import read_all
from tests.knowledge.conftest import ROOT


def test_like_questions_come_together_the_largest_group_first() -> None:
    asked = [
        "do you sell stamps",
        "rent a safe deposit box",
        "do you sell stamps?",
        "can I rent a deposit box",
        "do you sell a stamp",
    ]
    groups = clusters(asked)
    assert groups[0] == ["do you sell stamps", "do you sell stamps?", "do you sell a stamp"]
    assert sorted(one for group in groups for one in group) == sorted(asked)


def test_none_one_and_what_has_no_letters() -> None:
    assert clusters([]) == [] and clusters(["?"]) == [["?"]]
    assert len(clusters(["?", "!", "stamps"])) >= 1


def test_the_report_counts_and_shows_how_it_was_put() -> None:
    assert list(report(["a", "a", "b"], [["a", "a"], ["b"]])) == [
        "3 questions without an answer, 2 kinds of them.",
        "    2  “a”",
        "    1  “b”",
    ]


def test_an_article_past_its_review_is_named_with_its_owner() -> None:
    one = read_all(ROOT / "articles")[0]
    old = one.model_copy(update={"front": one.front.model_copy(update={"review": one.front.review.replace(year=2020)})})
    (line,) = past_review([old, one])
    assert old.path in line and "2020" in line and old.front.owner in line
