"""What no skill takes as it is: a detail nobody asked for, what was not understood, what is out of scope, a gap in the rules."""

from __future__ import annotations

from typing import Any

from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import Action, Tracker
from rasa_sdk.types import DomainDict

from bot.skills import context
from bot.skills.asides import Aside, answered, passing
from bot.skills.business import Business
from bot.skills.doubt.stages import Stages
from bot.skills.knowing import known, known_of
from bot.skills.wishes.also import wished


class Inform(Action):
    """A detail that no form asked for: a late one-time code, the answer to an aside, or something we cannot place."""

    def __init__(self, business: Business) -> None:
        self._asides = business.asides

    def name(self) -> str:
        return "action_inform"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        if context.sender(tracker).code != "none":
            return [SlotSet("informed", "code"), *context.pause(tracker)]
        if aside := await answered(tracker, self._asides):
            return _taken(tracker, aside)
        if context.sender(tracker).pin != "none":  # asked for elsewhere, and written in a chat
            dispatcher.utter_message(response="utter_pin_not_here")
            return [SlotSet("informed", "nothing")]
        informed = SlotSet("informed", "nothing")
        if question := context.open_question(tracker, *passing(self._asides)):
            dispatcher.utter_message(response="utter_detail_before_answer")
            context.say_again(dispatcher, question)
            return [informed, SlotSet("offered", context.fresh_offer(tracker))]
        dispatcher.utter_message(response="utter_did_not_fit" if tracker.active_loop_name else "utter_detail_for_what")
        return [informed]


class Fallback(Action):
    """Not understood: an aside's answer, an article, or the next stage of asking again (``bot.skills.doubt.stages``)."""

    def __init__(self, business: Business) -> None:
        self._asides = business.asides
        self._knowledge, self._model = business.knowledge, business.language_model
        self._stages = Stages(business)

    def name(self) -> str:
        return "action_fallback"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        if context.sender(tracker).code != "none":  # a code with words around it that we could not read
            return [SlotSet("informed", "code")]
        offer = context.fresh_offer(tracker)
        if offer and (aside := await answered(tracker, [one for one in self._asides if one.name == offer])):
            return _taken(tracker, aside)
        informed = SlotSet("informed", "nothing")
        if (told := await known(dispatcher, tracker, self._knowledge, self._model)) is not None:
            return [informed, *told]
        events = [informed, *await self._stages.next(dispatcher, tracker, domain)]
        asked = offer in passing(self._asides)
        return [*events, SlotSet("offered", offer)] if asked and _offered(events) is None else events


def _offered(events: list[EventType]) -> Any:
    """What the events leave on offer."""
    return next((one["value"] for one in reversed(events) if one.get("event") == "slot" and one["name"] == "offered"), None)


def _taken(tracker: Tracker, aside: Aside) -> list[EventType]:
    """Rules go on with the answer to an aside, or the wish that it is for begins again."""
    if intent := aside.begins(tracker):
        return [SlotSet("informed", "nothing"), *wished(tracker, intent)]
    return [SlotSet("informed", aside.name), *_made_room(tracker, aside)]


def _made_room(tracker: Tracker, aside: Aside) -> list[EventType]:
    """The form that an aside opens takes the place of the open one."""
    return context.pause(tracker, aside.form) if aside.form else []


class OutOfScope(Action):
    """Nothing that a skill does: an article may answer it, else it is said that nothing does."""

    def __init__(self, business: Business) -> None:
        self._knowledge, self._model = business.knowledge, business.language_model

    def name(self) -> str:
        return "action_out_of_scope"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        if (told := await known(dispatcher, tracker, self._knowledge, self._model)) is not None:
            return told
        dispatcher.utter_message(response="utter_out_of_scope")
        return []


class ByArticle(Action):
    """What an article answers that names the intent; without one, as anything that no skill does."""

    def __init__(self, business: Business) -> None:
        self._knowledge, self._model = business.knowledge, business.language_model
        self._else = OutOfScope(business)

    def name(self) -> str:
        return "action_article"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        told = await known_of(dispatcher, tracker, self._knowledge, self._model)
        return await self._else.run(dispatcher, tracker, domain) if told is None else told


class LostThread(Action):
    """No rule fits (a gap in data/rules): say so rather than say nothing."""

    def name(self) -> str:
        return "action_lost_thread"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        dispatcher.utter_message(response="utter_lost_thread")
        return [*context.close_form(), SlotSet("offered", "person")]
