"""What commands on the store share: which store it is, one piece of work on it, and what is said when that fails.

``REDIS_URL`` as for the gateway (the environment, ``.env``, in any of its forms; never on the command line); without it, the
store of the assistant that runs from ``ONETHREAD_HOME``.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable, Mapping

import redis.asyncio as redis
from redis.exceptions import RedisError

from bot.ports import StoreUnavailable
from bot.redis_store.client.base import connect
from bot.redis_store.client.told import FactLog, Untold
from bot.redis_store.facts import RedisFacts
from gateway.settings import kinds
from gateway.settings.env_file import ENV_FILE, read_values
from gateway.settings.kinds import ConfigError, checked
from gateway.settings.variables import Variables

AWAY: tuple[type[Exception], ...] = (StoreUnavailable, RedisError, OSError)


def redis_url(environ: Mapping[str, str]) -> str:
    """The store to look into. Raises ConfigError when none is named and none of ours runs."""
    if url := environ.get("REDIS_URL", "").strip():
        return checked("REDIS_URL", url, kinds.redis_url)
    home = environ.get("ONETHREAD_HOME", "").strip() or Variables.model_fields["onethread_home"].default
    running = ENV_FILE.parent / home / "running.json"
    try:
        return str(json.loads(running.read_text())["redis_url"])
    except (OSError, ValueError, KeyError):
        raise ConfigError("REDIS_URL is not set, and nothing runs from ONETHREAD_HOME: set one of them.") from None


async def on_store(url: str, work: Callable[[redis.Redis], Awaitable[str]], *, timeout: float = 5.0) -> str:
    """What ``work`` has to say. ``timeout``: seconds for one answer of the store. Raises what ``work`` raises."""
    client = connect(url, timeout=timeout)
    try:
        return await work(client)
    finally:
        await client.aclose()


def facts_on(client: redis.Redis) -> FactLog:
    """Where commands tell what they do; nowhere with ``RECORDING=off``."""
    off = read_values(ENV_FILE, os.environ).get("RECORDING", "").strip().lower() == "off"
    return Untold() if off else RedisFacts(client)


def told(
    run: Callable[[str], Awaitable[str]], failed: Callable[[Exception], str], refused: tuple[type[Exception], ...] = ()
) -> int:
    """Run it on the store that is named and print what it says: 0. 1 with the sentence of ``failed`` when it raises one of
    ``refused`` or the store is away, 2 when REDIS_URL is wrong."""
    try:
        sys.stdout.write(asyncio.run(_run(run)) + "\n")
    except ConfigError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except refused + AWAY as error:
        sys.stderr.write(f"{failed(error)}\n")
        return 1
    return 0


async def _run(run: Callable[[str], Awaitable[str]]) -> str:
    return await run(redis_url(read_values(ENV_FILE, os.environ)))
