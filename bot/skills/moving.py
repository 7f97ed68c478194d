"""Going on elsewhere: the customer asks for a text, a link for the browser, or a call. The gateway does it and says so."""

from __future__ import annotations

from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import Action, Tracker
from rasa_sdk.types import DomainDict

from bot import directives
from bot.directives import Move
from bot.model import ChannelName
from bot.skills import context


class GoOnElsewhere(Action):
    """One of the ways to another channel, ``directives.Move`` by its name; an open question stays open, on both."""

    def __init__(self, name: str, to: str) -> None:
        self._name, self._to = name, to

    def name(self) -> str:
        return self._name

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        context.direct(dispatcher, Move(self._to))
        return []


def ways() -> tuple[Action, ...]:
    """A text, a link for the browser, a call offered, that call wanted, and a code to call with."""
    channels = (ChannelName.SMS, ChannelName.VOICE, ChannelName.WEB)
    moves = tuple(GoOnElsewhere(f"action_go_on_by_{channel.value}", channel.value) for channel in channels)
    return (*moves, GoOnElsewhere("action_ring_me", "ring"), GoOnElsewhere("action_dial_in", "dial"))


class Prefer(Action):
    """Where the customer wants to be reached from now on: ``sms``, ``here``, ``any``."""

    def __init__(self, where: str) -> None:
        self._where = where

    def name(self) -> str:
        return f"action_prefer_{self._where}"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        context.direct(dispatcher, directives.Prefer(self._where))
        return []
