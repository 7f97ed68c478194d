"""Actions for messages that say little, and what such a message follows (``bot.skills.asides``)."""

from __future__ import annotations

import re
from collections.abc import Iterable

from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import Action, Tracker
from rasa_sdk.types import DomainDict

from bot.skills import context
from bot.skills.asides import FollowUp
from bot.skills.behind.before import options_before, said_before
from bot.skills.knowing import ARTICLE
from bot.skills.parsing.corrections import SHORT
from bot.skills.wishes.also import wished

INFORMED = frozenset({"action_inform", "action_fallback"})
"""Actions whose rules go on from ``informed``."""

ASKS_ON = re.compile(
    r"^(?:(?:ok(?:ay)?|and|so|but|well|then|oh)[, ]+)*(?:what (?:do|should|must|can) (?:i|we)(?: have to| need to)? (?:do|bring)|"
    r"what(?:'s| is| happens|s)?(?: (?:now|next|then))|now what|where do i start|how do i (?:do that|go about it|start))"
    r"(?: now| next| then| first| exactly)?[?.! ]*$",
    re.I,
)
"""A question that names nothing: it is about what was told just now."""

ARTICLES = frozenset({"utter_article", "utter_article_in_form"})

LITTLE = frozenset(
    "yes yeah yep sure ok okay please it the a an my me now then so do can you i just one new for to go ahead and".split()
)
"""Words that say nothing of which option is meant."""

WORD = 4
"""Letters of one that may be the option's: "on" stands in every second sentence."""

ASKS_OR_DENIES = frozenset("not no never nope don't dont can't how what why when where who if is are did does was will".split())


class Following(Action):
    """An action for messages that say little, and what they follow."""

    def __init__(self, action: Action, follow_ups: Iterable[FollowUp]) -> None:
        self._action = action
        self._follow_ups = tuple(follow_ups)

    def name(self) -> str:
        return str(self._action.name())

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        found = None if tracker.active_loop_name else await self._follows(dispatcher, tracker)
        if found is not None:
            return [*([SlotSet("informed", "nothing")] if self.name() in INFORMED else []), *found]
        events: list[EventType] = await self._action.run(dispatcher, tracker, domain)
        return events

    async def _follows(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[EventType] | None:
        if context.sender(tracker).code != "none" or not context.text(tracker):
            return None
        if (yes := says_yes_in_its_words(tracker)) is not None:
            return yes
        said = said_before(tracker)
        if said & ARTICLES and ASKS_ON.match(context.text(tracker)):
            dispatcher.utter_message(response="utter_article_asks_on", title=str(tracker.get_slot(ARTICLE) or ""))
            return [SlotSet("offered", "person")]
        for one in self._follow_ups:
            if one.after & said and (events := await one.follow(dispatcher, tracker)) is not None:
                return events
        return None


def says_yes_in_its_words(tracker: Tracker) -> list[EventType] | None:
    """ "Then order a new one", where "Order a new card" is the option that says yes to a deed: the yes."""
    offer, said = context.fresh_offer(tracker), _plain(context.text(tracker))
    if offer is None or not ASKS_OR_DENIES.isdisjoint(said) or len(said) > 2 * SHORT:
        return None
    titles = [_plain(str(one.get("title"))) for one in options_before(tracker) if one.get("payload") == "/affirm"]
    verbs = [next((word for word in title if word not in LITTLE), "") for title in titles]
    if not any(len(verb) >= WORD and verb in said for verb in verbs):
        return None
    return [SlotSet("offered", offer), *wished(tracker, "affirm")]


def _plain(text: str) -> list[str]:
    return re.findall(r"[^\W\d_]+(?:'[^\W\d_]+)?", text.casefold())
