"""The API over records of both sorts: real databases, a real Valkey."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient

from bot.redis_store.client.base import connect
from bot.redis_store.facts import RedisFacts, fact_streams
from gateway.api import Access, Reads, RecordsApi
from gateway.observe.metrics import Metrics
from gateway.observe.middleware import failures
from records.facts import Fact, decode
from records.sql import RecordsStore
from tests.records.conftest import postgres as postgres
from tests.records.conftest import records_url as records_url
from tests.records.conftest import store as store
from tests.records.stories import NOW

TOKEN = "t" * 40


@dataclass
class Asking:
    """Somebody who has the token."""

    client: TestClient[Any, Any]
    redis: Any
    metrics: Metrics

    async def gets(self, path: str, **params: Any) -> tuple[int, dict[str, Any]]:
        answer = await self.client.get(path, params=params, headers={"Authorization": f"Bearer {TOKEN}"})
        return answer.status, await answer.json()

    async def told(self) -> list[Fact]:
        """The facts that wait to be recorded."""
        found = []
        for stream in fact_streams():
            for _, fields in await self.redis.xrange(stream):
                fact = decode(str(fields["fact"]).encode())
                assert isinstance(fact, Fact)
                found.append(fact)
        return found


@pytest.fixture
async def asking(redis_url: str, store: RecordsStore, aiohttp_client: Callable[..., Any]) -> AsyncIterator[Asking]:
    redis, metrics = connect(redis_url), Metrics()
    access = Access(TOKEN, metrics)
    api = RecordsApi(access, store, Reads(RedisFacts(redis), lambda: NOW))
    app = web.Application(middlewares=[failures(metrics)])
    app.add_routes([web.get("/conversations", api.search), *api.routes()])
    yield Asking(await aiohttp_client(app), redis, metrics)
    await redis.aclose()
