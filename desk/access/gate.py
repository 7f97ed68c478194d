"""The gate: each request is checked against the table before its handler runs."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from desk.access.table import BEFORE_A_PASSWORD_IS_CHOSEN, who_may
from desk.accounts.roles import Role
from desk.agents import AgentDirectory
from desk.http import ADMITTED, NotSignedIn, look
from desk.sessions import SessionStore


class Forbidden(Exception):
    """They are signed in, and their role may not."""

    def __init__(self, role: Role) -> None:
        super().__init__(f"not for {role}")
        self.role = role


@dataclass(frozen=True, slots=True)
class Gate:
    """Raises StoreUnavailable."""

    agents: AgentDirectory
    sessions: SessionStore

    async def admit(self, request: web.Request) -> None:
        """Let in, or raise NotSignedIn, Forbidden. Who was found is left for the handler's own ``visitor``."""
        resource = request.match_info.route.resource
        route = (request.method, resource.canonical if resource else "")
        who = who_may(*route)
        if who is None:
            return
        visit = await look(request, self.agents, self.sessions)
        if visit.agent.must_change_password and route not in BEFORE_A_PASSWORD_IS_CHOSEN:
            raise NotSignedIn(change=True)
        if visit.agent.role not in who:
            raise Forbidden(visit.agent.role)
        request[ADMITTED] = visit
