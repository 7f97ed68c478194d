"""What a customer tells and a colleague deals with: a complaint, a new address. It is asked for, kept, and given a number.

One form for both: which of them it is stands in the slot ``note_about``. A change of address goes on to a person at once, with
the words as the reason; a complaint is answered later, and a person is offered. Colleagues read and close both with
``python -m actions.open_cases``.
"""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Any

from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.forms import FormValidationAction
from rasa_sdk.interfaces import Action, Tracker
from rasa_sdk.types import DomainDict
from sqlalchemy.orm import Session

from actions.accounts import AccountAction
from actions.bank import Bank
from actions.days import open_days
from actions.records import notes as records
from actions.records.service_tables import WORDS, Note
from actions.said import long_day
from actions.tables import Customer
from bot.directives import Handoff
from bot.model import Proof
from bot.skills import context
from bot.skills.context import WISH
from bot.skills.parsing.digits import spaced
from bot.skills.person import phrase
from bot.skills.wishes.also import ALSO

ABOUT = {"complain": "complaint", "change_address": "address"}
"""Intent -> what is taken down."""

FIRST_NUMBER = 20_000
ANSWERED = 5
"""Business days that customers are told: for an answer to a complaint."""

MOST_TOLD = 3
"""Complaints."""

FEWEST, SHORT = 2, 8
"""Words of an answer at least; up to ``SHORT`` of them are a move of the conversation when they are understood as one."""

MOVES = frozenset(
    "never_mind start_over speak_to_person goodbye wait repeat explain help go_back main_menu deny refuse ask_wait greet thanks "
    "go_on_by_sms go_on_by_web go_on_by_voice dial_in bot_challenge other_language affirm unsure lost_card freeze_card "
    "dispute_charge".split()
)
UNREADABLE = "?"


def take(bank: Bank, kind: str, words: str, phone: str | None, channel: str, proof: Proof = Proof.CLAIMED) -> int:
    """Keep it; its number, which customers are told. The same words on the same day have the number that they have."""

    def taken(session: Session, today: date) -> int:
        note = Note(kind=kind, words=words[:WORDS], phone=phone, channel=channel, day=today, proof=proof.label)
        return records.take(session, note)

    return FIRST_NUMBER + bank.work(taken)


class BeginNote(Action):
    """Says what happens with it; the wish itself is kept, as it often is the beginning of the story."""

    def name(self) -> str:
        return "action_begin_note"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        about = ABOUT.get(context.intent(tracker), "complaint")
        dispatcher.utter_message(response=f"utter_lets_{about}")
        return [SlotSet("note_about", about), SlotSet("note_wish", context.text(tracker) or None), SlotSet("note", None)]


class AskNote(Action):
    """The question, by what it is about."""

    def name(self) -> str:
        return "action_ask_note_form_note"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        dispatcher.utter_message(response=f"utter_ask_{tracker.get_slot('note_about') or 'complaint'}")
        return []


class ValidateNoteForm(FormValidationAction):
    """Any words are the answer, but a move of the conversation is none."""

    def name(self) -> str:
        return "validate_note_form"

    async def extract_note(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> dict[str, Any]:
        """What was said when it was asked for."""
        words = context.text(tracker)
        if context.requested(tracker) != "note" or not words or context.sender(tracker).code != "none":
            return {}
        count = len(words.split())
        if context.intent(tracker) in MOVES and count <= SHORT:
            return {}
        return {"note": words if count >= FEWEST else UNREADABLE}

    def validate_note(self, value: str, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> dict[str, Any]:
        """A word alone is asked again."""
        if value != UNREADABLE:
            return {"note": value}
        dispatcher.utter_message(response="utter_note_too_short")
        return {"note": None}


class NoteTaken(Action):
    """Keeps it. A complaint gets its number and the offer of a person, a new address goes to a person."""

    def __init__(self, bank: Bank) -> None:
        self._bank = bank

    def name(self) -> str:
        return "action_note_taken"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        note = str(tracker.get_slot("note") or "")
        if not note:  # left without an answer
            return []
        about, sender = str(tracker.get_slot("note_about") or "complaint"), context.sender(tracker)
        words = "\n".join(one for one in (str(tracker.get_slot("note_wish") or ""), note) if one)
        number = await asyncio.to_thread(take, self._bank, about, words, sender.tel, str(sender.channel or ""), sender.proof)
        told = {"number": str(number), "spoken": spaced(str(number)), "words": note}
        dispatcher.utter_message(response=f"utter_taken_{about}", **told)
        done: list[EventType] = [SlotSet("note", None), SlotSet("note_wish", None)]
        if context.entity(tracker, ALSO):  # what the story sounds like is no wish of its own
            done.append(SlotSet(ALSO, None))
        if about == "complaint":
            return [*done, SlotSet("trouble", "complaint"), *_person_offered(dispatcher, tracker)]
        reason = f"{phrase(domain, 'reason', about)} ({number}): {note}"
        context.direct(dispatcher, Handoff(reason=reason[:300], code=about))
        return [*done, SlotSet("offered", None), SlotSet("paused", None), SlotSet("also", None), *context.drop_goal()]


class TellComplaints(AccountAction):
    """How the complaints from the customer's number stand, the latest first."""

    def name(self) -> str:
        return "action_tell_complaints"

    async def tell(self, dispatcher: CollectingDispatcher, tracker: Tracker, customer: Customer) -> list[EventType]:
        mine = await self._work(lambda session, _: records.complaints(session, customer.phone))
        if not mine:
            dispatcher.utter_message(response="utter_complaint_none")
            return [SlotSet("offered", f"{WISH}complain")]
        for note in mine[:MOST_TOLD]:
            number = str(FIRST_NUMBER + note.id)
            told = {"number": number, "spoken": spaced(number), "day": long_day(open_days.working_day(note.day, ANSWERED))}
            dispatcher.utter_message(response="utter_complaint_open" if note.done is None else "utter_complaint_done", **told)
        return [SlotSet("offered", None)]


def _person_offered(dispatcher: CollectingDispatcher, tracker: Tracker) -> list[EventType]:
    """Or back to the form that was left for it."""
    if context.paused(tracker):
        return [SlotSet("offered", None), *context.resume(dispatcher, tracker)]
    dispatcher.utter_message(response="utter_complaint_person")
    return [SlotSet("offered", "person")]
