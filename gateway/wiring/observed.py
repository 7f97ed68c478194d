"""What is counted and traced."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.observe.metrics import Metrics
from gateway.observe.tracing import Tracing, tracing_to
from gateway.settings.config import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """One of each in a gateway."""

    metrics: Metrics
    tracing: Tracing


def wire_observed(settings: Settings) -> Observed:
    """Raises TracingUnavailable without its packages."""
    return Observed(metrics=Metrics(), tracing=tracing_to(settings.otlp_endpoint))
