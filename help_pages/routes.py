"""``GET /help``, ``/help?q=``, ``/help/<article>``: rendered here, without a script of their own."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from urllib.parse import quote

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.ports import Clock
from connectors.visitors import place_of
from connectors.web.limits import Buckets, Rate
from connectors.web.pages import page_headers, readable
from help_pages import structured
from help_pages.markdown import html
from knowledge.article import Article
from knowledge.library import LONGEST_QUESTION, Library

FOLDER = Path(__file__).parent
PICTURES = {".svg": "image/svg+xml", ".png": "image/png", ".jpg": "image/jpeg", ".webp": "image/webp"}
SEARCHES = Rate(20, 1.0)
"""Of one network; a page itself costs next to nothing and has no limit, as the site's other pages."""

FOUND = 5
Render = Callable[..., web.Response]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Whose pages these are. Numbers in E.164, None where there is none; ``public_url`` without a slash at its end."""

    name: str
    public_url: str
    voice_number: str | None = None
    sms_number: str | None = None


class HelpPages:
    """``folder``: the articles', for their pictures."""

    def __init__(self, library: Library, site: Site, folder: Path, clock: Clock) -> None:
        self._library, self._site = library, site
        self._limit = Buckets(SEARCHES, clock)
        self._pictures = {one.name: one for one in folder.rglob("pictures/*") if one.suffix in PICTURES}
        policy = page_headers(())
        self._headers = {**policy, "Content-Security-Policy": _with_search(policy["Content-Security-Policy"])}
        self._templates = Environment(
            loader=FileSystemLoader(FOLDER / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
        )
        self._templates.globals.update(site=site, readable=readable, ways=self._ways, data=structured.script)

    def routes(self) -> list[web.RouteDef]:
        """For the public listener. Pictures are known by name: no path from outside reaches the file system."""
        return [
            web.get("/help", self.listed),
            web.get("/help.css", self.css),
            web.get("/help/pictures/{name}", self.picture),
            web.get("/help/{slug}", self.shown),
        ]

    async def listed(self, request: web.Request) -> web.StreamResponse:
        """All articles by what they are about; with ``q`` those that fit. 400 when it is too long, 429 when asked too often."""
        asked = request.query.get("q", "").strip()
        if len(asked) > LONGEST_QUESTION:
            return self._told(400, "That is a long question", f"Please ask in {LONGEST_QUESTION} characters or fewer.")
        if asked and (wait := self._limit.take(place_of(request))):
            answer = self._told(429, "One moment, please", "That were many searches at once. Please try again in a moment.")
            answer.headers["Retry-After"] = str(int(wait) + 1)
            return answer
        articles = sorted(self._library.current(), key=lambda one: (one.front.about, one.front.title))
        by_topic = [(about, list(ones)) for about, ones in groupby(articles, key=lambda one: one.front.about)]
        found = await asyncio.to_thread(self._found, asked) if asked else []
        return self._page("list.html", asked=asked, found=found, by_topic=by_topic, ld=structured.faq(articles))

    async def shown(self, request: web.Request) -> web.StreamResponse:
        """One article; 404 with the way to the others when there is none, or none any more."""
        article = self._library.article(request.match_info["slug"])
        if article is None:
            return self._told(404, "This page is not there", "It may have been renamed. Search for it, or look at the list.")
        address = f"{self._site.public_url}/help/{article.slug}"
        near = [one for one in self._library.current() if one.front.about == article.front.about and one != article][:4]
        ld = structured.page(article, address, self._site.name)
        return self._page("article.html", article=article, body=html(article.body), near=near, ld=ld, address=address)

    async def picture(self, request: web.Request) -> web.StreamResponse:
        """A picture of an article; what is drawn cannot run anything."""
        path = self._pictures.get(request.match_info["name"])
        if path is None:
            raise web.HTTPNotFound(text="there is no such picture")
        headers = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'", "Cache-Control": "max-age=3600"}
        headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        return web.Response(body=path.read_bytes(), content_type=PICTURES[path.suffix], headers=headers)

    async def css(self, _: web.Request) -> web.StreamResponse:
        """The style sheet."""
        text = (FOLDER / "static" / "help.css").read_text(encoding="utf-8")
        return web.Response(text=text, content_type="text/css", headers={"Cache-Control": "no-cache"})

    def _found(self, asked: str) -> list[Article]:
        hits = [hit for hit in self._library.search(asked) if hit.article.public][:FOUND]
        return [hit.article for hit in hits] if hits and hits[0].answers else []

    def _ways(self, topic: str) -> Mapping[str, str]:
        """Where to go on with it: the chat with the words in its box, a text that begins with them, a call."""
        words = quote(topic, safe="")
        sms, voice = self._site.sms_number, self._site.voice_number
        return {
            "chat": f"/?ask={words}#chat",
            "sms": f"sms:{sms}?body={words}" if sms else "",
            "call": f"tel:{voice}" if voice else "",
        }

    def _told(self, status: int, title: str, sentence: str) -> web.Response:
        return self._page("sentence.html", status, title=title, sentence=sentence)

    def _page(self, template: str, status: int = 200, **values: object) -> web.Response:
        text = self._templates.get_template(template).render(**values)
        headers = {**self._headers, "Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff"}
        return web.Response(text=text, status=status, content_type="text/html", headers=headers)


def _with_search(policy: str) -> str:
    """The site's policy, with forms that come back here."""
    return policy.replace("form-action 'none'", "form-action 'self'")
