"""Agents: who they are, who is there, and what their pages and their customers' open tabs are told."""

from __future__ import annotations

from dataclasses import dataclass

from bot.model import now
from bot.ports.stores import Bulletin
from bot.redis_store.turns import RedisBulletin
from connectors.web.limits import Limits
from connectors.web.log import VisitorLog
from desk.agents import AgentDirectory
from desk.presence import Presence
from desk.sessions import SessionStore
from gateway.chat_news import ChatNews
from gateway.outside import browser_phones
from gateway.wiring.base import Base


@dataclass(frozen=True, slots=True, kw_only=True)
class AtTheDesk:
    """``visitors``: open tabs of the web chat, which hear of an agent, too."""

    agents: AgentDirectory
    presence: Presence
    visitors: VisitorLog
    chat_news: ChatNews

    @property
    def bulletin(self) -> Bulletin:
        """Where news of handoffs is posted."""
        return self.chat_news


def wire_desk(base: Base) -> AtTheDesk:
    """Browsers are phones where a softphone is configured."""
    browsers, rules = browser_phones(base.settings), base.content.routing.in_business(base.settings.line.hours)
    agents = AgentDirectory(
        base.store.client,
        browser=browsers.address if browsers else None,
        supervisors=base.settings.line.supervisors,
        facts=base.store.facts,
    )
    visitors = VisitorLog(base.store.client, Limits())
    return AtTheDesk(
        agents=agents,
        presence=Presence(agents, SessionStore(base.store.client, clock=now, facts=base.store.facts), now, rules),
        visitors=visitors,
        chat_news=ChatNews(
            inner=RedisBulletin(base.store.client),
            contacts=base.store.contacts,
            handoffs=base.store.handoffs,
            log=visitors,
        ),
    )
