"""Search in what the business knows, from beside the composer: titles and short forms, one of which goes into the reply.

For signed-in agents only. The index is that of the assistant and the help pages; a search runs in a thread of its own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from aiohttp import web

from bot.model import ChannelName, Proof
from bot.ports import Clock
from connectors.web.limits import Buckets, Rate
from desk.http import Visit
from desk.pages import Pages
from knowledge.article import Article
from knowledge.library import LONGEST_QUESTION, Library, told

SEARCHES = Rate(20, 2.0)
"""Of one agent: at once, and then each second."""

FOUND = 5
LONG = f"Please search with {LONGEST_QUESTION} characters or fewer."
MANY = "That were many searches at once. Please try again in a moment."

Who = Callable[[web.Request], Awaitable[Visit]]
"""Who asks; raises NotSignedIn."""


@dataclass(frozen=True, slots=True)
class Found:
    """An article as an agent sees it. ``level``: whom it may be told, where that is not everybody."""

    slug: str
    title: str
    short: Mapping[ChannelName, str]
    level: str


class ArticleSearch:
    """``GET /desk/articles?q=``: the articles that fit best, with their form for each channel."""

    def __init__(self, library: Library, pages: Pages, who: Who, clock: Clock) -> None:
        self._library, self._pages, self._who = library, pages, who
        self._limit = Buckets(SEARCHES, clock)

    async def search(self, request: web.Request) -> web.StreamResponse:
        """A page, from which the script takes the list into its own. 400 when it is too long, 429 when asked too often."""
        visit = await self._who(request)
        asked = request.query.get("q", "").strip()
        if len(asked) > LONGEST_QUESTION:
            return web.Response(text=LONG, status=400)
        if asked and (wait := self._limit.take(visit.agent.username)):
            return web.Response(text=MANY, status=429, headers={"Retry-After": str(int(wait) + 1)})
        found = await asyncio.to_thread(self._found, asked) if asked else []
        return self._pages.render("articles.html", asked=asked, found=found)

    def _found(self, asked: str) -> list[Found]:
        """Agents may read what needs a proof; whom it may be told stands beside it."""
        hits = self._library.search(asked, proof=Proof.PROVEN)[:FOUND]
        return [_found(hit.article) for hit in hits if hit.score > 0]


def _found(article: Article) -> Found:
    answer = told(article, pages="")
    forms = {channel: answer.short(channel) for channel in ChannelName}
    return Found(article.slug, article.front.title, forms, "" if article.public else article.front.level.label)
