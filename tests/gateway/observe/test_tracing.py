"""OpenTelemetry: spans of a turn reach a collector, and hold no word of a customer; without an endpoint nothing is done."""

from __future__ import annotations

import asyncio
import sys

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from gateway.observe.tracing import Tracing, TracingUnavailable, tracing_to
from tests.gateway.conftest import House


class Collector:
    """Takes OTLP over HTTP: https://opentelemetry.io/docs/specs/otlp/#otlphttp"""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []

    async def take(self, request: web.Request) -> web.Response:
        self.bodies.append(await request.read())
        return web.Response()


@pytest.fixture
async def collector(changes: dict[str, str]) -> object:
    made = Collector()
    app = web.Application()
    app.router.add_post("/v1/traces", made.take)
    server = TestServer(app)
    await server.start_server()
    changes["OTEL_EXPORTER_OTLP_ENDPOINT"] = str(server.make_url("")).rstrip("/")
    yield made
    await server.close()


async def test_a_turns_stages_are_traced_without_its_words(collector: Collector, house: House) -> None:
    await house.texts("xyzzy my number", f"SM{1:032x}", "+12125550183")
    await house.outside.has(house.outside.texts, 1)
    await house.emptied()
    await asyncio.to_thread(house.core.base.observed.tracing.close)  # sends what is left
    sent = b"".join(collector.bodies)
    for name in (b"turn", b"rasa", b"send", b"onethread-gateway"):
        assert name in sent
    for mark in (b"xyzzy", b"2125550183"):
        assert mark not in sent


def test_without_an_endpoint_nothing_is_made() -> None:
    made = tracing_to(None)
    assert made == Tracing()
    with made.span("turn"):
        pass
    made.close()


def test_missing_packages_are_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    with pytest.raises(TracingUnavailable, match="install opentelemetry-sdk"):
        tracing_to("http://127.0.0.1:4318")
