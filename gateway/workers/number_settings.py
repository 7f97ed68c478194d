"""Looks at how our numbers are set up at the vendor: at the start, and now and then. Never in anybody's way."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import structlog

from bot.ports import SendError
from connectors.twilio.client import TwilioAccount, TwilioClient
from connectors.twilio.number_setup import faults, wanted_of
from gateway.observe.metrics import Metrics

EVERY, AGAIN = 3600.0, 60.0
"""Seconds until the next look; sooner while something is wrong, or could not be looked up."""
log = structlog.get_logger()


class NumberSettings:
    """``notes``: what is set wrong, for health. The log says each fault when it is found and when all are mended."""

    def __init__(
        self,
        account: TwilioAccount,
        client: TwilioClient,
        metrics: Metrics,
        pause: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._account, self._client, self._metrics, self._pause = account, client, metrics, pause
        self.notes: tuple[str, ...] = ()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            known = False
            with suppress(SendError):
                await self.look()
                known = True
            if not known:
                log.info("number_settings_unknown")
            await self._pause(EVERY if known and not self.notes else AGAIN)

    async def look(self) -> None:
        """Once. Raises SendError when the vendor does not tell."""
        found: list[str] = []
        for number in wanted_of(self._account):
            found += faults(self._account, number, await self._client.number(number))
        for sentence in found:
            if sentence not in self.notes:
                log.warning("number_set_up_wrongly", mend=sentence)
        if self.notes and not found:
            log.info("numbers_set_up_well")
        self.notes = tuple(found)
        self._metrics.wrong_numbers.set(len(found))
