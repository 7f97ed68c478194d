"""The small moves of a conversation: yes and no to an offer, repeat, explain, never mind, start over, a call begins."""

from __future__ import annotations

from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import Action, Tracker
from rasa_sdk.types import DomainDict

from actions import context, digits
from actions.person import hand_over
from bot.directives import Hangup
from bot.model import ChannelName

RASAS_OWN = frozenset({"requested_slot", "session_started_metadata"})
# Kept through a start over: who starts over has not become somebody else, and guesses at cards stay counted.
KEPT = frozenset({"card_misses"})


class TakeOffer(Action):
    """A yes: to what the last answer offered, or to nothing in particular. Rules go on from ``accepted``."""

    def name(self) -> str:
        return "action_take_offer"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        offer = context.fresh_offer(tracker)
        if offer is None and not tracker.active_loop_name:
            dispatcher.utter_message(response="utter_yes_to_what")
        return [SlotSet("accepted", offer or "nothing"), SlotSet("offered", None)]


class DeclineOffer(Action):
    """A no. Inside a form the question comes again, with the way out of it."""

    def name(self) -> str:
        return "action_decline_offer"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        dispatcher.utter_message(response="utter_no_in_form" if tracker.active_loop_name else "utter_declined")
        return [SlotSet("offered", None)]


class Goodbye(Action):
    """Says goodbye; a call is hung up, but only on a clear goodbye. An open form waits for the next time."""

    def name(self) -> str:
        return "action_goodbye"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        calling = context.sender(tracker).channel is ChannelName.VOICE
        if calling and context.confidence(tracker) < context.SURE:
            dispatcher.utter_message(response="utter_goodbye_perhaps")
            return []
        dispatcher.utter_message(response="utter_goodbye")
        if calling:
            context.direct(dispatcher, Hangup())
        return [SlotSet("offered", None)]


class Repeat(Action):
    """Says the last answer again. Inside a form the question comes again by itself."""

    def name(self) -> str:
        return "action_repeat"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        if tracker.active_loop_name:
            dispatcher.utter_message(response="utter_again")
            return []
        said = [event for event in context.last_answer(tracker) if event.get("text")]
        for event in said:
            dispatcher.utter_message(text=event["text"], buttons=(event.get("data") or {}).get("buttons") or [])
        if not said:
            dispatcher.utter_message(response="utter_help")
        # Still on offer after it was said again.
        return [SlotSet("offered", context.fresh_offer(tracker))]


class Explain(Action):
    """Why a question is asked, or where its answer is found."""

    def name(self) -> str:
        return "action_explain"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        slot = context.requested(tracker)
        dispatcher.utter_message(response=f"utter_explain_{slot}" if slot else "utter_help")
        return []


class NeverMind(Action):
    """Leaves the open form; what was given is kept."""

    def name(self) -> str:
        return "action_never_mind"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        dispatcher.utter_message(response="utter_never_mind")
        return [*context.close_form(), *(SlotSet(slot, None) for slot in ("offered", "goal", "paused"))]


class StartOver(Action):
    """Forgets everything the customer gave."""

    def name(self) -> str:
        return "action_start_over"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        dispatcher.utter_message(response="utter_started_over")
        filled = [slot for slot, value in tracker.slots.items() if value is not None and slot not in RASAS_OWN | KEPT]
        return [*context.close_form(), *(SlotSet(slot, None) for slot in filled)]


class Inform(Action):
    """A detail that no form asked for: a late one-time code, another zip code, or something we cannot place."""

    def name(self) -> str:
        return "action_inform"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        if context.sender(tracker).code != "none":
            paused = "activation" if tracker.active_loop_name == "activation_form" else tracker.get_slot("paused")
            return [SlotSet("informed", "code"), SlotSet("paused", paused)]
        if not tracker.active_loop_name and digits.zip_code(context.text(tracker)):
            return [SlotSet("informed", "postcode")]
        dispatcher.utter_message(response="utter_did_not_fit" if tracker.active_loop_name else "utter_detail_for_what")
        return [SlotSet("informed", "nothing")]


class Fallback(Action):
    """Not understood: first asked to rephrase, then a person is offered, then it is handed over."""

    def name(self) -> str:
        return "action_fallback"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        if context.sender(tracker).code != "none":  # a code with words around it that we could not read
            return [SlotSet("informed", "code")]
        informed = SlotSet("informed", "nothing")
        before = context.in_a_row(tracker, self.name())
        if before == 0:
            dispatcher.utter_message(response="utter_fallback_in_form" if tracker.active_loop_name else "utter_fallback")
            return [informed]
        if before == 1:
            response = "utter_fallback_offer_in_form" if tracker.active_loop_name else "utter_fallback_offer"
            dispatcher.utter_message(response=response)
            return [informed, SlotSet("offered", "person")]
        tried = [*(tracker.get_slot("tried") or []), "not_understood"]
        return [informed, *hand_over(dispatcher, tracker, domain, str(tracker.get_slot("trouble") or "not_understood"), tried)]


class LostThread(Action):
    """No rule fits (a gap in data/rules): say so rather than say nothing."""

    def name(self) -> str:
        return "action_lost_thread"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        dispatcher.utter_message(response="utter_lost_thread")
        return [*context.close_form(), SlotSet("offered", "person")]
