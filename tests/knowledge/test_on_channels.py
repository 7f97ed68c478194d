"""Every answer of the sample fits its channel with all that stands around it, in its language."""

from __future__ import annotations

from typing import Any

import pytest

from bot import domain_files
from bot.languages.tables import worded
from bot.menus.menu import texted
from bot.model import Option, Reply
from connectors.sms.gsm7 import cost
from knowledge.article import Article
from knowledge.library import DEFAULT
from knowledge.reading import read_all
from tests.knowledge.conftest import ROOT


def by_sms(language: str) -> dict[str, Any]:
    """What is said of an article by SMS; its options stand in English alone."""
    said = domain_files.responses(ROOT / "domain", "knowledge.yml", language)["utter_article"]
    return next(one for one in said if one.get("channel") == "sms")


@pytest.mark.parametrize("article", read_all(ROOT / "articles"), ids=lambda one: f"{one.front.language}-{one.slug}")
def test_an_answer_by_sms_is_two_messages_at_most(article: Article) -> None:
    language = "" if article.front.language == DEFAULT else article.front.language
    titles = [*(worded(button["title"], language) for button in by_sms("")["buttons"]), article.front.next.title]
    text = by_sms(language)["text"].format(answer=article.front.short.sms, title=article.front.title)
    sent = texted(Reply(text, tuple(Option(title, "/x") for title in titles), language=language))
    assert cost(sent).encoding == "GSM-7" and cost(sent).segments <= 2
