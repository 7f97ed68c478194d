"""What health asks of each part, and what it notes of the store's disk."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from urllib.parse import urlsplit

import aiohttp
import redis.asyncio as redis
import structlog
from redis.exceptions import RedisError

from bot.ports import Dialogue
from bot.rasa_http.pool import RasaPool
from bot.redis_store.client.base import PREFIX
from bot.redis_store.client.disk import Disk, OnDisk
from bot.redis_store.client.renewal import Demoted
from gateway.observe.health import Check
from gateway.observe.metrics import Metrics

DEMOTED = (
    "Nothing new can be stored just now, so customers hear an apology: Redis takes no writes, it is a replica. Whoever runs this "
    "promotes it, or lets REDIS_URL lead to the new server (docs/runbook.md)."
)
AWAY = "Nothing can be stored or looked up just now, so customers hear an apology: Redis does not answer (docs/runbook.md)."
EVICTS = (
    "Redis throws things away when its memory is full, conversations too: its maxmemory-policy is {policy}. Whoever runs this "
    "sets it to noeviction (docs/runbook.md)."
)
NO_RECORDS = (
    "The records cannot be looked up just now, so customers who ask for theirs hear an apology: the action server does not reach "
    "its database. Whoever runs this starts it, or mends DATABASE_URL (docs/runbook.md)."
)
SILENT = (
    "The assistant does not answer just now: customers hear an apology and may ask for a person. Agents go on as ever (Rasa; "
    "docs/runbook.md)."
)
PATIENCE = 1.5
"""Seconds that the assistant has to say that it is well."""
NOEVICTION = "noeviction"
KEPT = 60
"""Seconds that a health write stays."""
log = structlog.get_logger()


def checks_of(
    client: redis.Redis,
    disk: OnDisk,
    dialogue: Dialogue,
    servers: RasaPool | None,
    http: aiohttp.ClientSession,
    action_server: str | None,
) -> dict[str, Check]:
    """By name of the part. ``redis``: takes writes; ``durable``: what it took is on its disk; ``rasa``: one server at least
    answers; ``database``: the action server's; ``rasa_servers``: none of several is asked last because it hangs.
    """
    checks: dict[str, Check] = {
        "redis": partial(takes_writes, client),
        "durable": disk.sound,
        "rasa": dialogue.healthy,
    }
    if servers is not None:
        checks["rasa_servers"] = partial(none_rests, servers)
    if action_server is not None:
        checks["actions"] = partial(answers, http, action_server)
        checks["database"] = partial(has_database, http, action_server)
    return checks


async def takes_writes(client: redis.Redis) -> bool:
    """A small write: a replica and a full store answer a PING like any other. Raises what the client raises."""
    return bool(await client.set(f"{PREFIX}:health", "1", ex=KEPT))


async def store_notes(client: redis.Redis, disk: OnDisk) -> list[str]:
    """What is wrong with the store, in sentences that agents read, too."""
    try:
        await takes_writes(client)
    except Demoted:
        return [DEMOTED]
    except (RedisError, OSError):
        return [AWAY]
    policy = await evicts(client)
    found = [EVICTS.format(policy=policy)] if policy else []
    if disk.state is Disk.SOUND:
        return found
    why = disk.state.value.replace("_", " ")
    return [*found, f"What is answered may be lost should Redis fail: it may not be on its disk ({why}; docs/runbook.md)."]


async def evicts(client: redis.Redis) -> str:
    """The policy by which keys are thrown away for want of memory; empty when none is, or the server does not tell."""
    try:
        told = await client.info("memory")
    except (RedisError, OSError):
        return ""
    nodes = [one for one in told.values() if isinstance(one, dict)] or [told]  # a Cluster tells each node's
    policies = [str(node.get("maxmemory_policy", NOEVICTION)) for node in nodes]
    return next((policy for policy in policies if policy != NOEVICTION), "")


async def record_notes(http: aiohttp.ClientSession, action_server: str | None) -> list[str]:
    """That the action server runs without its database."""
    return [] if action_server is None or await has_database(http, action_server) else [NO_RECORDS]


async def silent_notes(dialogue: Dialogue) -> list[str]:
    """That the assistant does not answer at all: health has that as the part ``rasa``."""
    try:
        well = await asyncio.wait_for(dialogue.healthy(), PATIENCE)
    except Exception:  # noqa: BLE001 - as in health: whatever went wrong, it is not well
        well = False
    return [] if well else [SILENT]


def resting_notes(servers: RasaPool | None) -> list[str]:
    """That one of several servers of the assistant hangs."""
    resting = [urlsplit(address).netloc for address in servers.resting()] if servers else []
    return (
        [f"One of the assistant's servers hangs and is asked last ({', '.join(resting)}): answers are slower."] if resting else []
    )


async def none_rests(servers: RasaPool) -> bool:
    """Whether every Rasa server takes its share."""
    return not servers.resting()


async def answers(http: aiohttp.ClientSession, base_url: str) -> bool:
    """Whether the server at ``base_url`` says at ``/health`` that it is well."""
    url = urlsplit(base_url)._replace(path="/health", query="").geturl()
    async with http.get(url) as answer:
        return answer.status == 200


async def has_database(http: aiohttp.ClientSession, base_url: str) -> bool:
    """False when the action server says that it does not reach its database. One of your own may say nothing of it, and one that
    does not answer is the part ``actions``."""
    try:
        async with asyncio.timeout(PATIENCE), http.get(urlsplit(base_url)._replace(path="/health", query="").geturl()) as answer:
            said = await answer.json(content_type=None)
    except (aiohttp.ClientError, OSError, ValueError):  # TimeoutError is an OSError
        return True
    return not (isinstance(said, dict) and said.get("database") is False)


def server_noted(metrics: Metrics) -> Callable[[str, bool], None]:
    """Says which of several Rasa servers is asked last because it does not answer, and when it is well again."""

    def told(address: str, well: bool) -> None:
        server = urlsplit(address).netloc
        metrics.rasa_server(server, well)
        if well:
            log.info("rasa_server_again", server=server)
        else:
            log.error("rasa_server_asked_last", server=server)

    return told


def disk_noted(metrics: Metrics) -> Callable[[Disk], None]:
    """Says each change in the log and counts it: durability that is lost must not be lost in silence."""

    def told(state: Disk) -> None:
        metrics.durable.set(state is Disk.SOUND)
        if state is Disk.SOUND:
            log.info("durable_again")
            return
        metrics.failures.labels(part="disk").inc()
        log.error("not_durable", why=state.value, answered_all_the_same=not state.waits)

    return told
