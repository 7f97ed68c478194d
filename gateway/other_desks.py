"""Desks of others, as the settings have them: who is behind which queue, what is passed on, what comes from there."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import structlog
from aiohttp import web

from bot.agent_desk.workspace import People
from bot.domain_files import DomainFileError
from bot.model import now
from bot.model.queues import Queues
from bot.other_desks.arriving import Arriving
from bot.other_desks.losing import Losing
from bot.other_desks.passing import Passing
from bot.ports import StoreUnavailable
from bot.ports.handoff_target import HandoffTarget, Happened, PassedHandoffs, PassedState
from bot.ports.stores import Locks
from connectors.desks.chatwoot import ChatwootAccount, ChatwootDesk, Fetch
from connectors.desks.chatwoot_route import ChatwootRoute
from connectors.desks.routes import WebhookRoute
from connectors.desks.webhook import WebhookDesk
from connectors.desks.zammad import ZammadAccount, ZammadDesk
from connectors.desks.zammad_route import ZammadRoute
from connectors.wire import OnRefused
from gateway.settings.desk_kinds import CHATWOOT, WEBHOOK, ZAMMAD
from gateway.settings.other_desks import OtherDesks

UNKNOWN_QUEUE = "HANDOFF_TARGETS names the queue {queue!r}, which no _queues.yml in domain/ has; known are {known}."
FAILING = "{desk} does not answer as it should ({error}); conversations: {count}. They are tried again (docs/other-desks.md)."
MOST = 200
"""Handoffs that are looked at in the same moment because of what was told of them."""
log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherDesksLife:
    """``passing``: the way there; ``arriving``: the way here."""

    settings: OtherDesks
    passing: Passing
    arriving: Arriving
    passed: PassedHandoffs
    on_refused: OnRefused
    looking: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    """At a handoff, by its id."""
    wanted: dict[str, bool] = field(default_factory=dict)
    """Handoffs that are to be looked at (once more); whether because they say that there is news."""

    def routes(self) -> list[web.RouteDef]:
        """For the public listener: of the desks that are set."""
        named, webhook, chatwoot, zammad = self.passing.desks, self.settings.webhook, self.settings.chatwoot, self.settings.zammad
        found: list[web.RouteDef] = []
        if webhook is not None and WEBHOOK in named:
            found += WebhookRoute(keys=webhook.keys, take=self.take, clock=now, on_refused=self.on_refused).routes()
        if chatwoot is not None and CHATWOOT in named:
            route = ChatwootRoute(secret=chatwoot.secret, noticed=self.noticed, clock=now, on_refused=self.on_refused)
            found += route.routes()
        if zammad is not None and ZAMMAD in named:
            found += ZammadRoute(secret=zammad.secret, noticed=self.noticed, on_refused=self.on_refused).routes()
        return found

    async def take(self, desk: str, ref: str, happened: Happened) -> str | None:
        """See ``connectors.desks.routes.Take``."""
        passed = await self.passed.by_ref(desk, ref)
        return await self.arriving.take(passed, happened) if passed else None

    async def noticed(self, desk: str, ref: str) -> None:
        """See ``connectors.desks.chatwoot_route.Noticed``: they do not wait."""
        if passed := await self.passed.by_ref(desk, ref):
            self.soon(passed.handoff_id, news=True)

    def soon(self, handoff_id: str, *, news: bool = False) -> None:
        """Look at it: one look at a handoff at a time, and one more after it however often that is wanted meanwhile. What is too
        much (``MOST``) the next look of ``Passing`` finds."""
        if handoff_id not in self.looking and len(self.looking) >= MOST:
            return
        self.wanted[handoff_id] = news or self.wanted.get(handoff_id, False)
        if handoff_id not in self.looking:
            self.looking[handoff_id] = asyncio.create_task(self._look(handoff_id))

    async def _look(self, handoff_id: str) -> None:
        try:
            while handoff_id in self.wanted:
                await self._advance(handoff_id, news=self.wanted.pop(handoff_id))
        finally:
            self.wanted.pop(handoff_id, None)
            del self.looking[handoff_id]

    async def follow(self) -> None:
        """Pass on what is new as soon as it is told of, until cancelled; ``Passing.look`` finds what is missed here.
        Precondition: a desk is set."""
        try:
            while True:
                with suppress(StoreUnavailable):
                    async for event in self.arriving.people.bulletin.watch():
                        if event.handoff_id and event.kind in ("queue", "line"):
                            self.soon(event.handoff_id)
                await asyncio.sleep(1)
        finally:
            for task in self.looking.values():
                task.cancel()
            await asyncio.gather(*self.looking.values(), return_exceptions=True)

    async def _advance(self, handoff_id: str, *, news: bool = False) -> None:
        try:
            if handoff := await self.passing.book.handoffs.get(handoff_id):
                await self.passing.begin(handoff)
                await self.passing.advance(handoff_id, news=news)
        except Exception as error:  # noqa: BLE001 - a worker's edge: the next look tries it again, and counts what fails
            log.warning("not_passed_on", handoff=handoff_id, error=type(error).__name__)

    async def notes(self) -> list[str]:
        """Desks that do not answer, each as a sentence for operators and agents."""
        failing = [one for one in await self.passed.live() if one.tries]
        found = {one.desk: one.error for one in failing}
        count = {desk: sum(one.desk == desk for one in failing) for desk in found}
        titles = {name: desk.title for name, desk in self.passing.desks.items()}
        return [FAILING.format(desk=titles.get(d, d), error=error, count=count[d]) for d, error in found.items()]

    async def listing(self) -> list[dict[str, Any]]:
        """What is with other desks and not over, and what of it failed."""
        live = await self.passed.live()
        return [
            {
                "handoff_id": one.handoff_id,
                "desk": one.desk,
                "state": one.state.value,
                "ref": one.ref or None,
                "since": one.since.isoformat(),
                "tries": one.tries,
                "error": one.error or None,
                "next_try": one.not_before.isoformat() if one.not_before and one.state is not PassedState.OVER else None,
            }
            for one in live
        ]


def other_desks(
    settings: OtherDesks,
    http: aiohttp.ClientSession,
    *,
    people: People,
    passed: PassedHandoffs,
    locks: Locks,
    queues: Queues,
    packet_of: Callable[[str], Awaitable[dict[str, Any] | None]],
    on_refused: OnRefused,
) -> OtherDesksLife:
    """Also where our own desk answers in every queue: who is with a desk that is not set any more must come back. Raises
    DomainFileError for a queue that there is not."""
    for queue in settings.by_queue:
        if queue not in queues.by_name:
            raise DomainFileError(UNKNOWN_QUEUE.format(queue=queue, known=", ".join(queues.by_name)))
    kinds = _desks(settings, http, people.attachments.fetch if people.attachments else None)
    arriving = Arriving(people=people, passed=passed)
    passing = Passing(
        by_queue={queue: kinds[kind] for queue, kind in settings.by_queue.items()},
        passed=passed,
        book=people.handoffs,
        lines=people.lines,
        locks=locks,
        facts=people.facts,
        clock=now,
        packet_of=packet_of,
        arriving=arriving,
        losing=Losing(passed=passed, book=people.handoffs, facts=people.facts, clock=now),
    )
    return OtherDesksLife(settings=settings, passing=passing, arriving=arriving, passed=passed, on_refused=on_refused)


def _desks(settings: OtherDesks, http: aiohttp.ClientSession, fetch: Fetch | None) -> Mapping[str, HandoffTarget]:
    """By kind, those that are set."""
    found: dict[str, HandoffTarget] = {}
    if settings.webhook is not None:
        found[WEBHOOK] = WebhookDesk(session=http, url=settings.webhook.url, keys=settings.webhook.keys, clock=now)
    if settings.chatwoot is not None:
        given = settings.chatwoot
        account = ChatwootAccount(url=given.url, account=given.account, inbox=given.inbox, token=given.token)
        found[CHATWOOT] = ChatwootDesk(session=http, account=account, fetch=fetch)
    if settings.zammad is not None:
        theirs = ZammadAccount(url=settings.zammad.url, group=settings.zammad.group, token=settings.zammad.token)
        found[ZAMMAD] = ZammadDesk(session=http, account=theirs, fetch=fetch)
    return found
