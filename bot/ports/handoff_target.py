"""Another desk, in which people answer instead of ours: what is asked of it, what it tells, and what is kept about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from bot.model import ChannelName, Handoff, Media

AT = " @ "
"""Between the name of an agent of another desk and that desk: no username of ours has it."""


def agent_at(name: str, desk: str) -> str:
    """As whom the core knows an agent of another desk."""
    plain = " ".join(name.replace(AT, " ").split())[:60]
    return f"{plain or 'Agent'}{AT}{desk}"


def desk_of(agent: str | None) -> str:
    """The other desk whose agent it is; empty for our own and for nobody."""
    return agent.rpartition(AT)[2] if agent and AT in agent else ""


def called(agent: str) -> str:
    """The name that customers read."""
    return agent.rpartition(AT)[0] or agent


class PassedState(StrEnum):
    """How far a handoff is with another desk."""

    OPENING = "opening"
    THERE = "there"
    ENDING = "ending"
    """It is over here, or lost there: they are yet to be told."""
    OVER = "over"


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """A handoff that another desk has: the outbox to it. ``ref``: their id of it; ``given``: the customer's messages that they
    have; ``heard``: what came from them, ``refused``: ids and sentences of what was not done of it; ``seen``: how far their news
    were read. ``begun``: what was under way (``open`` or a message's id) when a try began, so it may be there. ``error``: of
    the last try, a sentence; ``why``: how it ended (``closed``, ``taken_back``, ``lost``)."""

    handoff_id: str
    desk: str
    state: PassedState
    since: datetime
    ref: str = ""
    given: tuple[str, ...] = ()
    heard: tuple[str, ...] = ()
    refused: tuple[tuple[str, str], ...] = ()
    seen: str = ""
    looked_at: datetime | None = None
    begun: str = ""
    tries: int = 0
    failing_since: datetime | None = None
    not_before: datetime | None = None
    error: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Words:
    """A message of the customer's: its id is the provider's, the same however often it is given."""

    id: str
    at: datetime
    text: str
    channel: ChannelName
    media: tuple[Media, ...] = ()


@dataclass(frozen=True, slots=True)
class Joined:
    """An agent there has taken it."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Wrote:
    """An agent there wrote to the customer."""

    id: str
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class PutBack:
    """Nobody there has it any more."""

    id: str


@dataclass(frozen=True, slots=True)
class Ended:
    """It was closed there. ``code``: of our queue's endings, empty: its first; ``agreed``: told to the customer."""

    id: str
    name: str
    code: str = ""
    agreed: str = ""
    note: str = ""


Happened = Joined | Wrote | PutBack | Ended


@dataclass(frozen=True, slots=True)
class News:
    """What happened there, in its order, after the place ``seen`` of the last time; and the place now."""

    happened: Sequence[Happened] = ()
    seen: str = ""


class HandoffTarget(Protocol):
    """A desk of somebody else's. Each method raises SendError: RETRY and UNCERTAIN are tried again, REFUSED concerns what was
    sent alone, ACCOUNT the desk or the conversation there as a whole. ``again``: a try before may have arrived, so look first."""

    @property
    def name(self) -> str:
        """As in HANDOFF_TARGETS."""
        ...

    @property
    def title(self) -> str:
        """As operators read it."""
        ...

    @property
    def polls(self) -> bool:
        """Whether ``news`` has anything to tell."""
        ...

    @property
    def same_ref(self) -> bool:
        """Whether their id of it is our handoff's, and so known before they answer."""
        ...

    async def open(self, handoff: Handoff, packet: Mapping[str, Any], *, again: bool) -> str:
        """Their id of it."""
        ...

    async def find(self, handoff: Handoff) -> str | None:
        """Their id of one whose opening may have arrived; None when it is not there."""
        ...

    async def say(self, ref: str, words: Words, *, again: bool) -> None:
        """The customer wrote."""
        ...

    async def end(self, ref: str, handoff: Handoff, why: str) -> None:
        """It is over for them; as ``Passed.why``. Asked again it changes nothing."""
        ...

    async def tell(self, ref: str, sentence: str) -> None:
        """A sentence for the agent there, never for the customer."""
        ...

    async def news(self, ref: str, seen: str) -> News:
        """What happened there since."""
        ...


class PassedHandoffs(Protocol):
    """What is with other desks. Each raises StoreUnavailable."""

    async def get(self, handoff_id: str) -> Passed | None: ...
    async def by_ref(self, desk: str, ref: str) -> Passed | None: ...
    async def create(self, passed: Passed) -> Passed:
        """Keep it unless there is one of that handoff; the one that stands."""
        ...

    async def update(self, handoff_id: str, change: Callable[[Passed], Passed]) -> Passed | None:
        """Change what is stored now; ``change`` may be called again."""
        ...

    async def live(self) -> list[Passed]:
        """Those that are not over."""
        ...
