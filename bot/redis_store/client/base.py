"""What the Redis adapters share: one prefix, JSON of the nouns, one error, and the client for each form of REDIS_URL.

Keys that must change together carry the same hash tag, so that a Redis Cluster keeps them in one slot.

| REDIS_URL | what stands there |
|---|---|
| ``redis://``, ``rediss://``, ``unix://`` | one server |
| ``redis+sentinel://[:password@]host:26379,host:26379/<master's name>[/<database>]`` | Sentinels that name the master |
| ``redis+cluster://[:password@]host:6379,host:6379`` | some nodes of a Cluster; the others are found |
"""

from __future__ import annotations

import functools
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any, ParamSpec, TypeVar, cast
from urllib.parse import unquote, urlsplit

import redis.asyncio as redis
from pydantic import TypeAdapter
from redis.asyncio.cluster import ClusterNode, RedisCluster
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import Sentinel
from redis.backoff import ExponentialBackoff, NoBackoff
from redis.exceptions import ConnectionError as ConnectionFailed
from redis.exceptions import RedisClusterException, RedisError

from bot.ports import StoreUnavailable
from bot.redis_store.client.batch import BatchingRedis
from bot.redis_store.client.renewal import RenewingPool

PREFIX = "ot"
CONNECTIONS = 1000
"""Of one client at most: past redis-py's own hundred a command is refused, and a desk page alone keeps one open."""
SENTINEL, CLUSTER = "redis+sentinel", "redis+cluster"
SCHEMES = ("redis", "rediss", "unix", SENTINEL, CLUSTER)
P = ParamSpec("P")
T = TypeVar("T")


class ReachableCluster(RedisCluster):
    """A Cluster of which no node answers is a failed connection like any other: redis-py's own word for it is no RedisError."""

    async def initialize(self, *args: Any, **kwargs: Any) -> ReachableCluster:
        """See redis-py. Raises redis' ConnectionError."""
        try:
            await super().initialize(*args, **kwargs)
        except RedisClusterException as error:
            raise ConnectionFailed("no node of the Cluster can be used") from error
        return self


class BadRedisUrl(ValueError):
    """The address cannot be read; the sentence says what is missing and holds no password."""


def connect(url: str, *, timeout: float = 5.0, retries: int = 2, decode: bool = True) -> redis.Redis:
    """A client that speaks text (``decode=False``: bytes) and gives up after ``timeout`` seconds, so that callers can apologise.

    A command whose connection broke is sent again up to ``retries`` times: each command of ours changes nothing the
    second time. One that was not answered in time is not: a caller would wait three times as long, in silence.
    Raises BadRedisUrl. Nothing is connected before the first command.
    """
    pause = ExponentialBackoff(cap=0.2, base=0.02) if retries else NoBackoff()
    given: dict[str, Any] = {
        "decode_responses": decode,
        "socket_timeout": timeout,
        "socket_connect_timeout": 2.0,
        "max_connections": CONNECTIONS,
        "retry": Retry(pause, retries, supported_errors=(ConnectionFailed,)),
    }
    scheme, _, rest = url.partition("://")
    if scheme == SENTINEL:
        return _by_sentinel(rest, given)
    if scheme == CLUSTER:
        return _cluster(rest, given)
    if scheme not in SCHEMES:
        raise BadRedisUrl(f"REDIS_URL must begin with one of {', '.join(name + '://' for name in SCHEMES)}.")
    return BatchingRedis.from_pool(RenewingPool.to(url, **given))


def check_url(url: str) -> None:
    """Raises BadRedisUrl for an address that ``connect`` would refuse."""
    scheme, _, rest = url.partition("://")
    if scheme == SENTINEL:
        _master_of(rest)
    elif scheme == CLUSTER:
        _nodes(rest)


def _by_sentinel(rest: str, given: dict[str, Any]) -> redis.Redis:
    name, database = _master_of(rest)
    password, nodes = _nodes(rest)
    quick = {"socket_timeout": 1.0, "socket_connect_timeout": 1.0}
    sentinel: Any = Sentinel(  # type: ignore[no-untyped-call]
        nodes, sentinel_kwargs=quick, password=password, db=database, **given
    )
    return cast("redis.Redis", sentinel.master_for(name, redis_class=BatchingRedis))


def _cluster(rest: str, given: dict[str, Any]) -> redis.Redis:
    """A Cluster's client has the commands that we use under the same names."""
    password, nodes = _nodes(rest)
    client = ReachableCluster(startup_nodes=[ClusterNode(*node) for node in nodes], password=password, **given)
    return cast("redis.Redis", client)


def _master_of(rest: str) -> tuple[str, int]:
    _nodes(rest)
    name, _, database = urlsplit(f"//{rest}").path.strip("/").partition("/")
    if not name or (database and not database.isdigit()):
        raise BadRedisUrl("REDIS_URL must end with the master's name: redis+sentinel://host:26379,host:26379/mymaster")
    return name, int(database or 0)


def _nodes(rest: str) -> tuple[str | None, list[tuple[str, int]]]:
    """The password, and each server of the list as host and port."""
    place, _, _ = rest.partition("/")
    user, _, hosts = place.rpartition("@")
    found = [item.rpartition(":") for item in hosts.split(",")]
    if not all(host and port.isdigit() and 0 < int(port) < 65536 for host, _, port in found):
        raise BadRedisUrl("REDIS_URL must list each server as host:port, separated by commas.")
    return unquote(user.partition(":")[2]) or None, [(host.strip("[]"), int(port)) for host, _, port in found]


def is_cluster(client: redis.Redis) -> bool:
    """Whether commands go to several servers: then some cannot be sent as one batch."""
    return isinstance(client, RedisCluster)


def stored(call: Callable[P, Coroutine[Any, Any, T]]) -> Callable[P, Coroutine[Any, Any, T]]:
    """Turns every Redis error of an adapter's method into StoreUnavailable."""

    @functools.wraps(call)
    async def guard(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return await call(*args, **kwargs)
        except (RedisError, OSError) as error:
            raise StoreUnavailable(f"Redis: {type(error).__name__}") from error

    return guard


@asynccontextmanager
async def guarded() -> AsyncIterator[None]:
    """The same for a block."""
    try:
        yield
    except (RedisError, OSError) as error:
        raise StoreUnavailable(f"Redis: {type(error).__name__}") from error


def text_of(value: object) -> str | None:
    """A reply of a client that decodes, as the text it is; None stays None."""
    return None if value is None else str(value)


def dump(adapter: TypeAdapter[Any], value: object) -> str:
    """The value as JSON text. What has its default is left out: most of a record is empty lists. So a default of a noun that is
    kept is never changed."""
    return adapter.dump_json(value, exclude_defaults=True).decode()
