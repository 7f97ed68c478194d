"""Handing over to a person, and taking the conversation back when they have closed it."""

from __future__ import annotations

from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import Action, Tracker
from rasa_sdk.types import DomainDict

from bot.directives import Handoff as HandoffDirective
from bot.directives import TellWait as TellTheWait
from bot.skills import context
from bot.skills.business import Business

ASKED = "asked"
# What a person has dealt with; a later conversation starts without it.
SETTLED = frozenset({"signals", "unclear", "trouble", "tried", "offered", "goal", "paused", "phone_misses"})


def phrase(domain: DomainDict, kind: str, code: str) -> str:
    """What an agent reads for a code of ours: the designers' response ``utter_<kind>_<code>``, else the code in plain letters."""
    variants = (domain.get("responses") or {}).get(f"utter_{kind}_{code}") or []
    return str(variants[0].get("text")) if variants else code.replace("_", " ")


def hand_over(
    dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict, reason: str, tried: list[str]
) -> list[EventType]:
    """Say so, ask the gateway for a person, and leave any form: the person takes it from here."""
    dispatcher.utter_message(response="utter_handing_over")
    phrases = tuple(phrase(domain, "tried", code) for code in tried)
    context.direct(dispatcher, HandoffDirective(reason=phrase(domain, "reason", reason), tried=phrases, code=reason))
    return [*context.close_form(), SlotSet("offered", None), SlotSet("paused", None), SlotSet("also", None), *context.drop_goal()]


class Handoff(Action):
    """The customer asked for a person, or took the offer of one."""

    def name(self) -> str:
        return "action_handoff"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        reason = str(tracker.get_slot("trouble") or ASKED)
        return hand_over(dispatcher, tracker, domain, reason, tracker.get_slot("tried") or [])


class TellWait(Action):
    """How long it takes until a person answers: the gateway says it, and an open question stays open."""

    def name(self) -> str:
        return "action_tell_wait"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        context.direct(dispatcher, TellTheWait())
        return []


class HandoffClosed(Action):
    """The agent closed: the assistant says that it is the assistant, and what came of it."""

    def __init__(self, business: Business) -> None:
        self._settled = sorted(SETTLED | business.settled)

    def name(self) -> str:
        return "action_handoff_closed"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        outcome = (context.entity(tracker, "outcome") or "").strip()
        if outcome:
            dispatcher.utter_message(response="utter_handoff_closed", outcome=outcome)
        else:
            dispatcher.utter_message(response="utter_handoff_closed_plainly")
        cleared: list[EventType] = [SlotSet(slot, None) for slot in self._settled]
        return [*context.close_form(), *cleared, SlotSet("handoff_outcome", outcome or None)]
