"""Which desks of others answer in which queue (``HANDOFF_TARGETS``), and how they are reached."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from gateway.settings.desk_kinds import WEBHOOK
from gateway.settings.variables import Variables


@dataclass(frozen=True, slots=True)
class WebhookSettings:
    """``keys``: the first signs alone once it is the only one; each signs and is accepted while two are set (rotation)."""

    url: str
    keys: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherDesks:
    """``by_queue``: the kind of desk of each queue that has one."""

    by_queue: Mapping[str, str] = field(default_factory=dict)
    webhook: WebhookSettings | None = None

    @classmethod
    def of(cls, read: Variables) -> OtherDesks:
        """What was set."""
        webhook = WebhookSettings(read.desk_webhook_url, read.desk_webhook_key) if read.desk_webhook_url else None
        return cls(by_queue=read.handoff_targets, webhook=webhook)


def missing(read: Variables) -> Iterator[str]:
    """A sentence for each desk that is named and cannot be reached."""
    if WEBHOOK in read.handoff_targets.values() and not read.desk_webhook_url:
        yield "DESK_WEBHOOK_URL is missing, and HANDOFF_TARGETS names webhook."
