"""An agent at the desk, by its ordinary forms."""

from __future__ import annotations

import asyncio
import json
import re
from contextlib import suppress
from pathlib import Path

import aiohttp
from yarl import URL

from journeys.seats import Missed

PASSWORD = "journeys do not keep secrets"  # of an installation that lives as long as the run
CSRF = re.compile(r'name="csrf" value="([^"]+)"')
ONCE = re.compile(r'name="once" value="([^"]+)"')


class Agent:
    """One signed-in agent for all journeys of a run."""

    def __init__(self, url: str, home: Path) -> None:
        self._url = url
        self._home = home
        self._http: aiohttp.ClientSession | None = None
        self._signing_in = asyncio.Lock()
        self._page: asyncio.Task[None] | None = None
        self._cookies = home / "journeys-agent.cookies"

    async def comes(self) -> None:
        """Sign in, and have the desk open: as long as it is, somebody is there."""
        http = await self._signed_in()
        if self._page is None:
            self._page = asyncio.create_task(self._stays(http))

    async def leaves(self) -> None:
        """Sign out."""
        await self._close_page()
        http = await self._signed_in()
        await self._post(http, "/desk/sign-out", {"csrf": _found(CSRF, await self._get(http, "/desk"))})
        self._http = None
        self._cookies.unlink(missing_ok=True)
        await http.close()

    async def close(self) -> None:
        """Close the browser."""
        await self._close_page()
        if self._http:
            await self._http.close()

    async def _close_page(self) -> None:
        page, self._page = self._page, None
        if page:
            page.cancel()
            await asyncio.gather(page, return_exceptions=True)

    async def _stays(self, http: aiohttp.ClientSession) -> None:
        """Follow what changes, as the page does."""
        while True:
            with suppress(aiohttp.ClientError):
                async with http.get(f"{self._url}/desk/events", timeout=aiohttp.ClientTimeout(sock_read=60)) as events:
                    async for _ in events.content:
                        pass
            await asyncio.sleep(1)

    async def accepts(self, handoff_id: str) -> None:
        """Take the conversation."""
        await self._act(handoff_id, "accept")

    async def replies(self, handoff_id: str, text: str) -> None:
        """Write to the customer."""
        await self._act(handoff_id, "reply", text=text)

    async def closes(self, handoff_id: str, outcome: str) -> None:
        """Give it back to the assistant."""
        await self._act(handoff_id, "close", outcome=outcome)

    async def does(self, handoff_id: str, what: str) -> None:
        """One of ``bot.model.LineAct`` with the phone call: ``hold``, ``resume``, ``mute`` ..., or ``bring_in +1...``."""
        act, _, to = what.partition(" ")
        page = await self.page(handoff_id)
        fields = {"csrf": _found(CSRF, page), "do": act, "to": to}
        await self._post(await self._signed_in(), f"/desk/handoffs/{handoff_id}/call", fields)

    async def has(self, *, phone: str = "", available: bool = True) -> None:
        """The agent's own settings: which phone is rung, and whether conversations are taken."""
        http = await self._signed_in()
        page = await self._get(http, "/desk/settings")
        fields = {"csrf": _found(CSRF, page), "display_name": "Sam", "phone": phone}
        await self._post(http, "/desk/settings", fields | ({"available": "1"} if available else {}))

    async def page(self, handoff_id: str) -> str:
        """What the agent sees, as HTML."""
        http = await self._signed_in()
        async with http.get(f"{self._url}/desk/handoffs/{handoff_id}") as response:
            return await response.text()

    async def _act(self, handoff_id: str, what: str, **fields: str) -> None:
        page = await self.page(handoff_id)
        once = ONCE.search(page)
        hidden = {"csrf": _found(CSRF, page), **({"once": once[1]} if once else {})}
        await self._post(await self._signed_in(), f"/desk/handoffs/{handoff_id}/{what}", hidden | fields)

    async def _signed_in(self) -> aiohttp.ClientSession:
        async with self._signing_in:
            if self._http is None:
                jar = aiohttp.CookieJar(unsafe=True)
                http = aiohttp.ClientSession(cookie_jar=jar)
                try:
                    if not await self._known(http, jar):
                        await self._sign_in(http)
                        jar.save(self._cookies)
                except BaseException:
                    await http.close()
                    raise
                self._http = http
        return self._http

    async def _known(self, http: aiohttp.ClientSession, jar: aiohttp.CookieJar) -> bool:
        """Whether an earlier run at this installation is signed in still: sign-ins from one address are counted."""
        if not self._cookies.exists():
            return False
        jar.load(self._cookies)
        return 'action="/desk/sign-out"' in await self._get(http, "/desk")

    async def _sign_in(self, http: aiohttp.ClientSession) -> None:
        """With the one-time password of a new installation, which is changed; later with ours."""
        path = self._home / "first-agent.json"
        made = json.loads(path.read_text()) if path.exists() else {"username": "agent", "password": PASSWORD}
        try:
            page = await self._enter(http, made)
        except Missed:
            page = await self._enter(http, made | {"password": PASSWORD})
        if 'name="new"' in page:
            await self._post(http, "/desk/password", {"csrf": _found(CSRF, page), "new": PASSWORD, "again": PASSWORD})

    async def _enter(self, http: aiohttp.ClientSession, who: dict[str, str]) -> str:
        page = await self._get(http, "/desk/sign-in")
        return await self._post(http, "/desk/sign-in", {"csrf": _found(CSRF, page), **who})

    async def _get(self, http: aiohttp.ClientSession, path: str) -> str:
        async with http.get(f"{self._url}{path}") as response:
            return await response.text()

    async def _post(self, http: aiohttp.ClientSession, path: str, fields: dict[str, str]) -> str:
        headers = {"Origin": str(URL(self._url).origin())}
        async with http.post(f"{self._url}{path}", data=fields, headers=headers) as response:
            page = await response.text()
            if response.status >= 400:
                raise Missed(f"the desk refused {path.rsplit('/', 1)[-1]}: {response.status}")
            return page


def _found(pattern: re.Pattern[str], page: str) -> str:
    found = pattern.search(page)
    if found is None:
        raise Missed("the desk's page has no form for that")
    return found[1]
