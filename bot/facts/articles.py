"""What is told of replies that may become articles. Pure."""

from __future__ import annotations

from datetime import datetime

from bot.model import About, Fact, Handoff, stable_id
from bot.model.facts import made

TAKEN, DECLINED = "taken", "declined"
DECISIONS = (TAKEN, DECLINED)


def proposed(handoff: Handoff, line: str, by: str, article: str, said: tuple[str, str], at: datetime) -> Fact:
    """``line``: what tells the reply from others of its conversation; ``said``: the customer's words and the reply, both masked.
    The same line is proposed once for an article."""
    number = stable_id("ap", f"{handoff.id}:{line}:{article}")
    about = About(handoff.conversation_id, handoff.contact_id, handoff.channel.value)
    body = {"proposal_id": number, "by": by, "article": article, "question": said[0], "reply": said[1]}
    return made("article_proposed", number, at, about, body)


def decided(proposal_id: str, state: str, by: str, at: datetime) -> Fact:
    """The first decision stands."""
    return made("article_decided", proposal_id, at, About(), {"proposal_id": proposal_id, "state": state, "by": by})
