"""The checks on the sample's articles: each short form is taken as it is, and refused when it is spoiled."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import combinations

import pytest

from knowledge.library import told
from knowledge.reading import read_all
from language_model.grounding import fault
from tests.knowledge.conftest import ROOT

Pair = tuple[str, str]
"""A text, and its source."""

FIGURE = re.compile(r"\$?\d[\d,]*(?:\.\d+)?%?")
DENIAL = re.compile(r"\b(not|no|never|without|cannot|don't)\b ?", re.IGNORECASE)
VERB = re.compile(r"\b(?:is|are|do|can|will|costs?)\b")
INSTEAD = {"cannot": "can ", "without": "with "}


def forms() -> Iterator[Pair]:
    for article in read_all(ROOT / "articles"):
        answer = told(article, "")
        source = "\n".join((answer.title, answer.sms, answer.voice, answer.web, answer.text))
        yield from ((form, source) for form in (answer.sms, answer.voice, answer.web))


def figures_changed(form: str) -> Iterator[str]:
    for found in re.finditer(r"\d[\d,]*(?:\.\d+)?", form):
        other = int(float(found[0].replace(",", ""))) * 7 + 3
        yield f"{form[: found.start()]}{other}{form[found.end() :]}"


def figures_exchanged(form: str) -> Iterator[str]:
    for one, two in combinations(FIGURE.finditer(form), 2):
        if one[0] != two[0]:
            yield f"{form[: one.start()]}{two[0]}{form[one.end() : two.start()]}{one[0]}{form[two.end() :]}"


def denials_left_out(form: str) -> Iterator[str]:
    for found in DENIAL.finditer(form):
        yield f"{form[: found.start()]}{INSTEAD.get(found[1].lower(), '')}{form[found.end() :]}"


def denials_put_in(form: str) -> Iterator[str]:
    for found in VERB.finditer(form):
        yield f"{form[: found.end()]} not{form[found.end() :]}"


def share(spoil: Callable[[str], Iterator[str]]) -> float:
    tried = [bool(fault(spoiled, source)) for form, source in forms() for spoiled in spoil(form)]
    assert len(tried) > 20
    print(f"{spoil.__name__}: {sum(tried)} of {len(tried)}")
    return sum(tried) / len(tried)


def test_what_an_article_says_itself_is_taken() -> None:
    assert [form for form, source in forms() if fault(form, source)] == []


@pytest.mark.parametrize(
    ("spoil", "least"), [(figures_changed, 0.97), (figures_exchanged, 0.5), (denials_left_out, 0.95), (denials_put_in, 0.95)]
)
def test_what_is_spoiled_is_refused(spoil: Callable[[str], Iterator[str]], least: float) -> None:
    assert share(spoil) >= least


def test_half_of_what_is_put_in_other_words_is_taken() -> None:
    taken = [not fault(form, source.replace(form, "", 1)) for form, source in forms()]
    print(f"taken: {sum(taken)} of {len(taken)}")
    assert sum(taken) / len(taken) >= 0.4
