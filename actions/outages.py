"""What is out of order now. Operators write it down with ``python -m actions.outages``, and customers are told exactly that.

``python -m actions.outages`` lists, ``add WHAT WORDS`` begins one, ``over NUMBER`` ends it, in the bank at DATABASE_URL.
"""

from __future__ import annotations

import argparse
import asyncio
import os
from collections.abc import Sequence

from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import Action, Tracker
from rasa_sdk.types import DomainDict

from actions.bank import DATABASE, Bank, engine_for
from actions.records import outages as records
from actions.records.service_tables import Outage


def current(bank: Bank) -> list[Outage]:
    """What is out of order, the oldest first."""
    return bank.work(lambda session, _: records.current(session))


def begin(bank: Bank, what: str, words: str) -> None:
    """Something is out of order from now on. ``words``: a whole sentence for customers."""
    bank.work(lambda session, today: records.begin(session, what, words, today))


def end(bank: Bank, number: int) -> bool:
    """It works again; False when there was no such thing."""
    return bank.work(lambda session, _: records.end(session, number))


class TellOutages(Action):
    """Each thing that is out of order, or that nothing is known; a person is offered to whom it does not help."""

    def __init__(self, bank: Bank) -> None:
        self._bank = bank

    def name(self) -> str:
        return "action_outages"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        known = await asyncio.to_thread(current, self._bank)
        for one in known:
            dispatcher.utter_message(response="utter_outage", what=one.what, words=one.words)
        in_form = bool(tracker.active_loop_name)
        if not known:
            dispatcher.utter_message(response="utter_no_outage_in_form" if in_form else "utter_no_outage")
        return [] if known or in_form else [SlotSet("offered", "person")]


def main(arguments: Sequence[str] | None = None) -> int:
    """For operators. 1 for a number that is not there."""
    parser = argparse.ArgumentParser(prog="python -m actions.outages", description="What customers are told to be out of order.")
    does = parser.add_subparsers(dest="does")
    add = does.add_parser("add", help="something is out of order")
    add.add_argument("what", help="the app, say")
    add.add_argument("words", help="what customers are told: a whole sentence")
    does.add_parser("over", help="it works again").add_argument("number", type=int)
    given = parser.parse_args(arguments)
    bank = Bank(engine_for(os.environ.get("DATABASE_URL") or DATABASE))
    if given.does == "add":
        begin(bank, given.what, given.words)
    elif given.does == "over" and not end(bank, given.number):
        print(f"There is no outage {given.number}.")
        return 1
    for one in current(bank):
        print(f"{one.id}  {one.day}  {one.what}: {one.words}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
