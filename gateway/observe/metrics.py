"""What operators count (Prometheus). Labels are names from fixed lists: never a text, a number or an id."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from bot.identity.one_time_codes import CAP, COUNTRY, LIMIT, SENT
from bot.model import ChannelName, InboundMessage
from bot.ports import Trouble

BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 8.0, 15.0)


DELETED = ("contacts", "handoffs", "recordings", "lines", "facts", "persons")
"""``facts``: whole ones; ``persons``: facts that lost the person."""


class Metrics:
    """All of the gateway's figures, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._of_messages()
        self._of_doors()
        self._of_parts()
        self._of_people()

    def _of_messages(self) -> None:
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
        self.undelivered = Counter(
            "onethread_undelivered",
            "Messages that did not arrive or may not have, by the vendor's code or ours",
            ["channel", "code"],
            registry=self.registry,
        )
        self.troubles = Gauge(
            "onethread_account_trouble",
            "What a person must mend at a vendor, by its code",
            ["vendor", "code"],
            registry=self.registry,
        )

    def _of_doors(self) -> None:
        self.refused = Counter(
            "onethread_refused", "Requests turned away: signature and the like", ["reason"], registry=self.registry
        )
        self.visitors = Counter(
            "onethread_visitors", "Requests by how the visitor's address is known", ["known"], registry=self.registry
        )
        self.ignored = Counter("onethread_ignored", "Vendors' events passed over", ["kind"], registry=self.registry)
        self.doors = Counter(
            "onethread_door", "What the door found, by channel (docs/door.md)", ["channel", "what"], registry=self.registry
        )
        self.codes = Counter(
            "onethread_codes", "Wishes for a one-time code: sent, or why not", ["outcome"], registry=self.registry
        )
        for outcome in (SENT, LIMIT, COUNTRY, CAP):
            self.codes.labels(outcome=outcome)
        self.segments = Counter("onethread_sms_segments", "Segments of sent texts", registry=self.registry)

    def _of_parts(self) -> None:
        self.failures = Counter("onethread_failures", "Failures by the part that failed", ["part"], registry=self.registry)
        self.parts = Gauge("onethread_part_up", "1: the part is well, as health says", ["part"], registry=self.registry)
        self.durable = Gauge(
            "onethread_durable", "1: what we answer for is on the store's disk; 0: a crash may lose it", registry=self.registry
        )
        self.durable.set(1)
        self.rasa_servers = Gauge(
            "onethread_rasa_server_up", "1: takes its share; 0: hangs and is asked last", ["server"], registry=self.registry
        )
        self.wrong_numbers = Gauge(
            "onethread_number_settings_wrong", "Settings of our numbers at Twilio that are not ours", registry=self.registry
        )
        self.waiting = Gauge("onethread_queue_depth", "What waits in a queue", ["queue"], registry=self.registry)
        self.failed = Gauge(
            "onethread_failed_entries", "Set aside after failing five times (docs/runbook.md)", ["queue"], registry=self.registry
        )
        self.partitions = Gauge("onethread_partitions", "Partitions this gateway works on", registry=self.registry)
        self.partitions_in_all = Gauge("onethread_partitions_in_all", "Partitions there are", registry=self.registry)
        self.uncertain = Gauge(
            "onethread_doubtful_sends", "Sends of the last 30 days that were uncertain or refused", registry=self.registry
        )

    def _of_people(self) -> None:
        self.repeats = Counter(
            "onethread_repeats",
            "Questions for what was known, by who asked",
            ["by"],
            registry=self.registry,
        )
        for who in ("bot", "agent"):
            self.repeats.labels(by=who)
        self.facts_waiting = Gauge("onethread_facts_waiting", "Facts that wait to be kept for good", registry=self.registry)
        self.facts_lag = Gauge(
            "onethread_facts_lag_seconds", "Seconds for which the oldest of them has waited", registry=self.registry
        )
        self.facts_aside = Gauge(
            "onethread_facts_aside", "Set aside by this gateway's recorder: no facts that it knows", registry=self.registry
        )
        self.deleted = Counter(
            "onethread_deleted",
            "What had had its time and was deleted at night (docs/records.md)",
            ["what"],
            registry=self.registry,
        )
        for what in DELETED:
            self.deleted.labels(what=what)
        self.recordings_overdue = Gauge(
            "onethread_recordings_overdue",
            "Recordings that had had their time and that Twilio did not delete last night",
            registry=self.registry,
        )
        self.effort = Counter("onethread_effort", "Callers' answers, 1 (easy) to 5", ["answer"], registry=self.registry)
        self.handoffs = Gauge("onethread_handoffs", "Open handoffs by state", ["state"], registry=self.registry)
        self.agents = Gauge("onethread_agents", "Agents at the desk who take conversations", registry=self.registry)

    def records(self, *, waiting: int, seconds: float, aside: int) -> None:
        """How far the recorder is."""
        self.facts_waiting.set(waiting)
        self.facts_lag.set(seconds)
        self.facts_aside.set(aside)

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

    def rasa_server(self, server: str, well: bool) -> None:
        """Whether one of several Rasa servers takes its share; by its host and port, from the settings."""
        self.rasa_servers.labels(server=server).set(well)

    def trouble(self, found: Sequence[Trouble]) -> None:
        """What is wrong with our accounts now."""
        self.troubles.clear()
        for one in found:
            self.troubles.labels(vendor=one.vendor, code=one.code).set(1)

    def stage(self, name: str, seconds: float) -> None:
        """How long one stage of one message took; the name is from the fixed list above."""
        self.stages.labels(stage=name).observe(seconds)

    def refuse(self, reason: str) -> None:
        """Count one request that was turned away; the reason is from the connectors' fixed list."""
        self.refused.labels(reason=reason).inc()

    def door(self, message: InboundMessage, what: str) -> None:
        """Count one thing that the door found of a message; the word is from the door's fixed list."""
        self.doors.labels(channel=message.channel.value, what=what).inc()

    def ignore(self, kind: str) -> None:
        """Count one event of a vendor that means nothing to us; the kind is from the connectors' fixed list."""
        self.ignored.labels(kind=kind).inc()

    def text(self) -> bytes:
        """The page that Prometheus reads."""
        return generate_latest(self.registry)
