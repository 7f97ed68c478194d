"""An agent at the desk, by its ordinary forms."""

from __future__ import annotations

import asyncio
import json
import re
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

    async def close(self) -> None:
        """Leave the desk."""
        if self._http:
            await self._http.close()

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
                http = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))
                try:
                    await self._sign_in(http)
                except BaseException:
                    await http.close()
                    raise
                self._http = http
        return self._http

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
