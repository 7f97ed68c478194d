"""Recordings are Twilio's to keep and ours to delete: by their sids, which handoffs and the records name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from bot.model.retention import Rules
from bot.ports import Clock, SendError, SendFailure
from bot.redis_store.retention.people import Theirs
from bot.redis_store.retention.recordings import RedisRecordings
from connectors.twilio.client import TwilioClient
from records.sql import RecordsStore

NO_ACCOUNT = "{count} recordings are Twilio's to delete, and no account is set: set TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN"
log = structlog.get_logger()


class VendorRefused(Exception):
    """A recording could not be deleted; the message is one sentence. What was deleted before it is gone."""


@dataclass(frozen=True, slots=True)
class Recordings:
    """``twilio``: None where no account is configured."""

    twilio: TwilioClient | None
    kept: RedisRecordings
    records: RecordsStore
    clock: Clock

    async def of(self, theirs: Theirs) -> list[str]:
        """Sids of a person's recordings, by either store. Raises StoreUnavailable, RecordsUnavailable."""
        return sorted({*await self.kept.of(theirs), *await self.records.recordings_of(theirs.people)})

    async def delete(self, sids: Sequence[str]) -> int:
        """All of them; again does no harm. How many. Raises VendorRefused."""
        if sids and self.twilio is None:
            raise VendorRefused(NO_ACCOUNT.format(count=len(sids)))
        for number, sid in enumerate(sids):
            try:
                await self._delete(sid)
            except SendError as error:
                left = f"{len(sids) - number} of {len(sids)} recordings are not deleted"
                raise VendorRefused(f"{left}: Twilio: {error.reason}") from error
        return len(sids)

    async def delete_old(self, rules: Rules) -> list[str]:
        """Those that have had their time; the sids that are gone. What Twilio did not delete is noted, and tried the next night.

        Raises StoreUnavailable, RecordsUnavailable.
        """
        if rules.recordings is None:
            return []
        by_handoff = [one async for one in self.kept.due(self.clock() - rules.recordings)]
        due = {sid for _, sids in by_handoff for sid in sids} | set(await self.records.recordings_due(rules))
        gone = await self._try(sorted(due))
        for handoff_id, sids in by_handoff:
            await self.kept.gone(handoff_id, gone.intersection(sids))
        await self.kept.note_overdue(len(due) - len(gone))
        return sorted(gone)

    async def _try(self, due: Sequence[str]) -> set[str]:
        """Those that are gone; while Twilio is away, or our account in trouble, the others are not tried."""
        gone: set[str] = set()
        why = "" if self.twilio else NO_ACCOUNT.format(count=len(due))
        for sid in due if self.twilio else ():
            try:
                await self._delete(sid)
            except SendError as error:
                why = f"Twilio: {error.reason}"
                if error.account or error.failure is not SendFailure.REFUSED:
                    break
            else:
                gone.add(sid)
        if len(gone) < len(due):
            log.warning("recordings_not_deleted", count=len(due) - len(gone), why=why)
        return gone

    async def _delete(self, sid: str) -> None:
        assert self.twilio is not None
        await self.twilio.delete_recording(sid)
