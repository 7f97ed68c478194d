"""Two custom actions: one that answers with a directive, one that validates the form."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.forms import FormValidationAction


class ActionBalance(Action):
    """Says something, sends a directive; raises when the message's metadata asks for it."""

    def name(self) -> str:
        return "action_balance"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        metadata = tracker.latest_message.get("metadata") or {}
        if metadata.get("raise"):
            raise RuntimeError("the business backend is down")
        dispatcher.utter_message(text="One moment.", json_message={"onethread": {"do": "collect_digits", "count": 4}})
        return []


class ValidateSendForm(FormValidationAction):
    """An amount has digits only."""

    def name(self) -> str:
        return "validate_send_form"

    def validate_amount(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> dict[str, Any]:
        return {"amount": value if str(value).isdigit() else None}
