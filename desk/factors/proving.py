"""That whoever sits at an open browser is whose account it is: the password, and a code where one is asked at sign-in."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from connectors.visitors import place_of
from desk.accounts.one_time_codes import OneTimeCodes
from desk.agents import AgentDirectory
from desk.limits import Tried
from desk.sessions import SessionStore
from desk.words import words


@dataclass(frozen=True, slots=True)
class Unproved:
    """With which status it is refused, and why in a sentence."""

    status: int
    sentence: str


@dataclass(frozen=True, slots=True)
class Proving:
    """Wrong passwords and wrong codes are counted as those of a sign-in. Methods raise StoreUnavailable."""

    codes: OneTimeCodes
    agents: AgentDirectory
    sessions: SessionStore

    async def by_both(self, request: web.Request, username: str, fields: dict[str, str]) -> Unproved | None:
        """``current``: the password; ``code``: where a second factor is set, which the password alone may not replace."""
        if missing := await self._by_password(request, username, fields.get("current", "")):
            return missing
        return await self.by_code(request, username, fields.get("code", "")) if await self.codes.needed(username) else None

    async def by_code(self, request: web.Request, username: str, code: str) -> Unproved | None:
        """A code of the app or a recovery code, used up by it."""
        tries, place = self.sessions.tries, place_of(request)
        if await tries.wait(username, place, Tried.CODE):
            return Unproved(429, words()("code.often", minutes=15))
        if not await self.codes.check(username, code):
            return Unproved(422, words()("code.wrong"))
        await tries.forgive(username, place, Tried.CODE)
        return None

    async def _by_password(self, request: web.Request, username: str, password: str) -> Unproved | None:
        tries, place = self.sessions.tries, place_of(request)
        if await tries.wait(username, place):
            return Unproved(429, words()("passkey.often"))
        if not await self.agents.verify(username, password):
            return Unproved(422, words()("code.password"))
        await tries.forgive(username, place)
        return None
