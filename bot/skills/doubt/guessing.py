"""What a message may have meant that was not understood: the likeliest wishes as options; and a wish that is asked for first."""

from __future__ import annotations

from typing import Any

from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import Action, Tracker
from rasa_sdk.types import DomainDict

from bot.ports.language_model import LanguageModel, Worded
from bot.skills import context
from bot.skills.context import GUESSES, WISH
from bot.skills.model_use import noted
from bot.skills.wishes.also import wished

MENUS = ("utter_main_menu", "utter_call_greeting")
"""Responses whose options are wishes, in the designers' words; the last counts first."""

TITLE = "utter_wish_"
"""With an intent's name: the title of a wish that stands in no menu, or is called otherwise here."""

LIKELY = 0.2
"""The least confidence of a guess; what is above the classifier's threshold was understood."""

LIKELY_IN_FORM = 0.4
"""The same while a question is open: most of what is not understood there is an answer."""

MOST = 3
NONE_OF_THESE = {"title": "Something else", "payload": "/deny"}
GO_ON = {"title": "Go on", "payload": "/go_on"}


async def guesses(
    dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict, model: LanguageModel, own: str = ""
) -> list[dict[str, str]]:
    """The options to show: what the model suggests, where there is one, then what the classifier finds likely. Nothing of it
    begins before the customer takes it. ``own``: the intent that the open form is for, which is no guess; in a form the model
    is not asked."""
    named = titles(domain)
    in_form = tracker.active_loop_name is not None
    asked = not in_form and bool(context.said(tracker)) and not context.language(tracker)
    worded = Worded() if not asked else await model.suggest(context.said(tracker), named)
    noted(dispatcher, worded)
    ranking: list[dict[str, Any]] = tracker.latest_message.get("intent_ranking") or []
    enough = LIKELY_IN_FORM if in_form else LIKELY
    likely = [str(one.get("name")) for one in ranking if float(one.get("confidence") or 0.0) >= enough]
    names = dict.fromkeys([worded.text, *likely])
    return [{"title": named[name], "payload": f"/{name}"} for name in names if name in named and name != own][:MOST]


def ask_which(dispatcher: CollectingDispatcher, tracker: Tracker, likely: list[dict[str, str]]) -> list[EventType]:
    """Ask for the one that is meant. An open form stays open, and its question is not asked in the same breath."""
    more = GO_ON if tracker.active_loop_name else NONE_OF_THESE
    dispatcher.utter_message(response="utter_fallback_guess", buttons=[*likely, more])
    only = WISH + likely[0]["payload"].lstrip("/") if len(likely) == 1 else GUESSES
    return [SlotSet("offered", only), *unasked(tracker)]


def unasked(tracker: Tracker) -> list[EventType]:
    """The open form's question is left out of this turn: another one was asked."""
    return [SlotSet("choosing", True)] if tracker.active_loop_name else []


def titles(domain: DomainDict) -> dict[str, str]:
    """The title of each wish that has one, by its intent."""
    responses = domain.get("responses") or {}
    variants = [variant for menu in MENUS for variant in responses.get(menu) or ()]
    found = {_intent(button): str(button["title"]) for variant in variants for button in variant.get("buttons") or ()}
    own = {name.removeprefix(TITLE): texts for name, texts in responses.items() if name.startswith(TITLE) and texts}
    return found | {intent: str(texts[0].get("text")) for intent, texts in own.items()}


def _intent(button: dict[str, Any]) -> str:
    return str(button["payload"]).removeprefix("/")


class AskFirst(Action):
    """A wish that destroys or diverts, and is not sure: it is asked for. Said again, it is."""

    def name(self) -> str:
        return "action_ask_first"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        wish = context.entity(tracker, "wish") or ""
        if context.fresh_offer(tracker) == WISH + wish:
            return [SlotSet("offered", None), *wished(tracker, wish)]
        responses = domain.get("responses") or {}
        own = f"utter_sure_{wish}"
        title = titles(domain).get(wish, wish.replace("_", " "))
        options = [{"title": "Yes", "payload": f"/{wish}"}, {"title": "No", "payload": "/deny"}]
        dispatcher.utter_message(response=own if own in responses else "utter_sure", title=title, buttons=options)
        return [SlotSet("offered", WISH + wish), *unasked(tracker)]
