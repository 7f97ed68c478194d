"""The small moves of a conversation: yes and no to an offer, repeat, explain, never mind, start over, a call begins."""

from __future__ import annotations

import re

from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import Action, Tracker
from rasa_sdk.types import DomainDict

from bot.directives import Hangup
from bot.model import ChannelName
from bot.skills import context
from bot.skills.business import Business
from bot.skills.context import GUESSES, HELPED, WISH
from bot.skills.doubt.guessing import unasked
from bot.skills.doubt.stages import Stages
from bot.skills.wishes.also import wished

CANCELS = re.compile(r"\b(?:cancel|call (?:it|that|this) off)\b", re.IGNORECASE)
"""Said where nothing is open, it is about something that was done: that must not sound as if it had been undone."""

RASAS_OWN = frozenset({"requested_slot", "session_started_metadata"})


class TakeOffer(Action):
    """A yes: to what the last answer offered, or to nothing in particular. Rules go on from ``accepted``."""

    def __init__(self, business: Business) -> None:
        self._asides = {aside.name: aside.yes for aside in business.asides}

    def name(self) -> str:
        return "action_take_offer"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        offer = context.fresh_offer(tracker)
        yes = self._asides.get(offer or "")
        if yes and yes != offer:
            offer = WISH + yes
        elif offer in self._asides and not yes:  # only the answer that was asked for takes it
            offer = None
        if offer == HELPED:
            dispatcher.utter_message(response="utter_article_helped")
            return [SlotSet("accepted", "nothing"), SlotSet("offered", None)]
        if offer and offer.startswith(WISH):  # the only guess was right
            none: list[EventType] = [SlotSet("accepted", "nothing"), SlotSet("offered", None)]
            return [*none, *wished(tracker, offer.removeprefix(WISH))]
        if offer == GUESSES:
            said = [button for event in context.last_answer(tracker) for button in (event.get("data") or {}).get("buttons") or ()]
            dispatcher.utter_message(response="utter_which_one", buttons=said)
            return [SlotSet("accepted", "nothing"), SlotSet("offered", GUESSES), *unasked(tracker)]
        if offer is None and context.waits_for_proof(tracker):
            offer = "proof"
        if offer is None and not tracker.active_loop_name:
            dispatcher.utter_message(response="utter_yes_to_what")
        return [SlotSet("accepted", offer or "nothing"), SlotSet("offered", None)]


class DeclineOffer(Action):
    """A no. Inside a form the question comes again, with the way out of it. None of our guesses was right: as if it had not
    been understood again."""

    def __init__(self, business: Business) -> None:
        self._stages = Stages(business)

    def name(self) -> str:
        return "action_decline_offer"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        if context.fresh_offer(tracker) == HELPED and not tracker.active_loop_name:
            dispatcher.utter_message(response="utter_article_did_not_help")
            return [SlotSet("offered", "person")]
        if self._stages.guessed(tracker):
            return await self._stages.next(dispatcher, tracker, domain)
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
            context.say_again(dispatcher, event)
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


class Help(Action):
    """What there is, or, inside a form, what can be said there."""

    def name(self) -> str:
        return "action_help"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        dispatcher.utter_message(response="utter_help_in_form" if tracker.active_loop_name else "utter_help")
        return []


class NeverMind(Action):
    """Leaves the open form; what was given is kept, and a form that was left for this one is offered again."""

    def name(self) -> str:
        return "action_never_mind"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        return leave(dispatcher, tracker)


def leave(dispatcher: CollectingDispatcher, tracker: Tracker) -> list[EventType]:
    """Out of the open form, and back to the one that was left for it, if any."""
    closed = [*context.close_form(), SlotSet("also", None), *context.drop_goal()]
    left = context.paused(tracker)
    if not tracker.active_loop_name or not left:
        asks = tracker.active_loop_name is None and CANCELS.search(context.text(tracker))
        dispatcher.utter_message(response="utter_nothing_cancelled" if asks else "utter_never_mind")
        return [*closed, SlotSet("offered", None), SlotSet("paused", None)]
    dispatcher.utter_message(response="utter_left_aside")
    dispatcher.utter_message(response=f"utter_offer_{left[-1]}")
    return [*closed, SlotSet("paused", " ".join(left[:-1]) or None), SlotSet("offered", left[-1])]


class Refuse(Action):
    """Something is named that the customer does not want: it does not begin, and its form is left; any other stays open."""

    def name(self) -> str:
        return "action_refuse"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        form = tracker.active_loop_name
        if form and form == context.entity(tracker, "refused_form"):
            return leave(dispatcher, tracker)
        dispatcher.utter_message(response="utter_refused_in_form" if form else "utter_refused")
        return [SlotSet("offered", None)]


class Pause(Action):
    """Before another form takes the place of the open one: it is kept, to be picked up; a wish that waited for proof is not."""

    def __init__(self, business: Business) -> None:
        self._forms = business.forms

    def name(self) -> str:
        return "action_pause"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        if not tracker.active_loop_name:
            return [SlotSet("offered", None), *context.drop_goal()]
        return [SlotSet("offered", None), *context.pause(tracker, self._forms.get(context.intent(tracker), ""))]


class StartOver(Action):
    """Forgets everything the customer gave. Who starts over has not become somebody else: some things stay counted."""

    def __init__(self, business: Business) -> None:
        self._kept = RASAS_OWN | business.kept

    def name(self) -> str:
        return "action_start_over"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        dispatcher.utter_message(response="utter_started_over")
        filled = [slot for slot, value in tracker.slots.items() if value is not None and slot not in self._kept]
        return [*context.close_form(), *(SlotSet(slot, None) for slot in filled)]
