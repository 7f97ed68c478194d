"""What is found out about our accounts outside of the outbox: said on the desk and by health, not only counted or spoken."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field

import structlog

from bot.ports import StoreUnavailable, Troubles
from connectors.delivery_reasons import META, OTHER_PAGE, TWILIO
from gateway.observe.metrics import Metrics

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Noting:
    """Told in passing, by those who cannot wait for the store: the phone line, the codes, Messenger's receiver."""

    troubles: Troubles
    metrics: Metrics
    noting: set[asyncio.Task[None]] = field(default_factory=set)

    def passed_over(self, kind: str) -> None:
        """An event of Messenger's: counted; messages to a page that is not set up here are a setting to be mended."""
        self.metrics.ignore(kind)
        if kind == OTHER_PAGE:
            self._begin(META, OTHER_PAGE)

    def refused(self, code: str) -> None:
        """Twilio refused our account, whatever was asked."""
        log.error("account_trouble", vendor=TWILIO, code=code)
        self._begin(TWILIO, code)

    def _begin(self, vendor: str, code: str) -> None:
        task = asyncio.create_task(self._note(vendor, code))
        self.noting.add(task)
        task.add_done_callback(self.noting.discard)

    async def _note(self, vendor: str, code: str) -> None:
        with suppress(StoreUnavailable):
            await self.troubles.met(vendor, code)
