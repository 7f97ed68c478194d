"""Answers to what was asked aside, while another form's question is open ("give me your zip code and I'll look up yours"), and
short messages right after an answer, which mean little alone ("no, 200", "cancel it", "and on Christmas Eve?").

A business says for its own answers what may follow them (``Business.follow_ups``). They are asked before a detail, a no or a
message that was not understood becomes anything else; a wish that was understood is that wish (``bot.skills.behind``).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import Tracker

from bot.skills import context


class Aside(Protocol):
    """A question that an answer asks by the way. It is asked by setting ``offered`` to ``name``."""

    @property
    def name(self) -> str:
        """What slot ``offered`` holds while it is asked, and ``informed`` when it is answered."""

    @property
    def form(self) -> str:
        """The form that takes the answer; rules open it. Empty: an action takes it at once."""

    @property
    def yes(self) -> str:
        """The intent that a mere yes to the question stands for; empty: only the answer that was asked for takes it. Its own
        name: the yes is to the deed of that name, which asked "shall I?"."""

    def reads(self, words: str) -> bool:
        """Whether the words are such an answer by what they look like, also where nothing was asked."""

    async def finds(self, words: str) -> bool:
        """Whether they are one when they are looked up."""

    def begins(self, tracker: Tracker) -> str:
        """The intent of the wish that is begun again with the answer; empty: rules go on from ``informed``."""


class FollowUp(Protocol):
    """One kind of message behind one kind of answer."""

    @property
    def after(self) -> frozenset[str]:
        """The responses behind which it may come."""

    async def follow(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[EventType] | None:
        """Do what it asks for; None, and nothing said, when it is no such message."""


def passing(asides: Iterable[Aside]) -> list[str]:
    """The names of those whose question may be passed over; a deed's "shall I?" waits for its answer."""
    return [aside.name for aside in asides if aside.yes != aside.name]


def is_for_aside(tracker: Tracker, asides: Iterable[Aside]) -> bool:
    """Whether it is by its looks what an aside asked for just now."""
    offer, words = context.fresh_offer(tracker), context.text(tracker)
    return any(aside.name == offer and aside.reads(words) for aside in asides)


async def answered(tracker: Tracker, asides: Iterable[Aside]) -> Aside | None:
    """The aside that the words answer: the one that asked last, or, where no form is open, one that asked nothing."""
    offer, words = context.fresh_offer(tracker), context.text(tracker)
    for aside in asides:
        asked = aside.name == offer
        if tracker.active_loop_name and not asked:
            continue
        if aside.reads(words) or (asked and await aside.finds(words)):
            return aside
    return None
