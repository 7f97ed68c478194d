"""What has had its time: conversations leave Redis for the cold store, and at night what the rules say is deleted."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from bot.model import now
from bot.redis_store.client.base import PREFIX
from bot.redis_store.event_log import EventLog
from bot.redis_store.over import SendsOver
from bot.redis_store.retention.recordings import RedisRecordings
from gateway.retention.night import Night
from gateway.retention.people import Told
from gateway.retention.recordings import Recordings
from gateway.wiring.assistant import Assistant
from gateway.wiring.base import Base
from gateway.wiring.channels import Channels
from gateway.workers.cooling import Cooling
from gateway.workers.nightly import Nightly
from gateway.workers.parking import Parking


def wire_parking(base: Base, *, assistant: Assistant) -> Parking:
    """Cooling first, then falling asleep."""
    store, cold = base.store, base.store.cold
    log = EventLog(store.client, PREFIX, cold)
    cooling = Cooling(store.client, log, cold, base.content.questions, now, base.settings.cool_after, store.turns.served)
    return Parking(
        client=store.client,
        cooling=cooling,
        cold=cold,
        contacts=store.contacts,
        handoffs=store.handoffs,
        calls=store.calls,
        codes=store.codes,
        lines=assistant.lines,
        locks=store.locks,
        clock=now,
        after=base.settings.cold_after,
    )


def wire_sends_over(base: Base) -> SendsOver:
    """As long as events stay in Redis, so do the records of what was sent with them."""
    return SendsOver(base.store.client, base.store.partitions, now, base.settings.cool_after)


def wire_retention(base: Base, *, channels: Channels) -> Nightly | None:
    """None where the installation deletes nothing by itself."""
    hour = base.settings.retention_hour
    if hour is None:
        return None
    client, twilio = base.store.client, channels.twilio.client if channels.twilio else None
    night = Night(
        client=client,
        records=base.records,
        recordings=Recordings(twilio, RedisRecordings(client), base.records, now),
        told=Told(base.store.facts, now),
        rules=base.content.retention,
        clock=now,
        metrics=base.observed.metrics,
    )
    return Nightly(client, now, ZoneInfo(base.settings.line.hours.zone), hour, night.run)
