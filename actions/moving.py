"""Going on elsewhere: the customer asks for a text, a link for the browser, or a call. The gateway does it and says so."""

from __future__ import annotations

from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import Action, Tracker
from rasa_sdk.types import DomainDict

from actions import context
from bot import directives
from bot.directives import Move
from bot.model import ChannelName


class GoOnElsewhere(Action):
    """One of the three ways; an open question stays open, on both channels."""

    def __init__(self, where: ChannelName) -> None:
        self._where = where

    def name(self) -> str:
        return f"action_go_on_by_{self._where.value}"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        context.direct(dispatcher, Move(self._where.value))
        return []


class RingMe(Action):
    """The customer said yes to being called."""

    def name(self) -> str:
        return "action_ring_me"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        context.direct(dispatcher, Move("ring"))
        return []


class DialIn(Action):
    """The customer wants to call: the number, with a code that brings the call into this thread."""

    def name(self) -> str:
        return "action_dial_in"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        context.direct(dispatcher, Move("dial"))
        return []


class Prefer(Action):
    """Where the customer wants to be reached from now on: ``sms``, ``here``, ``any``."""

    def __init__(self, where: str) -> None:
        self._where = where

    def name(self) -> str:
        return f"action_prefer_{self._where}"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        context.direct(dispatcher, directives.Prefer(self._where))
        return []
