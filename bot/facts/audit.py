"""What is told of agents and of the installation: who signed in, read, was changed; what is served. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.model import About, Fact
from bot.model.facts import made

NOBODY = About()
DESK, MASKED = "desk", "desk, masked"
"""Where a transcript is read: as it stands, or without personal data."""


def signed_in(session: str, agent: str, network: str, at: datetime) -> Fact:
    """``session``: what tells it apart, and opens nothing."""
    return made("agent_signed_in", session, at, NOBODY, {"agent": agent, "network": network})


def signed_out(session: str, agent: str, by: str, at: datetime) -> Fact:
    """``by``: the agent, or ``clock``."""
    return made("agent_signed_out", session, at, NOBODY, {"agent": agent, "by": by})


def agent_changed(agent: str, change: str, by: str, at: datetime) -> Fact:
    """``change``: added, reset, disabled, enabled, removed, password, profile, skills, what they do just now, or the
    role."""
    return made(
        "agent_changed", f"{agent}:{at.isoformat()}", at, NOBODY, {"agent": agent, "change": change, "by": by}, what=change
    )


def access_read(cause: str, what: str, by: str, network: str, at: datetime) -> Fact:
    """An admin looked at accounts, an account (with its username) or tokens; a program searched conversations, or fetched an
    attachment (with its handoff)."""
    return made("access_read", cause, at, NOBODY, {"what": what, "by": by, "network": network})


def token_changed(token: str, name: str, change: str, scopes: Sequence[str], by: str, at: datetime) -> Fact:
    """``token``: its id, which opens nothing. ``change``: made, revoked."""
    body = {"token": token, "name": name, "change": change, "scopes": list(scopes), "by": by}
    return made("token_changed", f"{token}:{change}", at, NOBODY, body, what=change)


def canned_reply_changed(
    reply: str, change: str, by: str, at: datetime, *, owner: str = "", title: str = "", queue: str = ""
) -> Fact:
    """``change``: made, changed, removed; ``owner``: the agent whose own it is, '' for a shared one, which is told with its
    title; ``queue``: '' for every one. Never the words."""
    body = {"reply": reply, "change": change, "owner": owner, "title": title, "queue": queue, "by": by}
    return made("canned_reply_changed", f"{reply}:{at.isoformat()}", at, NOBODY, body, what=change)


def transcript_read(
    cause: str, about: About, at: datetime, *, reader: str, handoff_id: str, lines: int, network: str, where: str = DESK
) -> Fact:
    """Somebody opened a conversation at the desk."""
    body = {"reader": reader, "where": where, "handoff_id": handoff_id, "lines": lines, "network": network}
    return made("transcript_read", cause, at, about, body)


def served(model: str, at: datetime) -> Fact:
    """A model answered for the first time."""
    return made("released", model, at, NOBODY, {"release": model, "model": model, "by": "gateway"})
