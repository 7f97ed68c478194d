"""What a short message right after an answer means that means little alone: "no, 200", "cancel it", "and on Christmas Eve?".

A business says for its own answers what may follow them (``Business.follow_ups``). They are asked before a detail, a no or a
message that was not understood becomes anything else; a wish that was understood is that wish (``bot.skills.behind.following``).
"""

from __future__ import annotations

import re
from typing import Protocol

from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import Tracker

CANCELS = re.compile(
    r"\b(?:cancel|undo|take (?:it|that) back|call (?:it|that|this) off)\b(?! (?:my|the|a) (?!trip|appointment|notice))",
    re.IGNORECASE,
)
"""That something is to be undone, and nothing else that has a name."""

DENIES = re.compile(r"\b(?:don'?t|do not|not|never)\b", re.I)

SHORT = 4
"""Words of a message that may be a detail of what was done."""


class FollowUp(Protocol):
    """One kind of message behind one kind of answer."""

    @property
    def after(self) -> frozenset[str]:
        """The responses behind which it may come."""

    async def follow(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[EventType] | None:
        """Do what it asks for; None, and nothing said, when it is no such message."""


def cancels(text: str) -> bool:
    """Whether it says that what was done is to be undone."""
    return CANCELS.search(text) is not None and DENIES.search(text) is None
