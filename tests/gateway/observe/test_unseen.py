"""No failure is unseen, and looking at a failure does not take longer than whoever looks will wait."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, cast

import pytest

from gateway.api import InternalApi
from gateway.observe.health import Health
from gateway.observe.metrics import Metrics
from tests.gateway.conftest import House

SM = "SM" + "7" * 31


def api(metrics: Metrics, parts: Any, depths: Any) -> InternalApi:
    """Only what the page of metrics needs."""
    nobody = cast("Any", None)
    return InternalApi(
        access=nobody,
        reads=nobody,
        recorded=nobody,
        contacts=nobody,
        handoffs=nobody,
        lines=nobody,
        metrics=metrics,
        depths=depths,
        linking=nobody,
        parts=parts,
    )


class TestAnAnswerThatDoesNotCome:
    @pytest.fixture
    def changes(self) -> dict[str, str]:
        return {"TURN_DEADLINE_SECONDS": "1"}

    async def test_an_apology_for_a_rasa_that_hangs_is_counted(self, house: House) -> None:
        """With a frozen Rasa, or a frozen action server behind it, each customer got an apology, and no figure moved."""
        house.outside.hangs = asyncio.Event()
        try:
            await house.texts("where is my card", SM + "1")
            await house.outside.has(house.outside.texts, 1)
        finally:
            house.outside.hangs.set()
        assert 'onethread_failures_total{part="rasa"} 1.0' in await house.metrics()


async def test_health_asks_all_at_the_same_time() -> None:
    """Parts, notes and agents one after the other took six seconds while Redis hung."""
    together = asyncio.Barrier(3)

    async def part() -> bool:
        return bool(await together.wait() >= 0)

    async def notes() -> list[str]:
        await together.wait()
        return ["noted"]

    async def agents() -> int:
        await together.wait()
        return 3

    answer = await Health({"redis": part}, notes, at_desk=agents).internal(cast("Any", Asked()))
    assert answer.text == '{"status": "degraded", "parts": {"redis": true}, "notes": ["noted"], "agents": 3}'


async def test_a_scrape_ends_before_its_scraper_gives_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page of metrics took twelve seconds while Redis hung: Prometheus waits for ten, and called the gateway gone."""
    monkeypatch.setattr("gateway.observe.health.CHECK_SECONDS", 0.05)
    metrics = Metrics()

    async def parts() -> Mapping[str, bool]:
        return {"redis": False}

    async def depths() -> Mapping[str, int]:
        await asyncio.Event().wait()
        return {}

    async with asyncio.timeout(5):
        page = (await api(metrics, parts, depths).show_metrics(cast("Any", None))).body
    assert isinstance(page, bytes)
    assert b'onethread_part_up{part="redis"} 0.0' in page and b'onethread_failures_total{part="redis"} 1.0' in page


class Asked:
    """A request without a query."""

    query: Mapping[str, str] = {}
