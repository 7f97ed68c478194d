"""The forms of a handoff's life: each is one step of the core's (``bot.model.agent_steps``), refused there or done."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from aiohttp import web

from bot.door.outgoing import unreadable
from bot.model import Closing
from bot.model.agent_steps import (
    AgentStep,
    AskIn,
    Decline,
    GiveTo,
    GoOut,
    JoinIn,
    Move,
    Release,
    Reminded,
    Reopen,
    Resume,
    Snooze,
    TakeOver,
    WriteNote,
)
from bot.ports import Clock, HandoffRefused, People
from desk.canned.variables import not_filled_in, unfilled
from desk.guard import Handler
from desk.http import Refusal, Visit, form_of
from desk.life.times import moment_of

OUTCOME_LIMIT = 200
"""Characters: it is read out."""
NO_ENDING = "Choose how it ended."
AWAY = "You are set to away. Set yourself to available first."
MASKED = "A card number, its code or a social security number was in it: **** went out instead, and it is kept nowhere."

Fields = Mapping[str, str]
Done = Callable[[Visit, str | None, Refusal | None], Awaitable[web.Response]]
Visitor = Callable[[web.Request], Awaitable[Visit]]

TAKES_IT = frozenset({"take-over", "reopen"})
"""Only who takes conversations now may."""


def _note(fields: Fields) -> str:
    return fields.get("note", "").replace("\r\n", "\n")


@dataclass(frozen=True, slots=True)
class LifeForms:
    """Routes under a handoff's own; ``done`` shows what came of it."""

    people: People
    visitor: Visitor
    done: Done
    clock: Clock

    def routes(self, one: str) -> list[tuple[str, Handler]]:
        """All POST; ``one``: a handoff's path."""
        return [(f"{one}/close", self.close), *((f"{one}/{name}", self._form(name)) for name in self._steps())]

    def _steps(self) -> dict[str, Callable[[Fields], AgentStep]]:
        return {
            "release": lambda fields: Release(_note(fields)),
            "move": lambda fields: Move(fields.get("queue", ""), _note(fields)),
            "offer": lambda fields: GiveTo(fields.get("to", ""), _note(fields)),
            "ask-in": lambda fields: AskIn(fields.get("to", ""), _note(fields)),
            "join-in": lambda _fields: JoinIn(),
            "go-out": lambda _fields: GoOut(),
            "decline": lambda fields: Decline(_note(fields)),
            "take-over": lambda fields: TakeOver(fields.get("owner", "")),
            "snooze": lambda fields: Snooze(moment_of(fields, self.clock)),
            "resume": lambda _fields: Resume(),
            "note": lambda fields: WriteNote(_note(fields)),
            "reopen": lambda _fields: Reopen(),
            "reminded": lambda _fields: Reminded(),
        }

    def _form(self, name: str) -> Handler:
        """The handler of one form."""

        async def handle(request: web.Request) -> web.StreamResponse:
            visit, handoff_id = await self.visitor(request), request.match_info["id"]
            fields = await form_of(request)
            if name in TAKES_IT and not visit.agent.available:
                return await self.done(visit, handoff_id, Refusal(name, AWAY))
            try:
                await self.people.step(handoff_id, visit.agent.username, self._steps()[name](fields))
            except HandoffRefused as refused:
                return await self.done(visit, handoff_id, Refusal(name, str(refused), _note(fields)))
            return await self.done(visit, handoff_id, None)

        return handle

    async def close(self, request: web.Request) -> web.StreamResponse:
        """Give the conversation back to the assistant: how it ended, and what was agreed where something was."""
        visit, handoff_id = await self.visitor(request), request.match_info["id"]
        fields = await form_of(request)
        agreed, secrets_out = unreadable(" ".join(fields.get("outcome", "").split()))
        code, gaps = fields.get("code", "").strip(), unfilled(agreed)
        if gaps:
            return await self.done(visit, handoff_id, Refusal("close", not_filled_in(gaps), agreed, status=422))
        if len(agreed) > OUTCOME_LIMIT or not (agreed or code):
            sentence = f"Say in up to {OUTCOME_LIMIT} characters what was agreed: it is read out." if agreed else NO_ENDING
            return await self.done(visit, handoff_id, Refusal("close", sentence, agreed, status=422))
        try:
            await self.people.close(handoff_id, visit.agent.username, agreed, self._closing(code, fields))
        except HandoffRefused as refused:
            return await self.done(visit, handoff_id, Refusal("close", str(refused), agreed))
        return await self.done(visit, handoff_id, Refusal("close", MASKED, status=200) if secrets_out else None)

    def _closing(self, code: str, fields: Fields) -> Closing | None:
        if not code:
            return None
        return Closing(code, fields.get("intent", "").strip(), _note(fields), moment_of(fields, self.clock))
