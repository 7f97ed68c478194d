"""One gateway: two listeners, and the workers between them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import partial
from urllib.parse import urlsplit

import aiohttp
import structlog
from aiohttp import web

from bot.model import Address, new_id, now
from bot.redis_base import connect
from bot.redis_queue import DOUBTFUL, all_partitions, inbox_key, outbox_key
from desk.sessions import SessionStore
from desk.views import Desk
from gateway import callback_worker
from gateway.api import Check, Health, InternalApi
from gateway.config import Settings
from gateway.first_agent import keep_first_agent
from gateway.inbox_worker import InboxWorker
from gateway.middleware import failures, plain_headers
from gateway.outbox_worker import OutboxWorker
from gateway.outside import softphone
from gateway.partition_reader import PartitionReader, failed_key
from gateway.partitions import DRAIN, Partitions
from gateway.simulating import mount_simulator
from gateway.values import is_loopback
from gateway.wiring import Core, build, show_typing

TURNS_AT_ONCE = 16
LARGEST_BODY = 512 * 1024
log = structlog.get_logger()


def public_app(core: Core) -> web.Application:
    """The listener that the internet reaches: webhooks, web chat, the sample page."""
    app = web.Application(middlewares=[failures(core.metrics), plain_headers], client_max_size=LARGEST_BODY)
    core.web.attach(app)
    for channel in (core.sms, core.voice, core.messenger):
        if channel is not None:
            app.add_routes(channel.routes())
    if core.voice is not None:
        app.on_shutdown.append(core.voice.on_shutdown)
    app.router.add_get("/health", health_of(core).public)
    return app


def internal_app(core: Core, desk: Desk) -> web.Application:
    """The listener for agents and operators."""
    app = web.Application(middlewares=[failures(core.metrics), plain_headers], client_max_size=LARGEST_BODY)
    app.add_routes(desk.routes())
    app.on_shutdown.append(desk.on_shutdown)
    api = InternalApi(
        core.settings.internal_api_token,
        core.contacts,
        core.handoffs,
        core.lines,
        core.metrics,
        lambda: queue_depths(core),
        core.linking,
        core.meter.questions,
    )
    app.add_routes(api.routes())
    app.router.add_get("/health", health_of(core).internal)
    mount_simulator(app, core.settings)
    return app


def health_of(core: Core) -> Health:
    """What is asked of which part."""

    async def redis_answers() -> bool:
        return bool(await core.client.ping())

    checks: dict[str, Check] = {"redis": redis_answers, "rasa": core.dialogue.healthy}
    if core.settings.action_server_url is not None:
        checks["actions"] = partial(answers, core.http, core.settings.action_server_url)
    return Health(checks)


async def answers(http: aiohttp.ClientSession, base_url: str) -> bool:
    """Whether the server at ``base_url`` says at ``/health`` that it is well."""
    url = urlsplit(base_url)._replace(path="/health", query="").geturl()
    async with http.get(url) as answer:
        return answer.status == 200


async def queue_depths(core: Core) -> Mapping[str, int]:
    """How much waits in all partitions, by queue."""
    streams = {"inbox": [inbox_key(p) for p in all_partitions()], "outbox": [outbox_key(p) for p in all_partitions()]}
    keys = {f"{kind}": names for kind, names in streams.items()}
    keys |= {f"{kind} failed": [failed_key(name) for name in names] for kind, names in streams.items()}
    async with core.client.pipeline(transaction=False) as pipe:
        for names in keys.values():
            for name in names:
                pipe.xlen(name)
        pipe.zcard(DOUBTFUL)
        *lengths, doubtful = [int(answer) for answer in await pipe.execute()]
    found = iter(lengths)
    depths = {kind: sum(next(found) for _ in names) for kind, names in keys.items()}
    return {**depths, "doubtful": doubtful}


def workers(core: Core) -> Partitions:
    """The workers of this gateway, over the partitions it holds."""

    shown: set[asyncio.Task[None]] = set()

    async def typing(address: Address, on: bool) -> None:
        """Never waited for: a vendor's slow answer must not hold up the turn."""
        task = asyncio.create_task(show_typing(core, address, on))
        shown.add(task)
        task.add_done_callback(shown.discard)

    inbox = InboxWorker(
        core.conversations,
        core.outbox,
        core.codes,
        core.menus,
        core.wording,
        core.metrics,
        now,
        typing,
        asyncio.Semaphore(TURNS_AT_ONCE),
        core.tracing,
    )
    gateway_id = new_id("g")
    outbox = OutboxWorker(core.outbox, core.channels, core.contacts, core.metrics, gateway_id, core.tracing)
    reader = PartitionReader(core.client, inbox, outbox, core.metrics)
    made = Partitions(core.client, gateway_id, reader.work, failed=lambda part: core.metrics.failures.labels(part=part).inc())
    core.metrics.partitions.set_function(lambda: len(made.owned))
    return made


@asynccontextmanager
async def serving(settings: Settings) -> AsyncIterator[Core]:
    """A running gateway; ends by closing the listeners, then the workers, then the connections."""
    client = connect(settings.redis_url)
    async with aiohttp.ClientSession() as http:
        core = build(settings, client, http)
        await keep_first_agent(core.agents, settings.home)
        # a browser drops Secure cookies on plain http, which only a loopback desk may use
        secure = not is_loopback(settings.internal_host)
        desk = Desk(
            core.people,
            core.agents,
            SessionStore(client, clock=now),
            clock=now,
            secure_cookies=secure,
            supervisors=settings.line.supervisors,
            softphone=softphone(settings),
        )
        apps = (public_app(core), internal_app(core, desk))
        runners = [web.AppRunner(app, access_log=None, shutdown_timeout=DRAIN) for app in apps]
        places = [(settings.public_host, settings.public_port), (settings.internal_host, settings.internal_port)]
        for runner in runners:
            await runner.setup()
        partitions = workers(core)
        task = asyncio.create_task(partitions.run())
        beside = [asyncio.create_task(core.meter.run(core.lines))]
        if core.redialler is not None:
            beside.append(asyncio.create_task(callback_worker.run(core.redialler, core.metrics)))
        try:
            for runner, (host, port) in zip(runners, places, strict=True):
                await web.TCPSite(runner, host, port).start()
            log.info("serving", public_port=settings.public_port, internal_port=settings.internal_port)
            yield core
        finally:
            log.info("stopping")
            # requests that were begun (a call's turn) and turns that were begun end side by side, within one limit
            await asyncio.gather(*(runner.cleanup() for runner in runners), partitions.drain(), return_exceptions=True)
            task.cancel()
            for one in beside:
                one.cancel()
            await asyncio.gather(task, *beside, return_exceptions=True)
            if core.voice is not None:
                await core.voice.close()
            core.tracing.close()
            await client.aclose()
            log.info("stopped")
