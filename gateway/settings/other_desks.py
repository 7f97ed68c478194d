"""Which desks of others answer in which queue (``HANDOFF_TARGETS``), and how they are reached."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from gateway.settings.desk_kinds import CHATWOOT, WEBHOOK, ZAMMAD
from gateway.settings.variables import Variables


@dataclass(frozen=True, slots=True)
class WebhookSettings:
    """``keys``: the first signs alone once it is the only one; each signs and is accepted while two are set (rotation)."""

    url: str
    keys: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatwootSettings:
    """``secret``: empty where their webhooks are not signed."""

    url: str
    account: int
    inbox: int
    token: str = field(repr=False)
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ZammadSettings:
    """``secret``: signs their webhook."""

    url: str
    group: str
    token: str = field(repr=False)
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherDesks:
    """``by_queue``: the kind of desk of each queue that has one."""

    by_queue: Mapping[str, str] = field(default_factory=dict)
    webhook: WebhookSettings | None = None
    chatwoot: ChatwootSettings | None = None
    zammad: ZammadSettings | None = None

    @classmethod
    def of(cls, read: Variables) -> OtherDesks:
        """What was set."""
        webhook = WebhookSettings(read.desk_webhook_url, read.desk_webhook_key) if read.desk_webhook_url else None
        return cls(by_queue=read.handoff_targets, webhook=webhook, chatwoot=_chatwoot(read), zammad=_zammad(read))


def _chatwoot(read: Variables) -> ChatwootSettings | None:
    if not read.chatwoot_url:
        return None
    return ChatwootSettings(
        url=read.chatwoot_url,
        account=int(read.chatwoot_account),
        inbox=int(read.chatwoot_inbox),
        token=read.chatwoot_token,
        secret=read.chatwoot_secret,
    )


def _zammad(read: Variables) -> ZammadSettings | None:
    if not read.zammad_url:
        return None
    return ZammadSettings(url=read.zammad_url, group=read.zammad_group, token=read.zammad_token, secret=read.zammad_secret)


def missing(read: Variables) -> Iterator[str]:
    """A sentence for each desk that is named and cannot be reached."""
    addresses = {
        WEBHOOK: ("DESK_WEBHOOK_URL", read.desk_webhook_url),
        CHATWOOT: ("CHATWOOT_URL", read.chatwoot_url),
        ZAMMAD: ("ZAMMAD_URL", read.zammad_url),
    }
    for kind in sorted({*read.handoff_targets.values()}):
        name, url = addresses[kind]
        if not url:
            yield f"{name} is missing, and HANDOFF_TARGETS names {kind}."
