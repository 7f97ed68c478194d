"""Rendering: one Jinja environment, autoescape on, an undefined name is an error.

Plain Jinja and not aiohttp_jinja2.setup(): the desk is a guest in the gateway's application and leaves no keys in it.
"""

from __future__ import annotations

from pathlib import Path

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.ports import Clock
from desk import show
from desk.words import words
from desk.words.facts import FactWords

FOLDER = Path(__file__).parent
STATIC = {
    "desk.css": "text/css",
    "desk.js": "text/javascript",
    "articles.js": "text/javascript",
    "canned.js": "text/javascript",
    "alerts.js": "text/javascript",
    "keys.js": "text/javascript",
    "supervisor.js": "text/javascript",
    "softphone.js": "text/javascript",
    "passkeys.js": "text/javascript",
    "icon.svg": "image/svg+xml",
}


class Pages:
    """Templates to responses."""

    def __init__(self, clock: Clock, facts: FactWords | None = None) -> None:
        self._clock = clock
        self._templates = Environment(
            loader=FileSystemLoader(FOLDER / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.filters.update(
            waited=lambda since: show.waited((clock() - since).total_seconds()),
            seconds=show.waited,
            slot_name=(facts or FactWords()).label,
            slot_value=show.slot_value,
            address=show.address,
            caller_id=show.caller_id,
            language=show.language,
        )
        self._templates.globals.update(
            channels=show.CHANNELS,
            kinds=show.KINDS,
            goes_to=show.goes_to,
            doubtful=show.doubtful,
            shown=(facts or FactWords()).shown,
            say=words(),
        )

    def render(self, template: str, status: int = 200, **values: object) -> web.Response:
        """The page ``template`` with ``values``; each page also knows ``now``."""
        text = self.text(template, now=self._clock(), **values)
        return web.Response(text=text, status=status, content_type="text/html")

    def text(self, template: str, **values: object) -> str:
        """The same as text: of a part, which may be kept."""
        return self._templates.get_template(template).render(**values)

    def sentence(self, status: int, title: str, text: str, kept: str = "") -> web.Response:
        """A page that says one thing. ``kept`` is what the agent had typed, given back."""
        return self.render("sentence.html", status, title=title, sentence=text, kept=kept)


async def static(request: web.Request) -> web.StreamResponse:
    """One of our own files, by name; nothing else of the folder can be asked for."""
    name = request.match_info["name"]
    if name not in STATIC:
        raise web.HTTPNotFound
    headers = {"Cache-Control": "no-cache", "Content-Type": f"{STATIC[name]}; charset=utf-8"}
    return web.FileResponse(FOLDER / "static" / name, headers=headers)
