"""How long a message is worth sending, and how long to wait between two tries. Pure."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.model import ChannelName, OutboundMessage
from bot.ports import SendError, SendFailure
from connectors.delivery_reasons import EXPIRED, TOO_OLD

RETRY_FIRST, RETRY_MOST = 0.5, 30.0
ACCOUNT_FIRST, ACCOUNT_MOST = 5.0, 300.0
"""Seconds between two tries while a person has to mend our account."""
AFTER_MOST = 300.0
"""Seconds that a vendor's ``Retry-After`` is believed: more would keep the person without an answer for the sake of a header."""
BUSY_LIFE = timedelta(hours=1)
"""After that what a busy vendor did not take would only confuse."""
ACCOUNT_LIFE = timedelta(hours=24)
"""As long is kept what waits for our account to be mended; older than that nothing is sent."""
AGAIN = (SendFailure.RETRY, SendFailure.ACCOUNT)


def too_old(message: OutboundMessage, error: SendError | None, moment: datetime) -> str:
    """Why it must not be sent any more (a code of ``connectors.delivery_reasons``), or empty. ``error``: the last try's."""
    if message.expires_at is not None and moment >= message.expires_at:
        return EXPIRED
    if message.channel is ChannelName.WEB:
        return ""  # a line in a log: never too late
    life = BUSY_LIFE if error is not None and error.failure is SendFailure.RETRY else ACCOUNT_LIFE
    return TOO_OLD if moment - message.created_at > life else ""


@dataclass(slots=True)
class Patience:
    """Of one message."""

    message: OutboundMessage
    wait: float = 0.0

    def again(self, error: SendError) -> bool:
        """Whether to try again. Somebody waits for a code or a call now: they are told, and ask again."""
        if error.failure is SendFailure.ACCOUNT:
            return self.message.expires_at is None and not self.message.rings
        return error.failure is SendFailure.RETRY

    def pause(self, error: SendError, moment: datetime) -> float:
        """Seconds until the next try: growing, at most the vendor's wish within reason, and not past the message's own end."""
        first, most = (ACCOUNT_FIRST, ACCOUNT_MOST) if error.failure is SendFailure.ACCOUNT else (RETRY_FIRST, RETRY_MOST)
        self.wait = min(max(first, self.wait * 2), most)
        pause = min(error.after, AFTER_MOST) if error.after else self.wait * random.uniform(0.5, 1.5)
        if self.message.expires_at is None:
            return pause
        return max(0.0, min(pause, (self.message.expires_at - moment).total_seconds()))
