"""What somebody is at the desk. An account has one role; what a role may do is the table's affair (``desk.access.table``)."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """From the least to the most, but for designers, who never see who a customer is."""

    AGENT = "agent"
    SUPERVISOR = "supervisor"
    DESIGNER = "designer"
    ADMIN = "admin"


Who = frozenset[Role] | None
"""The roles that may; None: nobody needs to be signed in."""

ANYBODY: Who = None
SIGNED_IN = frozenset(Role)
WORKS = frozenset({Role.AGENT, Role.SUPERVISOR, Role.ADMIN})
"""Who talks with customers, is counted as being there, and is rung."""
SUPERVISES = frozenset({Role.SUPERVISOR, Role.ADMIN})
READS_MASKED = SUPERVISES | {Role.DESIGNER}
ADMINISTERS = frozenset({Role.ADMIN})
NOBODY: frozenset[Role] = frozenset()


def role_of(kept: str) -> Role:
    """The role of a record; accounts from before there were roles are agents, and so is what this version does not know."""
    return Role(kept) if kept in set(Role) else Role.AGENT


def home_of(role: Role) -> str:
    """Where somebody begins."""
    return "/desk" if role in WORKS else "/desk/transcripts"
