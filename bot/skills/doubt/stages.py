"""Not understood several times in a row: the likeliest wishes are asked, then other words, then a person is offered, then called.

The stage of a turn is in the slot ``unclear``; a turn that was understood has none, and so the next one begins anew. An open
form stays open until a person takes over.
"""

from __future__ import annotations

from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import Tracker
from rasa_sdk.types import DomainDict

from bot.skills import context
from bot.skills.business import Business
from bot.skills.doubt.guessing import ask_which, guesses
from bot.skills.person import hand_over

STAGE = "unclear"
GUESS, REPHRASE, OFFER = "guess", "rephrase", "offer"
NEXT = {"": REPHRASE, GUESS: REPHRASE, REPHRASE: OFFER}
SAID = {REPHRASE: "utter_fallback", OFFER: "utter_fallback_offer"}
IN_FORM = {REPHRASE: "utter_fallback_in_form", OFFER: "utter_fallback_offer_in_form"}


class Stages:
    """One after the other."""

    def __init__(self, business: Business) -> None:
        self._forms, self._model = business.forms, business.language_model

    def guessed(self, tracker: Tracker) -> bool:
        """Whether the last answer asked for one of our guesses."""
        return context.fresh(tracker, STAGE) == GUESS

    async def next(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        """Say what follows the stage before, and remember it."""
        before = context.fresh(tracker, STAGE) or ""
        if not before and (likely := await self._likely(dispatcher, tracker, domain)):
            return [SlotSet(STAGE, GUESS), *ask_which(dispatcher, tracker, likely)]
        stage = NEXT.get(before)
        if stage is None:
            tried = [*(tracker.get_slot("tried") or []), "not_understood"]
            reason = str(tracker.get_slot("trouble") or "not_understood")
            return [SlotSet(STAGE, None), *hand_over(dispatcher, tracker, domain, reason, tried)]
        in_form = tracker.active_loop_name is not None
        dispatcher.utter_message(response=IN_FORM[stage] if in_form else SAID[stage])
        return [SlotSet(STAGE, stage), SlotSet("offered", "person" if stage == OFFER and not in_form else None)]

    async def _likely(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[dict[str, str]]:
        return await guesses(dispatcher, tracker, domain, self._model, self._own(tracker))

    def _own(self, tracker: Tracker) -> str:
        """The intent that the open form is for."""
        return next((intent for intent, form in self._forms.items() if form == tracker.active_loop_name), "")
