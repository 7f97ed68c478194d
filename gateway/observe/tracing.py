"""OpenTelemetry traces, where ``OTEL_EXPORTER_OTLP_ENDPOINT`` says where they go; otherwise nothing is imported or done.

Spans carry channel names and durations: never a text, a number or digits, and no exception's words.
https://opentelemetry.io/docs/specs/otel/protocol/exporter/
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

PACKAGES = "opentelemetry-sdk and opentelemetry-exporter-otlp-proto-http"


class TracingUnavailable(Exception):
    """Traces are asked for and their packages are not there; the message is a sentence for a person."""


@dataclass(frozen=True, slots=True)
class Tracing:
    """Makes spans with ``tracer`` (an OpenTelemetry ``Tracer``); without one, it does nothing."""

    tracer: Any = None
    provider: Any = None

    @contextmanager
    def span(self, name: str, **attributes: str) -> Iterator[None]:
        """One step. ``attributes`` are words from fixed lists."""
        if self.tracer is None:
            yield
            return
        # an exception's message may quote a customer, so it is not recorded: only that there was one
        with self.tracer.start_as_current_span(
            name, attributes=attributes, record_exception=False, set_status_on_exception=False
        ):
            yield

    def close(self) -> None:
        """Send what is left."""
        if self.provider is not None:
            self.provider.shutdown()


def tracing_to(endpoint: str | None) -> Tracing:
    """Traces to an OTLP/HTTP endpoint (``http://collector:4318``); none without one. Raises TracingUnavailable."""
    if endpoint is None:
        return Tracing()
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError:
        sentence = f"OTEL_EXPORTER_OTLP_ENDPOINT is set, and its packages are missing: install {PACKAGES}."
        raise TracingUnavailable(sentence) from None
    provider = TracerProvider(resource=Resource.create({"service.name": "onethread-gateway"}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=f"{endpoint}/v1/traces")))
    return Tracing(provider.get_tracer("onethread"), provider)
