"""Every answer of the sample fits its channel with all that stands around it."""

from __future__ import annotations

import pytest
import yaml

from bot.menus.menu import texted
from bot.model import Option, Reply
from connectors.sms.gsm7 import cost
from knowledge.article import Article
from knowledge.reading import read_all
from tests.knowledge.conftest import ROOT

RESPONSES = yaml.safe_load((ROOT / "domain" / "general" / "knowledge.yml").read_text(encoding="utf-8"))["responses"]


@pytest.mark.parametrize("article", read_all(ROOT / "articles"), ids=lambda one: one.slug)
def test_an_answer_by_sms_is_two_messages_at_most(article: Article) -> None:
    said = next(one for one in RESPONSES["utter_article"] if one.get("channel") == "sms")
    titles = [*(button["title"] for button in said["buttons"]), article.front.next.title]
    text = said["text"].format(answer=article.front.short.sms, title=article.front.title)
    reply = Reply(text, tuple(Option(title, "/x") for title in titles))
    assert cost(texted(reply)).segments <= 2
