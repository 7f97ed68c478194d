"""What a message may have meant that was not understood: a short question with the likeliest wishes as options."""

from __future__ import annotations

from typing import Any

from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import Tracker
from rasa_sdk.types import DomainDict

from bot.ports.language_model import LanguageModel, Worded
from bot.skills import context
from bot.skills.model_use import noted

MENU = "utter_call_greeting"
"""The response whose options are all that can be wished for, in the designers' words."""

LIKELY = 0.2
"""The least confidence of a guess; what is above the classifier's threshold was understood."""

MOST = 3
WISH = "wish "
"""Begins what is on offer (slot ``offered``) when there is one guess alone: a yes takes it."""


async def guesses(
    dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict, model: LanguageModel
) -> list[dict[str, str]]:
    """The options to show: what the model suggests, where there is one, then what the classifier finds likely; none inside a
    form, where the open question is what counts. Nothing of it begins before the customer takes it."""
    if tracker.active_loop_name:
        return []
    titles = _titles(domain)
    worded = await model.suggest(context.text(tracker), titles) if context.text(tracker) else Worded()
    noted(dispatcher, worded)
    ranking: list[dict[str, Any]] = tracker.latest_message.get("intent_ranking") or []
    likely = [str(one.get("name")) for one in ranking if float(one.get("confidence") or 0.0) >= LIKELY]
    names = dict.fromkeys([worded.text, *likely])
    return [{"title": titles[name], "payload": f"/{name}"} for name in names if name in titles][:MOST]


def _titles(domain: DomainDict) -> dict[str, str]:
    """The title of each wish of the menu, by its intent."""
    variants = (domain.get("responses") or {}).get(MENU) or []
    buttons = [button for variant in variants for button in variant.get("buttons") or ()]
    return {str(button["payload"]).removeprefix("/"): str(button["title"]) for button in buttons}
