"""One gateway: two listeners, and the workers between them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial

import aiohttp
import structlog
from aiohttp import web
from aiohttp.typedefs import Middleware

from bot.model import Address, new_id, now
from bot.redis_store.client.base import connect
from desk.accounts.tokens import ApiTokens
from desk.sessions import SessionStore
from desk.views import Desk
from gateway.api import Access, InternalApi, PacketsApi, Reads, RecordsApi, by_tokens
from gateway.commands.first_agent import keep_first_agent
from gateway.observe.middleware import failures, plain_headers, visitors
from gateway.observe.standing import Standing
from gateway.outside import softphone
from gateway.past import RecordedDay, RecordedPast
from gateway.reaching import check_store
from gateway.settings.config import ONE_ADDRESS, Settings
from gateway.settings.kinds import is_loopback
from gateway.simulating import mount_simulator
from gateway.standing_notes import health_of, measures, partition_notes, said_to_agents
from gateway.wiring.core import Core, build
from gateway.workers import callback_worker
from gateway.workers.inbox_worker import InboxWorker
from gateway.workers.outbox_worker import OutboxWorker
from gateway.workers.partitions.older_generations import OlderGenerations
from gateway.workers.partitions.ownership import DRAIN, Partitions
from gateway.workers.partitions.reader import PartitionReader
from gateway.workers.recorder import recording
from records.sql import opening

TURNS_AT_ONCE = 16
LARGEST_BODY = 512 * 1024
log = structlog.get_logger()


def around(core: Core) -> list[Middleware]:
    """What both listeners do around every request."""
    metrics = core.base.observed.metrics
    return [visitors(core.base.settings.trusted_proxies, metrics), failures(metrics), plain_headers]


def public_app(core: Core) -> web.Application:
    """The listener that the internet reaches: webhooks, web chat, the sample page."""
    app = web.Application(middlewares=around(core), client_max_size=LARGEST_BODY)
    core.channels.web.attach(app)
    if core.help is not None:
        app.add_routes(core.help.routes())
    line = core.voice.line if core.voice else None
    for channel in (core.channels.sms, line, core.channels.messenger):
        if channel is not None:
            app.add_routes(channel.routes())
    if line is not None:
        app.on_shutdown.append(line.on_shutdown)
    app.add_routes(core.other_desks.routes())
    app.router.add_get("/health", health_of(core).public)
    return app


def internal_app(core: Core, desk: Desk) -> web.Application:
    """The listener for agents and operators."""
    store, metrics = core.base.store, core.base.observed.metrics
    tokens = by_tokens(ApiTokens(store.client, clock=now, facts=store.facts), metrics)
    app = web.Application(middlewares=[*around(core), tokens], client_max_size=LARGEST_BODY)
    app.add_routes(desk.routes())
    app.on_shutdown.append(desk.on_shutdown)
    health = health_of(core)
    access = Access(core.base.settings.internal_api_token, metrics)
    reads = Reads(store.facts, now)
    api = InternalApi(
        access=access,
        reads=reads,
        recorded=RecordsApi(access, core.base.records, reads),
        contacts=store.contacts,
        handoffs=core.handoff.handoffs,
        lines=core.assistant.lines,
        metrics=metrics,
        depths=partial(measures, core),
        linking=core.identity.linking,
        questions=core.assistant.meter.questions,
        parts=health.parts,
        at_desk=core.desk.presence.how_many,
    )
    app.add_routes(api.routes())
    app.add_routes(packets_api(core, access, reads).routes())
    app.router.add_get("/health", health.internal)
    mount_simulator(app, core.base.settings)
    return app


def packets_api(core: Core, access: Access, reads: Reads) -> PacketsApi:
    """What other programs read of handoffs."""
    return PacketsApi(access, reads, core.packets.of, core.people.attachment, core.other_desks.listing)


def workers(core: Core) -> Partitions:
    """The workers of this gateway, over the partitions it holds."""
    base, gateway_id = core.base, new_id("g")
    metrics = base.observed.metrics
    outbox = OutboxWorker(
        outbox=base.store.outbox,
        channels=core.senders(),
        contacts=base.store.contacts,
        metrics=metrics,
        undelivered=core.queues.undelivered,
        gateway=gateway_id,
        tracing=base.observed.tracing,
        facts=base.store.facts,
    )
    client, known = base.store.client, base.store.partitions
    older = OlderGenerations(client, known)
    reader = PartitionReader.on(client, inbox_worker(core), outbox, metrics, older)
    made = Partitions(client, gateway_id, reader.work, failed=lambda part: metrics.failures.labels(part=part).inc(), older=older)
    metrics.partitions.set_function(lambda: len(made.owned))
    metrics.partitions_in_all.set_function(lambda: known.current.count)
    return made


def inbox_worker(core: Core) -> InboxWorker:
    """Gives each message its turn."""
    shown: set[asyncio.Task[None]] = set()

    async def typing(address: Address, on: bool) -> None:
        """Never waited for: a vendor's slow answer must not hold up the turn."""
        task = asyncio.create_task(core.channels.show_typing(address, on))
        shown.add(task)
        task.add_done_callback(shown.discard)

    base, conversations = core.base, core.conversation.conversations
    return InboxWorker(
        conversations=conversations,
        contacts=base.store.contacts,
        outbox=base.store.outbox,
        codes=base.store.codes,
        menus=base.store.menus,
        locks=base.store.locks,
        wording=base.content.wording,
        metrics=base.observed.metrics,
        clock=now,
        typing=typing,
        turns_at_once=asyncio.Semaphore(TURNS_AT_ONCE),
        tracing=base.observed.tracing,
        with_person=conversations.with_person,
    )


