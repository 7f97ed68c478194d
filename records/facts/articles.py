"""What agents write may become an article: what was proposed, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass

from bot.model.retention import Retention
from records.facts.kinds import Personal, kind_of_fact


@kind_of_fact("article_proposed", Retention.WORDS)
@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleProposed:
    """An agent proposed a reply as an article, or to amend one (``article``: its name): the customer's words before it, and the
    reply, both masked."""

    proposal_id: str
    by: str
    article: str = ""
    question: Personal[str] = ""
    reply: Personal[str] = ""


@kind_of_fact("article_decided", Retention.FIGURES)
@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleDecided:
    """What came of a proposal: ``taken`` or ``declined``, and by whom."""

    proposal_id: str
    state: str
    by: str = ""
