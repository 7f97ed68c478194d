"""A site of its own with the chat on it: its server knows who is signed in and signs that for the widget."""

from __future__ import annotations

import itertools
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import jwt
from aiohttp import web

SECRET = "a-key-of-this-story-" + "s" * 40

_PAGE = """<!doctype html><html lang="en"><title>Signed in</title><meta name="viewport" content="width=device-width">
<h1>My accounts</h1><button id="sign-in">Sign in</button>
<script src="{public}/widget.js" {identity}></script></html>"""


@dataclass
class SignedSite:
    """``word`` is what the page's server says of its visitor; ``referrers``: what browsers told when they came."""

    url: str
    public: str
    identity: str | None = None
    referrers: list[str] = field(default_factory=list)
    _numbers: Any = field(default_factory=lambda: itertools.count(1))

    def word(self, tel: str, *, key: str = SECRET, age: int = 0, **claims: Any) -> str:
        """A JWT as docs/identity.md asks for, made ``age`` seconds ago."""
        made = int(time.time()) - age
        body = {"aud": self.public, "tel": tel, "iat": made, "exp": made + 120, "jti": f"story-{made}-{next(self._numbers):04}"}
        return jwt.encode(body | claims, key, algorithm="HS256")

    async def page(self, request: web.Request) -> web.Response:
        self.referrers.append(request.headers.get("Referer", ""))
        identity = f'data-identity="{self.identity}"' if self.identity else ""
        return web.Response(text=_PAGE.format(public=self.public, identity=identity), content_type="text/html")


@asynccontextmanager
async def signed_site(public: str, port: int) -> AsyncIterator[SignedSite]:
    """The site, running."""
    site = SignedSite(f"http://127.0.0.1:{port}", public)
    app = web.Application()
    app.add_routes([web.get("/", site.page), web.get("/away", site.page)])
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield site
    finally:
        await runner.cleanup()
