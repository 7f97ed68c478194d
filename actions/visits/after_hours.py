"""What may follow a branch or its hours: another place, or another day."""

from __future__ import annotations

import asyncio
import re

from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import Tracker

from actions.bank import Bank
from actions.days import open_days
from actions.visits.branches import BranchDetails, ZipAside
from bot.skills import context
from bot.skills.parsing.corrections import changed
from bot.skills.parsing.spoken import figures
from bot.skills.wishes.also import wished

LONGEST = 7
"""Words of such a question: "and what about the day after thanksgiving"."""

WEEKDAY = re.compile(r"\b(?:mon|tues|wednes|thurs|fri|satur|sun)days?\b", re.I)
HOURS = frozenset({"utter_hours", "utter_branch_details", "utter_day_closed", "utter_day_short", "utter_day_usual"})
PLACES = frozenset({"utter_nearest_branches", "utter_nearest_branch", "utter_branch_details", "utter_hours"})


class OtherDay:
    """``bot.skills.asides.FollowUp``: "and christmas eve?", "and the midtown one?" behind opening hours."""

    after = HOURS | PLACES

    def __init__(self, bank: Bank) -> None:
        self._bank = bank
        self._details = BranchDetails(bank)

    async def follow(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[EventType] | None:
        """The hours of that day, or of that branch."""
        words = context.text(tracker)
        if len(words.split()) > LONGEST:
            return None
        day = open_days.asked(figures(words), self._bank.today()) or WEEKDAY.search(words)
        asked = context.fresh_offer(tracker) == ZipAside.name  # a place is the answer then
        if not day and (asked or await asyncio.to_thread(self._bank.branch_named, words) is None):
            return None
        return await self._details.run(dispatcher, tracker, {})


class OtherPlace:
    """``bot.skills.asides.FollowUp``: "no, I meant Tribeca" behind the nearest branch."""

    after = PLACES

    def __init__(self, bank: Bank) -> None:
        self._bank = bank

    async def follow(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[EventType] | None:
        """It is looked for anew."""
        words = changed(context.text(tracker))
        found = await asyncio.to_thread(self._bank.zip_of_place, words) if words else None
        return [SlotSet("postcode", found), *wished(tracker, "nearest_branch")] if found else None
