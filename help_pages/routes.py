"""``GET /help``, ``/help?q=``, ``/help/<article>``: rendered here, without a script of their own; in a further language below
``/help/<its two letters>``."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import groupby
from pathlib import Path
from urllib.parse import quote

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.languages.declared import Languages
from bot.ports import Clock
from connectors.visitors import place_of
from connectors.web.limits import Buckets, Rate
from connectors.web.pages import page_headers, readable
from help_pages import structured
from help_pages.markdown import html
from help_pages.words import Tongue
from knowledge.article import Article
from knowledge.library import DEFAULT, LONGEST_QUESTION, Library

FOLDER = Path(__file__).parent
PICTURES = {".svg": "image/svg+xml", ".png": "image/png", ".jpg": "image/jpeg", ".webp": "image/webp"}
SEARCHES = Rate(20, 1.0)
"""Of one network; a page itself costs next to nothing and has no limit, as the site's other pages."""

FOUND = 5
Render = Callable[..., web.Response]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Whose pages these are. Numbers in E.164, None where there is none; ``public_url`` without a slash at its end;
    ``languages``: those that the business declares."""

    name: str
    public_url: str
    voice_number: str | None = None
    sms_number: str | None = None
    languages: Languages = field(default_factory=Languages)


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
        others = [one for code, one in site.languages.spoken.items() if code != DEFAULT and library.current(code)]
        names = {DEFAULT: site.languages.spoken[DEFAULT].name, **{one.code: one.name for one in others}}
        self._tongues = {code: Tongue(code, name) for code, name in names.items()}

    def routes(self) -> list[web.RouteDef]:
        """For the public listener. Pictures are known by name: no path from outside reaches the file system."""
        fixed = [web.get("/help.css", self.css), web.get("/help/pictures/{name}", self.picture)]
        pages = [route for code in sorted(self._tongues, key=DEFAULT.__eq__) for route in self._of(self._tongues[code])]
        return [*fixed, *pages]

    def _of(self, tongue: Tongue) -> list[web.RouteDef]:
        """The pages of one language; those below ``/help/es`` before ``/help/{slug}``, which is any name."""
        return [
            web.get(tongue.root, partial(self.listed, tongue)),
            web.get(f"{tongue.root}/{{slug}}", partial(self.shown, tongue)),
        ]

    async def listed(self, tongue: Tongue, request: web.Request) -> web.StreamResponse:
        """All articles by what they are about; with ``q`` those that fit. 400 when it is too long, 429 when asked too often."""
        asked = request.query.get("q", "").strip()
        if len(asked) > LONGEST_QUESTION:
            return self._told(tongue, 400, "That is a long question", "Please ask in {n} characters or fewer.")
        if asked and (wait := self._limit.take(place_of(request))):
            sentence = "That were many searches at once. Please try again in a moment."
            answer = self._told(tongue, 429, "One moment, please", sentence)
            answer.headers["Retry-After"] = str(int(wait) + 1)
            return answer
        articles = sorted(self._library.current(tongue.code), key=lambda one: (one.front.about, one.front.title))
        by_topic = [(about, list(ones)) for about, ones in groupby(articles, key=lambda one: one.front.about)]
        found = await asyncio.to_thread(self._found, asked, tongue) if asked else []
        ld = structured.faq(articles, "" if tongue.code == DEFAULT else tongue.code)
        also = {} if asked else {code: other.root for code, other in self._tongues.items()}
        return self._page(tongue, "list.html", also=also, asked=asked, found=found, by_topic=by_topic, ld=ld)

    async def shown(self, tongue: Tongue, request: web.Request) -> web.StreamResponse:
        """One article; 404 with the way to the others when there is none, or none any more."""
        slug = request.match_info["slug"]
        article = self._library.article(slug, tongue.code)
        if article is None:
            sentence = "It may have been renamed. Search for it, or look at the list."
            return self._told(tongue, 404, "This page is not there", sentence)
        address = f"{self._site.public_url}{tongue.root}/{article.slug}"
        around = self._library.current(tongue.code)
        near = [one for one in around if one.front.about == article.front.about and one != article][:4]
        ld = structured.page(article, address, self._site.name)
        body = html(article.body, tongue.root, tongue.word("Table"))
        also = {code: f"{other.root}/{slug}" for code, other in self._tongues.items() if self._library.article(slug, code)}
        return self._page(tongue, "article.html", also=also, article=article, body=body, near=near, ld=ld, address=address)

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

    def _found(self, asked: str, tongue: Tongue) -> list[Article]:
        hits = [hit for hit in self._library.search(asked, tongue.code) if hit.article.public][:FOUND]
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

    def _told(self, tongue: Tongue, status: int, title: str, sentence: str) -> web.Response:
        said = tongue.word(sentence).format(n=LONGEST_QUESTION)
        return self._page(tongue, "sentence.html", status, title=tongue.word(title), sentence=said)

    def _page(
        self, tongue: Tongue, template: str, status: int = 200, also: Mapping[str, str] | None = None, **values: object
    ) -> web.Response:
        """``also``: where the same stands in each language, this one included; with one alone nothing leads anywhere."""
        elsewhere = also or {code: other.root for code, other in self._tongues.items()}
        others = {self._tongues[code]: path for code, path in elsewhere.items() if code != tongue.code}
        same = {code: self._site.public_url + path for code, path in (also or {}).items()} if len(also or ()) > 1 else {}
        page = self._templates.get_template(template)
        text = page.render(tongue=tongue, _=tongue.word, root=tongue.root, others=others, same=same, **values)
        headers = {**self._headers, "Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff"}
        if len(self._tongues) > 1:
            headers["Content-Language"] = tongue.code
        return web.Response(text=text, status=status, content_type="text/html", headers=headers)


def _with_search(policy: str) -> str:
    """The site's policy, with forms that come back here."""
    return policy.replace("form-action 'none'", "form-action 'self'")
