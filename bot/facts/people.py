"""What is told of contacts that are joined and taken apart. Pure."""

from __future__ import annotations

from datetime import datetime

from bot.model import About, Address, ChannelName, Contact, Fact, stable_id
from bot.model.facts import made
from bot.ports.stores import LinkRecord


def linked(link: LinkRecord) -> Fact:
    """One contact was joined into another."""
    return made("identity_linked", link.id, link.at, _about(link), {**_both(link), "how": link.how})


def undone(link: LinkRecord) -> list[Fact]:
    """The link was taken apart; nothing while it stands."""
    if link.undone_at is None:
        return []
    body = {"linked_at": link.at.isoformat(), "restored": restored(link.id), "by": link.undone_by}
    return [made("identity_undone", link.id, link.undone_at, _about(link), _both(link) | body)]


def refused_by_vendor(cause: str, address: Address, contact: Contact, at: datetime) -> Fact:
    """The vendor says that the person refuses texts. ``cause``: the message that they refused."""
    about = About(contact.conversation_id, contact.id, ChannelName.SMS.value)
    return made("opt_out", cause, at, about, {"address": str(address), "by": "vendor"})


def suppressed(cause: str, notice: str, why: str, about: About, at: datetime) -> Fact:
    """A notice that we would have begun and did not."""
    return made("notice_suppressed", f"{cause}:{notice}", at, about, {"notice": notice, "why": why})


def restored(link_id: str) -> str:
    """The conversation under which the side goes on that another was joined into."""
    return stable_id("c", f"{link_id}:undone")


def _about(link: LinkRecord) -> About:
    return About(link.before[1].conversation_id, link.after.id)


def _both(link: LinkRecord) -> dict[str, object]:
    part, into = link.before
    addresses = [str(known.address) for known in part.addresses]
    return {
        "link_id": link.id,
        "into": into.conversation_id,
        "part": part.conversation_id,
        "part_contact": part.id,
        "addresses": addresses,
    }
