"""Connections that are given up when their server was demoted.

After a failover the address of the store leads to another server, but a connection stays with the one it was made to, which now
answers every write with ``READONLY`` (https://redis.io/docs/latest/operate/oss_and_stack/management/replication/). Such a
connection is closed, the command (which changed nothing) is sent again on a new one, and all other connections of the pool are
renewed before their next use. Sentinel's and a Cluster's clients do the like by themselves.
"""

from __future__ import annotations

from typing import Any

import redis.asyncio as redis
from redis.asyncio.connection import parse_url
from redis.exceptions import ConnectionError as ConnectionFailed
from redis.exceptions import MasterDownError, ReadOnlyError


class Demoted(ConnectionFailed):
    """The server has become a replica: it takes no writes until it is promoted, or its address leads elsewhere."""


def _renewing(base: type[Any]) -> type[Any]:
    """A connection of redis-py's that closes itself when its server says that it is a replica."""

    class Renewing(base):  # type: ignore[misc]  # known at run time only
        demoted = False

        async def read_response(self, *args: Any, **kwargs: Any) -> Any:
            try:
                return await super().read_response(*args, **kwargs)
            except (ReadOnlyError, MasterDownError) as error:
                self.demoted = True
                await self.disconnect(nowait=True)
                raise Demoted("the server takes no writes: it is a replica") from error

    return Renewing


CLASSES = {base: _renewing(base) for base in (redis.Connection, redis.SSLConnection, redis.UnixDomainSocketConnection)}


class RenewingPool(redis.ConnectionPool):
    """Renews all its connections after one of them met a demoted server."""

    async def release(self, connection: Any) -> None:
        """See redis-py: a command is done with this connection."""
        demoted, connection.demoted = connection.demoted, False
        await super().release(connection)
        if demoted:
            await self.update_active_connections_for_reconnect()  # type: ignore[no-untyped-call]  # those in use, when they are given back
            await self.disconnect(inuse_connections=False)

    @classmethod
    def to(cls, url: str, **given: Any) -> RenewingPool:
        """A pool for ``redis://``, ``rediss://`` or ``unix://``; what stands in the address wins."""
        options = {**given, **parse_url(url)}
        options["connection_class"] = CLASSES[options.get("connection_class", redis.Connection)]
        return cls(**options)
