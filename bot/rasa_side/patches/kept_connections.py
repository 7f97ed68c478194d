"""Connections to the action server are kept: Rasa opens one for each call, which both sides pay for.

One connector for each endpoint and event loop. Its idle connections end before the server would end them, and one that the
server has ended is not used again. As many at once as there are calls, as it is with Rasa's own way.
"""

from __future__ import annotations

import asyncio
from typing import Any

IDLE = 15.0
"""Seconds; the action server keeps them longer."""


def connections_are_kept() -> None:
    """In the place of ``EndpointConfig.session``, for a server of Rasa's: a session is closed, its connection stays.
    An endpoint with a password keeps Rasa's way."""
    import aiohttp
    from rasa.core.constants import DEFAULT_REQUEST_TIMEOUT
    from rasa.utils.endpoints import EndpointConfig

    fresh = EndpointConfig.session

    def connector(endpoint: Any) -> aiohttp.TCPConnector:
        loop = asyncio.get_running_loop()
        kept = endpoint.__dict__.get("onethread_connector")
        if kept is None or kept[0] is not loop or kept[1].closed:
            kept = endpoint.onethread_connector = (loop, aiohttp.TCPConnector(limit=0, keepalive_timeout=IDLE))
        made: aiohttp.TCPConnector = kept[1]
        return made

    def session(self: Any) -> aiohttp.ClientSession:
        if self.basic_auth:
            made: aiohttp.ClientSession = fresh(self)
            return made
        timeout = aiohttp.ClientTimeout(total=DEFAULT_REQUEST_TIMEOUT)
        return aiohttp.ClientSession(headers=self.headers, timeout=timeout, connector=connector(self), connector_owner=False)

    EndpointConfig.session = session
