"""A canned reply, and what may be kept as one."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.door.outgoing import unreadable
from desk.canned.variables import Variable, unknown, written
from desk.words import words
from desk.words.facts import one_line

LONGEST_TITLE = 60
LONGEST_TEXT = 1000
"""Characters: filled in, it still fits into one reply."""
MOST_SHARED, MOST_OWN = 200, 100
SHARED = ""
"""The owner of what all agents have."""
EVERY = ""
"""The queue of what is offered in each."""


def most(owner: str) -> int:
    """How many there may be: of one agent, or shared."""
    return MOST_SHARED if owner == SHARED else MOST_OWN


class CannedRefused(ValueError):
    """It cannot be kept like that; the message is a sentence."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody wrote, fit to be kept."""

    title: str
    text: str
    queue: str = EVERY


@dataclass(frozen=True, slots=True)
class CannedReply:
    """``owner``: a username, or SHARED; ``by``: who wrote it last; ``version``: another one after each change."""

    id: str
    owner: str
    title: str
    text: str
    queue: str
    by: str
    at: datetime
    version: str

    @property
    def shared(self) -> bool:
        """Whether all agents have it."""
        return self.owner == SHARED


def draft_of(fields: Mapping[str, str], queues: Container[str]) -> Draft:
    """What the form says. CannedRefused with a sentence."""
    say, queue = words(), fields.get("queue", EVERY)
    title, text = " ".join(fields.get("title", "").split()), fields.get("text", "").replace("\r\n", "\n").strip()
    if not 1 <= len(title) <= LONGEST_TITLE or not one_line(title):
        raise CannedRefused(say("canned.title_wrong", n=LONGEST_TITLE))
    if not 1 <= len(text) <= LONGEST_TEXT:
        raise CannedRefused(say("canned.text_wrong", n=LONGEST_TEXT))
    if queue != EVERY and queue not in queues:
        raise CannedRefused(say("canned.queue_wrong"))
    if unreadable(title)[1] or unreadable(text)[1]:
        raise CannedRefused(say("canned.secret"))
    if strange := unknown(text):
        raise CannedRefused(say("canned.variable_wrong", found=strange[0], known=" ".join(map(written, Variable))))
    return Draft(one_line(title), text, queue)
