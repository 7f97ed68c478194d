"""Opening hours and the nearest branches to a zip code."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.forms import FormValidationAction
from rasa_sdk.interfaces import Action, Tracker
from rasa_sdk.types import DomainDict

from actions.bank import Bank
from actions.days import open_days
from actions.said import long_day
from actions.tables import Branch
from bot.skills import context
from bot.skills.parsing import digits
from bot.skills.parsing.spoken import figures
from bot.skills.wishes.also import ALSO

UNREADABLE = "?"


class ZipAside:
    """``bot.skills.asides.Aside``: the zip code, or the city, that the opening hours ask for."""

    name = "postcode"
    form = "branch_form"
    yes = ""

    def __init__(self, bank: Bank) -> None:
        self._bank = bank

    def reads(self, words: str) -> bool:
        """Whether there is a zip code in the words."""
        return digits.zip_code(words) is not None

    async def finds(self, words: str) -> bool:
        """Whether they name a place of ours."""
        return await asyncio.to_thread(self._bank.zip_of_place, words) is not None

    def begins(self, tracker: Tracker) -> str:
        """Rules go on with it."""
        return ""


class ValidateBranchForm(FormValidationAction):
    """A zip code we know, or asked again, at most twice."""

    def __init__(self, bank: Bank) -> None:
        self._bank = bank

    def name(self) -> str:
        return "validate_branch_form"

    async def extract_postcode(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> dict[str, Any]:
        """Five digits wherever they come, or a city of ours; other details count as a wrong answer when they were asked for."""
        words = context.text(tracker)
        if context.sender(tracker).code != "none":
            return {}
        if found := digits.zip_code(words):
            return {"postcode": found}
        if words and (found := await asyncio.to_thread(self._bank.zip_of_place, words)):
            return {"postcode": found}
        asked = context.requested(tracker) == "postcode" and not context.waits(tracker)
        return {"postcode": UNREADABLE} if asked and context.fails_to_answer(tracker) else {}

    async def validate_postcode(
        self, value: str, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> dict[str, Any]:
        """A zip code whose place we know."""
        if value != UNREADABLE and await asyncio.to_thread(self._bank.knows_zip, value):
            return {"postcode": value, "postcode_misses": None}
        count = context.misses(tracker, "postcode_misses") + 1
        if count >= context.MOST_MISSES:
            return {"postcode": None, "postcode_misses": None, "requested_slot": None}
        if value == UNREADABLE:
            dispatcher.utter_message(response="utter_postcode_unreadable")
        else:
            dispatcher.utter_message(response="utter_postcode_unknown", zip=value, spoken=digits.spaced(value))
        return {"postcode": None, "postcode_misses": count}


class NearestBranches(Action):
    """The nearest branch in full and the next ones as options."""

    def __init__(self, bank: Bank) -> None:
        self._bank = bank

    def name(self) -> str:
        return "action_nearest_branches"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        postcode = str(tracker.get_slot("postcode") or "")
        found = await asyncio.to_thread(self._bank.nearest, postcode) if postcode else []
        if not found:
            dispatcher.utter_message(response="utter_postcode_given_up")
            return [SlotSet("offered", "person"), *context.trouble("branch_not_found", tracker)]
        (first, distance), *others = found
        # Where another question waits to be asked again, there is no second one to choose by.
        waiting = context.paused(tracker) or tracker.get_slot(ALSO)
        buttons = [] if waiting else [{"title": branch.name, "payload": _choose(branch)} for branch, _ in others]
        facts = {**_facts(first), "miles": f"{max(distance, 0.1):.1f}", "zip": postcode, "spoken": digits.spaced(postcode)}
        response = "utter_nearest_branches" if buttons else "utter_nearest_branch"
        dispatcher.utter_message(response=response, buttons=buttons, **facts)
        return [SlotSet("branch", first.id), *context.resume(dispatcher, tracker)]


class BranchDetails(Action):
    """Address and hours of the chosen branch, of the last one named, or the usual hours."""

    def __init__(self, bank: Bank) -> None:
        self._bank = bank

    def name(self) -> str:
        return "action_branch_details"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        branch = await self._branch(tracker)
        if self._closed(dispatcher, tracker):
            return []
        if branch is None:
            dispatcher.utter_message(response="utter_hours")
            return [SlotSet("offered", ZipAside.name)]  # it asks for a zip code, whatever form is open
        dispatcher.utter_message(response="utter_branch_details", **_facts(branch))
        return [SlotSet("branch", branch.id)]

    async def _branch(self, tracker: Tracker) -> Branch | None:
        """The one that was tapped or that the words name, else the last one."""
        chosen, words = context.entity(tracker, "branch"), context.text(tracker)
        named = await asyncio.to_thread(self._bank.branch_named, words) if words and not chosen else None
        last = chosen or tracker.get_slot("branch")
        return named or (await asyncio.to_thread(self._bank.branch, str(last)) if last else None)

    def _closed(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> bool:
        """Says what is special on the day that was asked for, if any; whether branches are closed on it."""
        today = self._bank.today()
        asked = open_days.asked(figures(context.text(tracker)), today)
        if asked is None:
            return False
        if asked.holiday or asked.short:
            response = "utter_day_closed" if asked.holiday else "utter_day_short"
            dispatcher.utter_message(response=response, day=long_day(asked.day), holiday=asked.holiday)
        elif (asked.day - today).days > 1:  # it was named as if it were special
            dispatcher.utter_message(response="utter_day_usual", day=long_day(asked.day))
        return bool(asked.holiday)


def _choose(branch: Branch) -> str:
    return "/choose_branch" + json.dumps({"branch": branch.id})


def _facts(branch: Branch) -> dict[str, Any]:
    return {
        "name": branch.name,
        "street": branch.street,
        "city": branch.city,
        "weekdays": branch.weekdays,
        "saturday": branch.saturday,
        "latitude": branch.latitude,
        "longitude": branch.longitude,
    }
