"""What operators count (Prometheus). Labels are names from fixed lists: never a text, a number or an id."""

from __future__ import annotations

from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from bot.model import ChannelName

BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 8.0, 15.0)


class Metrics:
    """All of the gateway's figures, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.turns = Counter("onethread_turns", "Turns by channel and owner", ["channel", "owner"], registry=self.registry)
        self.turn_seconds = Histogram(
            "onethread_turn_seconds",
            "Seconds from taking a message to its replies",
            ["channel"],
            buckets=BUCKETS,
            registry=self.registry,
        )
        self.stages = Histogram(
            "onethread_stage_seconds",
            "Seconds by stage: queue (accepted to taken up), lock, rasa, turn (taken up to replies kept), send",
            ["stage"],
            buckets=BUCKETS,
            registry=self.registry,
        )
        self.accepted = Counter("onethread_accepted", "Messages stored, by channel", ["channel", "new"], registry=self.registry)
        self.sends = Counter("onethread_sends", "Sends by outcome", ["channel", "outcome"], registry=self.registry)
        self.refused = Counter(
            "onethread_refused", "Requests turned away: signature and the like", ["reason"], registry=self.registry
        )
        self.ignored = Counter("onethread_ignored", "Vendors' events passed over", ["kind"], registry=self.registry)
        self.segments = Counter("onethread_sms_segments", "Segments of sent texts", registry=self.registry)
        self.failures = Counter("onethread_failures", "Failures by the part that failed", ["part"], registry=self.registry)
        self.repeats = Counter(
            "onethread_repeats",
            "Questions for what was known, by who asked",
            ["by"],
            registry=self.registry,
        )
        for who in ("bot", "agent"):
            self.repeats.labels(by=who)
        self.waiting = Gauge("onethread_queue_depth", "What waits in a queue", ["queue"], registry=self.registry)
        self.failed = Gauge(
            "onethread_failed_entries", "Set aside after failing five times (docs/runbook.md)", ["queue"], registry=self.registry
        )
        self.partitions = Gauge("onethread_partitions", "Partitions this gateway works on", registry=self.registry)
        self.uncertain = Gauge(
            "onethread_doubtful_sends", "Sends of the last 30 days that were uncertain or refused", registry=self.registry
        )
        self.effort = Counter("onethread_effort", "Callers' answers, 1 (easy) to 5", ["answer"], registry=self.registry)
        self.handoffs = Gauge("onethread_handoffs", "Open handoffs by state", ["state"], registry=self.registry)

    def turn(self, channel: ChannelName, owner: str, seconds: float) -> None:
        """Count one turn."""
        self.turns.labels(channel=channel.value, owner=owner).inc()
        self.turn_seconds.labels(channel=channel.value).observe(seconds)

    def depths(self, found: Mapping[str, int]) -> None:
        """What waits: ``inbox``, ``outbox``, the same with `` failed`` for what was set aside, and ``doubtful`` sends."""
        for name, depth in found.items():
            queue, _, failed = name.partition(" ")
            if name == "doubtful":
                self.uncertain.set(depth)
            else:
                (self.failed if failed else self.waiting).labels(queue=queue).set(depth)

    def stage(self, name: str, seconds: float) -> None:
        """How long one stage of one message took; the name is from the fixed list above."""
        self.stages.labels(stage=name).observe(seconds)

    def refuse(self, reason: str) -> None:
        """Count one request that was turned away; the reason is from the connectors' fixed list."""
        self.refused.labels(reason=reason).inc()

    def ignore(self, kind: str) -> None:
        """Count one event of a vendor that means nothing to us; the kind is from the connectors' fixed list."""
        self.ignored.labels(kind=kind).inc()

    def text(self) -> bytes:
        """The page that Prometheus reads."""
        return generate_latest(self.registry)
