"""The widget and the sample bank's page: fixed files, read once, served with strict headers."""

from __future__ import annotations

import hashlib
import html
import json
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

import phonenumbers
from aiohttp import web

_FOLDER = Path(__file__).parent / "static"
_TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".html": "text/html"}
_PARTS = ("strings", "store", "attention", "socket", "icons", "rich", "lines", "menu", "rating", "panel", "element")
"""The widget's source files in the order in which they are joined into /widget.js."""

Spoken = Mapping[str, Mapping[str, str]]
"""The widget's sentences in further languages: by two letters, each by its name in ``strings.js``."""

ENGLISH_ALONE: Spoken = {}
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Pages:
    """GET /, /widget.js, /widget.css and /site/*."""

    def __init__(
        self, voice_number: str | None, sms_number: str | None, frame_ancestors: tuple[str, ...], spoken: Spoken = ENGLISH_ALONE
    ) -> None:
        self._spoken = spoken
        self._numbers = {"voice": voice_number, "sms": sms_number}
        self._page_headers = page_headers(frame_ancestors)

    def routes(self) -> list[web.RouteDef]:
        """Each file has a route of its own: no path from outside reaches the file system."""
        shared = {"Cross-Origin-Resource-Policy": "cross-origin", "Access-Control-Allow-Origin": "*"}
        css = (_FOLDER / "widget.css").read_text(encoding="utf-8")
        page = fill((_FOLDER / "index.html").read_text(encoding="utf-8"), self._numbers)
        routes = [
            web.get("/", _serve(page, ".html", self._page_headers)),
            web.get("/widget.js", _serve(widget(css, self._spoken), ".js", shared)),
            web.get("/widget.css", _serve(css, ".css", shared)),
        ]
        assets = [path for path in sorted((_FOLDER / "site").iterdir()) if path.suffix in _TYPES]
        return routes + [web.get(f"/site/{a.name}", _serve(a.read_text(encoding="utf-8"), a.suffix, {})) for a in assets]


def widget(css: str, spoken: Spoken = ENGLISH_ALONE) -> str:
    """The one script to embed: the parts in a single function, with the style sheet and the languages as constants."""
    parts = [(_FOLDER / "widget" / f"{name}.js").read_text(encoding="utf-8") for name in _PARTS]
    return "\n".join(
        ['(() => {\n"use strict";', f"const CSS = {json.dumps(css)};", f"const SPOKEN = {json.dumps(spoken)};", *parts, "})();\n"]
    )


def page_headers(frame_ancestors: tuple[str, ...]) -> dict[str, str]:
    """A policy without inline script or style. ``frame_ancestors``: origins that may frame the page."""
    policy = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' https: data:",
        "connect-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": " ".join(frame_ancestors) or "'none'",
    }
    return {
        "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "Referrer-Policy": "strict-origin-when-cross-origin",
        "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
        "Cross-Origin-Opener-Policy": "same-origin",
    }


def fill(page: str, numbers: dict[str, str | None]) -> str:
    """Put the telephone numbers into the page: ``{{voice}}`` for eyes, ``{{voice_e164}}`` for links, ``{{voice_hidden}}``."""
    for name, number in numbers.items():
        page = page.replace("{{" + name + "}}", html.escape(readable(number) if number else ""))
        page = page.replace("{{" + name + "_e164}}", html.escape(number or ""))
        page = page.replace("{{" + name + "_hidden}}", "" if number else "hidden")
    return page


def readable(number: str) -> str:
    """A number in E.164 as people write it; unchanged when it is not a telephone number (a sender name, a short code)."""
    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def _serve(content: str, suffix: str, headers: dict[str, str]) -> Handler:
    """A handler for one fixed text, with an ETag so that a browser asks again cheaply after an update."""
    body = content.encode()
    etag = hashlib.sha256(body).hexdigest()[:32]

    async def handler(request: web.Request) -> web.StreamResponse:
        known = {tag.value for tag in request.if_none_match or ()}
        fresh = etag not in known
        response = web.Response(body=body, content_type=_TYPES[suffix], charset="utf-8") if fresh else web.Response(status=304)
        response.etag = etag
        response.headers.update({"Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff", **headers})
        return response

    return handler
