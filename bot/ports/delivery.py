"""How messages come in and go out."""

from __future__ import annotations

from typing import Protocol

from bot.model import ChannelName, DeliveryReport, InboundMessage, OutboundMessage


class Channel(Protocol):
    """One way out. Each connector has one."""

    name: ChannelName

    async def send(self, message: OutboundMessage) -> list[str]:
        """Send, in order, and return the vendor's ids (several when the text was split). Raises SendError."""
        ...


class Inbox(Protocol):
    """Where receivers put what came; durable before it returns."""

    async def accept(self, message: InboundMessage) -> bool:
        """Store it; False when this id was accepted before (nothing changes). Raises StoreUnavailable."""
        ...

    async def report(self, report: DeliveryReport) -> None:
        """Record what a vendor says of a sent message. Raises StoreUnavailable."""
        ...
