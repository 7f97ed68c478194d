"""What a form asks: the response of the slot, and on a call the keys that are its answer."""

from __future__ import annotations

from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import Action, Tracker
from rasa_sdk.types import DomainDict

from bot.skills import context


class Ask(Action):
    """Says ``response``. ``keys``: how many a call listens for; 0: none."""

    def __init__(self, name: str, response: str, keys: int = 0) -> None:
        self._name, self._response, self._keys = name, response, keys

    def name(self) -> str:
        return self._name

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        dispatcher.utter_message(response=self._response)
        if self._keys:
            context.collect_keys(dispatcher, tracker, self._keys)
        return []
