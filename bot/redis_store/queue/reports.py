"""What vendors say of messages that they took."""

from __future__ import annotations

import redis.asyncio as redis

from bot.facts import messages as told_of
from bot.model import DeliveryReport, DeliveryStatus, OutboundMessage
from bot.redis_store.client.base import text_of
from bot.redis_store.client.told import FactLog, Untold, append_from
from bot.redis_store.queue.keys import LAST_WORDS, OUTBOUND, RANKS, Sent, list_as_doubtful, over_key
from bot.redis_store.queue.scripts import REPORT


class Reports:
    """Carries out what vendors say of messages that they took. Raises what the client raises."""

    def __init__(self, client: redis.Redis, facts: FactLog | None = None) -> None:
        self._redis = client
        self._facts = facts or Untold()
        self._report = client.register_script(f"{REPORT}{append_from(6)}return 1")

    async def carry_out(self, sent: Sent, report: DeliveryReport) -> OutboundMessage | None:
        """The message, when the report is the first to say that it did not arrive."""
        lost, error = None, report.error or ""
        if report.status is DeliveryStatus.FAILED and (text := text_of(await self._redis.hget(sent.key, "json"))):
            lost = OUTBOUND.validate_json(text)
            await list_as_doubtful(self._redis, lost, sent.key)
        about = sent.outbound_id, sent.conversation_id, report.channel, report.status, report.at, error
        last = report.status in LAST_WORDS.get(report.channel, ())
        args = [report.status.value, str(RANKS[report.status]), error]
        args += [str(report.at.timestamp()) if last else "", sent.outbound_id]
        keys = [sent.key, over_key(sent.partition)]
        changed = await self._facts.commit(self._report, keys, args, lambda: [told_of.delivery(*about)])
        return lost if changed else None