def desk_of(core: Core) -> Desk:
    """The agents' pages."""
    settings = core.base.settings
    return Desk(
        core.people,
        core.desk.agents,
        SessionStore(core.base.store.client, clock=now, facts=core.base.store.facts),
        clock=now,
        # a browser drops Secure cookies on plain http, which only a loopback desk may use
        secure_cookies=not is_loopback(settings.internal_host),
        softphone=softphone(settings),
        troubles=Standing(partial(said_to_agents, core)).now,
        facts=core.base.store.facts,
        articles=core.library if core.library.any() else None,
        known=core.base.content.known,
        promised=core.base.content.promised,
        rules=core.desk.presence.rules,
        day=RecordedDay(core.base.records) if settings.recording else None,
        wishes=core.base.content.wishes,
        simulated=settings.simulated,
        secret=settings.internal_api_token.encode(),
        url=settings.desk_url,
        openid=settings.openid,
        http=core.base.http,
        typing=core.channels.web.typing,
        records=RecordedPast(core.base.records, core.base.content.known) if settings.recording else None,
        proposed=core.base.records.proposals if settings.recording else None,  # else a button would promise what nothing keeps
    )


def beside_the_workers(core: Core) -> list[asyncio.Task[None]]:
    """What is looked at now and then, until cancelled."""

    def looks(name: str, look: callback_worker.Look) -> asyncio.Task[None]:
        return asyncio.create_task(callback_worker.run(name, look, core.base.observed.metrics))

    meter = asyncio.create_task(core.assistant.meter.run(core.assistant.lines))
    found = [
        meter,
        looks("agents_left", core.people.tell_of_leaving),
        looks("handoffs_due", core.people.look),
        looks("facts_gathered", core.base.store.facts.gather),
        looks("handoffs_passed", core.other_desks.passing.look),
    ]
    if core.handoff.drafting is not None:
        found.append(looks("handoffs_drafted", core.handoff.drafting.look))
    if core.other_desks.settings.by_queue:
        found.append(asyncio.create_task(core.other_desks.follow()))
    if core.nightly is not None:
        found.append(looks("retention_done", core.nightly.look))
    found.append(looks("cooled", core.parking.cooling.look))
    found.append(looks("parked", core.parking.look))
    found.append(looks("sends_over", core.sends_over.look))
    if core.voice is not None:
        found.append(looks("called_back", core.voice.redialler.look))
        found.append(looks("agents_left_calls", core.voice.leaving.look))
    return found


@asynccontextmanager
async def serving(settings: Settings) -> AsyncIterator[Core]:
    """A running gateway; ends by closing the listeners, then the workers, then the connections."""
    client = connect(settings.redis_url)
    await check_store(client, settings.redis_url)
    settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    async with (
        opening(settings.records_url) as records,
        recording(settings, records) as kept,
        aiohttp.ClientSession() as http,
    ):
        core = build(settings, client, http, records, recording=kept)
        await core.base.store.partitions.load()
        await keep_first_agent(core.desk.agents, settings.home, settings.internal_api_token)
        runners = [
            web.AppRunner(app, access_log=None, shutdown_timeout=DRAIN)
            for app in (public_app(core), internal_app(core, desk_of(core)))
        ]
        for runner in runners:
            await runner.setup()
        partitions = workers(core)
        tasks = [asyncio.create_task(partitions.run()), *beside_the_workers(core)]
        try:
            await listen(settings, runners)
            for note in await partition_notes(core):
                log.warning("other_partitions", mend=note)
            if core.voice is not None:
                tasks.append(asyncio.create_task(core.voice.numbers.run()))
            yield core
        finally:
            log.info("stopping")
            # requests that were begun (a call's turn) and turns that were begun end side by side, within one limit
            await asyncio.gather(*(runner.cleanup() for runner in runners), partitions.drain(), return_exceptions=True)
            for one in tasks:
                one.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await close(core)
            log.info("stopped")


async def listen(settings: Settings, runners: Sequence[web.AppRunner]) -> None:
    """The public listener, then the internal one. Raises OSError for an address that cannot be had."""
    places = [(settings.public_host, settings.public_port), (settings.internal_host, settings.internal_port)]
    for runner, (host, port) in zip(runners, places, strict=True):
        await web.TCPSite(runner, host, port).start()
    if settings.visitors_share_one_address:
        log.warning("visitors_share_one_address", mend=ONE_ADDRESS)
    log.info("serving", public_port=settings.public_port, internal_port=settings.internal_port)


async def close(core: Core) -> None:
    """The connections; all that used them has ended."""
    if core.voice is not None:
        await core.voice.line.close()
    if core.assistant.servers is not None:
        await core.assistant.servers.aclose()
    core.base.observed.tracing.close()
    await core.base.store.client.aclose()
