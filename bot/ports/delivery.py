"""How messages come in and go out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.model import ChannelName, DeliveryReport, DeliveryStatus, InboundMessage, OutboundMessage


class Channel(Protocol):
    """One way out. Each connector has one."""

    name: ChannelName

    async def send(self, message: OutboundMessage) -> list[str]:
        """Send, in order, and return the vendor's ids (several when the text was split). Raises SendError."""
        ...


@dataclass(frozen=True, slots=True)
class Doubt:
    """A message that did not arrive, or may not have. ``status``: failed or uncertain; ``error``: the vendor's code or ours."""

    message: OutboundMessage
    status: DeliveryStatus
    error: str = ""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something about our account with a vendor that a person must mend. ``vendor`` is ``twilio`` or ``messenger``."""

    vendor: str
    code: str
    since: datetime


class Troubles(Protocol):
    """What is wrong with our accounts now, over all gateways. Each raises StoreUnavailable."""

    async def met(self, vendor: str, code: str) -> None:
        """A vendor refused us, not the message."""
        ...

    async def mended(self, vendor: str, code: str) -> None:
        """What failed by it went through."""
        ...

    async def now(self) -> list[Trouble]:
        """The oldest first."""
        ...


class Inbox(Protocol):
    """Where receivers put what came; durable before it returns."""

    async def accept(self, message: InboundMessage) -> bool:
        """Store it; False when this id was accepted before (nothing changes). Raises StoreUnavailable."""
        ...

    async def report(self, report: DeliveryReport) -> None:
        """Record what a vendor says of a sent message. Raises StoreUnavailable."""
        ...
