"""What a gateway says of itself: its health, what is to be mended, and the figures that are looked up when asked for."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from functools import partial

from redis.exceptions import RedisError

from bot.ports import StoreUnavailable
from bot.redis_store.queue import DOUBTFUL, inbox_key, outbox_key
from bot.redis_store.retention.recordings import RedisRecordings
from connectors.delivery_reasons import sentence
from gateway.observe.checks import checks_of, record_notes, resting_notes, silent_notes, store_notes
from gateway.observe.health import Health
from gateway.settings.config import ONE_ADDRESS, OTHER_PARTITIONS
from gateway.wiring.core import Core
from gateway.workers.partitions.reader import failed_key


def health_of(core: Core) -> Health:
    """What is asked of which part."""
    base, rasa = core.base, core.assistant
    actions = base.settings.action_server_url
    checks = checks_of(base.store.client, base.store.disk, rasa.dialogue, rasa.servers, base.http, actions)
    if core.recording is not None:
        checks["records"] = core.recording.well
    return Health(checks, partial(notes, core), at_desk=core.desk.presence.how_many)


async def account_troubles(core: Core) -> list[str]:
    """What is wrong with our accounts at the vendors."""
    with suppress(StoreUnavailable):  # then health and the desk say that the store is away
        return [sentence(trouble) for trouble in await core.queues.undelivered.troubles.now()]
    return []


async def notes(core: Core) -> list[str]:
    """What is to be mended, each as a sentence: health and every agent's desk say the same."""
    shared = [ONE_ADDRESS] if core.base.settings.visitors_share_one_address else []
    numbers = core.voice.numbers.notes if core.voice else ()
    account, store, records = await asyncio.gather(
        account_troubles(core),
        store_notes(core.base.store.client, core.base.store.disk),
        record_notes(core.base.http, core.base.settings.action_server_url),
    )
    kept = await core.recording.notes() if core.recording else []
    return [
        *store,
        *records,
        *kept,
        *resting_notes(core.assistant.servers),
        *account,
        *numbers,
        *shared,
        *await partition_notes(core),
        *await retention_notes(core),
        *await other_desks_notes(core),
    ]


async def partition_notes(core: Core) -> list[str]:
    """PARTITIONS counts for a new store only."""
    with suppress(RedisError, OSError):
        count, asked = (await core.base.store.partitions.load()).count, core.base.settings.partitions
        return [] if asked in (None, count) else [OTHER_PARTITIONS.format(asked=asked, count=count)]
    return []


async def retention_notes(core: Core) -> list[str]:
    """That nothing was deleted for days."""
    with suppress(StoreUnavailable):
        return await core.nightly.notes() if core.nightly else []
    return []


async def other_desks_notes(core: Core) -> list[str]:
    """Desks of others that do not answer."""
    with suppress(StoreUnavailable):
        return await core.other_desks.notes()
    return []


async def said_to_agents(core: Core) -> list[str]:
    """The notes, and what health says by a part's name: each agent's desk has them as sentences."""
    silent, noted = await asyncio.gather(silent_notes(core.assistant.dialogue), notes(core))
    return [*silent, *noted]


async def measures(core: Core) -> Mapping[str, int]:
    """What is looked up when the figures are asked for."""
    with suppress(StoreUnavailable):  # the other figures are shown all the same
        core.base.observed.metrics.trouble(await core.queues.undelivered.troubles.now())
    with suppress(StoreUnavailable):
        core.base.observed.metrics.recordings_overdue.set(await RedisRecordings(core.base.store.client).overdue())
    if core.recording is not None:
        await core.recording.measure(core.base.observed.metrics)
    return await queue_depths(core)


async def queue_depths(core: Core) -> Mapping[str, int]:
    """How much waits in all partitions, by queue."""
    partitions = await core.base.store.partitions.all_partitions()
    streams = {"inbox": [inbox_key(p) for p in partitions], "outbox": [outbox_key(p) for p in partitions]}
    keys = {f"{kind}": names for kind, names in streams.items()}
    keys |= {f"{kind} failed": [failed_key(name) for name in names] for kind, names in streams.items()}
    async with core.base.store.client.pipeline(transaction=False) as pipe:
        for names in keys.values():
            for name in names:
                pipe.xlen(name)
        pipe.zcard(DOUBTFUL)
        *lengths, doubtful = [int(answer) for answer in await pipe.execute()]
    found = iter(lengths)
    depths = {kind: sum(next(found) for _ in names) for kind, names in keys.items()}
    return {**depths, "doubtful": doubtful}
