"""Which of a customer's cards is meant: by the digits that the wish names, or that were asked for."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import Tracker

from actions.records.cards import Held
from bot.model import ChannelName
from bot.skills import context
from bot.skills.parsing import digits
from bot.skills.wishes.wish import wish_details, wish_entity, wish_metadata, wish_text
from bot.skills.wording import translated

WHICH = "which_card"
"""What is on offer while it is asked which card is meant."""


@dataclass(frozen=True, slots=True)
class CardAside:
    """``bot.skills.asides.Aside``: a card's digits, where it was asked which card, or whether a deed shall be done to one."""

    name: str
    form: str = ""

    @property
    def yes(self) -> str:
        """To the deed; to "which one?" it is no answer."""
        return "" if self.name == WHICH else self.name

    def reads(self, words: str) -> bool:
        """Four figures mean nothing where no card was spoken of."""
        return False

    async def finds(self, words: str) -> bool:
        """Whether they name a card."""
        return digits.card_end(words) is not None

    def begins(self, tracker: Tracker) -> str:
        """The deed's wish, or the one that the options are for."""
        if self.name != WHICH:
            return self.name
        buttons = (one for event in context.last_answer(tracker) for one in (event.get("data") or {}).get("buttons") or ())
        return next((str(one.get("payload")).lstrip("/").partition("{")[0] for one in buttons), "")


def named(tracker: Tracker, cards: list[Held]) -> list[Held]:
    """The card whose digits the wish names: none where they are no card's, all where it names none."""
    last4 = named_digits(tracker)
    return [one for one in cards if last4 in (None, one.card.last4)]


def named_digits(tracker: Tracker) -> str | None:
    """The last four digits that came with the wish at hand, or since, if any: the latest count."""
    since = (digits.card_end(words) for words in wish_details(tracker))
    chosen = next((one for one in since if one), None) or wish_entity(tracker, "card") or digits.card_end(wish_text(tracker))
    return chosen or str(wish_metadata(tracker).get("card") or "") or None


def no_such_card(dispatcher: CollectingDispatcher, tracker: Tracker, known: list[Held], wish: str) -> list[EventType]:
    """The digits are no card's of this customer: nothing is done before they said which."""
    dispatcher.utter_message(response="utter_no_such_card")
    return ask_which(dispatcher, tracker, known, wish)


def ask_which(dispatcher: CollectingDispatcher, tracker: Tracker, known: list[Held], wish: str) -> list[EventType]:
    """One option for each card, which is the wish again with its digits."""
    spoken = context.sender(tracker).channel is ChannelName.VOICE
    dispatcher.utter_message(response="utter_which_card", buttons=[_option(one.card.last4, wish, spoken) for one in known])
    return [SlotSet("offered", WHICH)]


def _option(last4: str, wish: str, spoken: bool) -> dict[str, str]:
    title = f"Ending in {digits.spaced(last4) if spoken else last4}"
    return {"title": title, "payload": f"/{wish}{json.dumps({'card': last4})}"}


def facts(cards: list[Held]) -> dict[str, Any]:
    """``cards`` and ``spoken`` for responses: the digits of one or of several."""
    ends = [context.last4(one.card.last4) for one in cards]
    both = translated(" and ")
    return {"cards": both.join(end["last4"] for end in ends), "spoken": both.join(end["spoken"] for end in ends)}
