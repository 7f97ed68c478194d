"""Canned replies in a conversation: those of its queue, filled in for it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from aiohttp import web

from bot.model import ChannelName
from bot.ports import HandoffRefused, HandoffView, People
from desk import show
from desk.accounts.agent import Agent
from desk.canned.replies import CannedReply
from desk.canned.store import CannedReplies
from desk.canned.variables import Piece, Variable, fill, pieces
from desk.guard import Missing
from desk.http import Visit
from desk.pages import Pages
from desk.words.facts import FactWords


@dataclass(frozen=True, slots=True)
class Offered:
    """A canned reply as it would go into the reply; ``pieces`` shows what is not filled in."""

    reply: CannedReply
    text: str
    pieces: Sequence[Piece]


@dataclass(frozen=True, slots=True)
class Offering:
    """``known``: which slots hold the customer's name."""

    replies: CannedReplies
    people: People
    pages: Pages
    visitor: Callable[[web.Request], Awaitable[Visit]]
    known: FactWords

    async def list(self, request: web.Request) -> web.StreamResponse:
        """A page, from which the script takes the list into its own; without it, each leads back with its words."""
        visit, view = await self.visitor(request), await self._view(request.match_info["id"])
        found = await self._offered(visit.agent, view, request.query.get("via", ""))
        return self.pages.render("canned.html", handoff_id=view.handoff.id, offered=found, queues=self.people.queues)

    async def chosen(self, visit: Visit) -> str:
        """The words of the one that the page's address names (``canned``); '' for none of theirs."""
        number = visit.request.query.get("canned", "")
        if not number:
            return ""
        found = await self._offered(visit.agent, await self._view(visit.request.match_info["id"]))
        return next((one.text for one in found if one.reply.id == number), "")

    async def _offered(self, agent: Agent, view: HandoffView, via: str = "") -> Sequence[Offered]:
        """``via``: the way that the agent chose for the reply; '' for where the customer is."""
        replies, values = await self.replies.offered(agent.username, view.handoff.queue), self._values(agent, view, via)
        return [_offered(one, fill(one.text, values)) for one in replies]

    def _values(self, agent: Agent, view: HandoffView, via: str) -> dict[Variable, str]:
        """What is known now; nothing where it is not."""
        channel = ChannelName(via) if via in view.ways else view.sends_to
        return {
            Variable.CUSTOMER: show.customer(view, self.known).name,
            Variable.AGENT: agent.display_name,
            Variable.QUEUE: self.people.queues.title(view.handoff.queue),
            Variable.CHANNEL: show.CHANNELS[channel] if channel else "",
        }

    async def _view(self, handoff_id: str) -> HandoffView:
        try:
            return await self.people.view(handoff_id)
        except HandoffRefused as refused:
            raise Missing(str(refused)) from refused


def _offered(reply: CannedReply, text: str) -> Offered:
    return Offered(reply, text, tuple(pieces(text)))
