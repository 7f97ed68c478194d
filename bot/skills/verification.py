"""Proving the customer's number: ask for it unless it is known, have a code sent, and hear from the gateway what came back.

The code itself is checked by the gateway (``metadata["code"]``); no action and no slot ever holds its digits.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.forms import FormValidationAction
from rasa_sdk.interfaces import Action, Tracker
from rasa_sdk.types import DomainDict

from bot.directives import CollectPin, SendCode
from bot.model import ChannelName, Proof
from bot.skills import context
from bot.skills.asides import is_for_aside
from bot.skills.business import Business
from bot.skills.context import pick_up
from bot.skills.parsing import digits

UNREADABLE = "?"
OVER = "over"
"""Six digits where no code is under way: one that was used, or belongs to another call."""
NO_CODE: dict[str, Any] = {"code_sent_to": None, "code_sent_at": None}
"""Slots when no code is under way."""
CODE_LIVES = 540.0  # seconds; a minute less than the gateway keeps it, so that a dying code is not asked for
CODE_LENGTH = 6
PIN_LENGTH = 4
ELSEWHERE = "elsewhere"


class ValidateVerificationForm(FormValidationAction):
    """The number (known from the channel or given), then the fate of the code."""

    def __init__(self, business: Business) -> None:
        self._asides = business.asides

    def name(self) -> str:
        return "validate_verification_form"

    async def required_slots(
        self, domain_slots: list[str], dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[str]:
        """The PIN only where the goal needs a second factor."""
        return [slot for slot in domain_slots if slot != "pin_check" or _wants_pin(tracker)]

    def extract_phone_number(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> dict[str, Any]:
        """The contact's own number, unless the customer said it is another; else what they answer."""
        known = context.sender(tracker).tel
        if known and not tracker.get_slot("other_number"):
            return {} if tracker.get_slot("phone_number") == known else {"phone_number": known}
        if context.requested(tracker) != "phone_number":
            return {}
        found = digits.phone_number(context.text(tracker))
        if found:
            return {"phone_number": found}
        if context.waits(tracker) or is_for_aside(tracker, self._asides):
            return {}
        return {"phone_number": UNREADABLE} if context.fails_to_answer(tracker) else {}

    def extract_verification_code(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> dict[str, Any]:
        """What the gateway found. Digits in which it saw no code (five of them, say) are an answer too."""
        found = context.sender(tracker).code
        if found != "none":
            return {"verification_code": found}
        if context.sender(tracker).proof >= Proof.POSSESSED:  # proved before: only the second factor is open
            return {} if tracker.get_slot("verification_code") == "accepted" else {"verification_code": "accepted"}
        asked = context.requested(tracker) == "verification_code" and not context.waits(tracker)
        if not asked or is_for_aside(tracker, self._asides) or not digits.only(context.text(tracker)):
            return {}
        whole = len("".join(digits.runs(context.text(tracker)))) == CODE_LENGTH
        return {"verification_code": OVER if whole else UNREADABLE}

    def extract_pin_check(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> dict[str, Any]:
        """What the gateway found when it had the PIN checked; its digits never come here."""
        sender = context.sender(tracker)
        if sender.proof >= Proof.PROVEN:
            return {"pin_check": "accepted"}
        return {"pin_check": sender.pin} if sender.pin != "none" else {}

    def validate_phone_number(
        self, value: str, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> dict[str, Any]:
        """A number that can receive messages, or asked again, at most twice."""
        if value != UNREADABLE:
            return {"phone_number": value, "phone_misses": None}
        count = context.misses(tracker, "phone_misses") + 1
        if count >= context.MOST_MISSES:
            return {"phone_number": None, "phone_misses": None, "verification_code": "given_up", "requested_slot": None}
        dispatcher.utter_message(response="utter_phone_unreadable")
        return {"phone_number": None, "phone_misses": count}

    def validate_verification_code(
        self, value: str, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> dict[str, Any]:
        """``accepted`` fills the slot; a wrong code is asked for again (the gateway counts to five); the rest ends the form."""
        if value == "accepted" and context.sender(tracker).proof >= Proof.POSSESSED:
            return {"verification_code": "accepted", **NO_CODE}  # it is used up: whoever needs one again gets a new one
        if value == OVER:
            dispatcher.utter_message(response="utter_code_over")
            return {"verification_code": None, **NO_CODE}
        if value in ("expired", "locked"):
            return {"verification_code": value, "requested_slot": None}
        dispatcher.utter_message(response="utter_code_wrong" if value == "wrong" else "utter_code_unreadable")
        return {"verification_code": None}

    def validate_pin_check(
        self, value: str, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> dict[str, Any]:
        """``accepted`` fills the slot; a wrong PIN is asked for again (the gateway counts); the rest ends the form."""
        if value == "accepted" and context.sender(tracker).proof >= Proof.PROVEN:
            return {"pin_check": "accepted"}
        if value in ("locked", "unavailable"):
            return {"pin_check": value, "requested_slot": None}
        dispatcher.utter_message(response="utter_pin_wrong" if value == "wrong" else "utter_pin_not_here")
        return {"pin_check": None}


def _wants_pin(tracker: Tracker) -> bool:
    return bool(tracker.get_slot("wanted_proof") == Proof.PROVEN.label)


class AskPhoneNumber(Action):
    """Asks for the number; on a call the keypad listens for ten keys."""

    def name(self) -> str:
        return "action_ask_verification_form_phone_number"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        dispatcher.utter_message(response="utter_ask_phone_number")
        context.collect_keys(dispatcher, tracker, 10)
        return []


class AskCode(Action):
    """Asks for the code, and has one sent unless one is under way to that number."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock

    def name(self) -> str:
        return "action_ask_verification_form_verification_code"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        tel = str(tracker.get_slot("phone_number"))
        age = self._clock() - float(tracker.get_slot("code_sent_at") or 0.0)
        if tracker.get_slot("code_sent_to") == tel and 0 <= age < CODE_LIVES:
            dispatcher.utter_message(response="utter_ask_code_again")
            context.collect_keys(dispatcher, tracker, CODE_LENGTH, secret=True)
            return []
        dispatcher.utter_message(response="utter_ask_code", **context.last4(tel))
        context.direct(dispatcher, SendCode(tel))
        context.collect_keys(dispatcher, tracker, CODE_LENGTH, secret=True)
        return [SlotSet("code_sent_to", tel), SlotSet("code_sent_at", self._clock())]


class AskPin(Action):
    """Asks for the second factor: on a call by keys, elsewhere by another way. A new call has to prove the number first."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._ask_code = AskCode(clock)

    def name(self) -> str:
        return "action_ask_verification_form_pin_check"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        if context.sender(tracker).proof < Proof.POSSESSED:  # proved elsewhere, and carried on here
            dispatcher.utter_message(response="utter_code_again")
            asked = await self._ask_code.run(dispatcher, tracker, domain)
            return [SlotSet("verification_code", None), SlotSet("requested_slot", "verification_code"), *asked]
        dispatcher.utter_message(response="utter_ask_pin")
        context.direct(dispatcher, CollectPin(PIN_LENGTH))
        if context.sender(tracker).channel is ChannelName.VOICE:
            return []
        # It cannot be answered here: the form ends, and the wish waits for a call or a sign-in (bot.skills.continuing).
        return [SlotSet("pin_check", ELSEWHERE), SlotSet("requested_slot", None)]


class Verified(Action):
    """The form is over: go on with what it was for, or say why not and offer a new code or a person."""

    def name(self) -> str:
        return "action_verified"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        outcome = str(tracker.get_slot("verification_code") or "given_up")
        if tracker.get_slot("pin_check") == ELSEWHERE:
            return [*self._kept(), *pick_up(dispatcher, tracker)]
        over = ("verification_code", "code_sent_to", "code_sent_at", "other_number", "pin_check", "wanted_proof")
        done: list[EventType] = [SlotSet(slot, None) for slot in over]
        if outcome == "accepted" and context.sender(tracker).proven_tel is None:
            outcome = "given_up"  # the gateway vouches for no number: nothing can be shown, and asking again would not help
        if outcome == "accepted" and _wants_pin(tracker) and context.sender(tracker).proof < Proof.PROVEN:
            return [*done, *self._no_second_factor(dispatcher, tracker)]
        if outcome == "accepted":
            return [*done, *self._go_on(dispatcher, tracker)]
        dispatcher.utter_message(response=f"utter_code_{outcome}")
        offer = "person" if outcome == "given_up" else "new_code"
        return [*done, SlotSet("next_step", "none"), SlotSet("offered", offer), *context.trouble("number_not_proved", tracker)]

    @staticmethod
    def _kept() -> list[EventType]:
        """The goal and the proof it wants stay; the rest is done with."""
        over = ("verification_code", "code_sent_to", "code_sent_at", "other_number", "pin_check")
        return [SlotSet("next_step", "none"), *(SlotSet(slot, None) for slot in over)]

    def _no_second_factor(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[EventType]:
        found = "locked" if tracker.get_slot("pin_check") == "locked" else "unavailable"
        dispatcher.utter_message(response=f"utter_pin_{found}")
        end = [SlotSet("next_step", "none"), SlotSet("goal", None), SlotSet("offered", "person")]
        return [*end, *context.trouble("pin_not_checked", tracker)]

    def _go_on(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[EventType]:
        goal = tracker.get_slot("goal")
        if goal is None and tracker.get_slot("paused") is None:
            said = _withheld(tracker)
            dispatcher.utter_message(response="utter_code_accepted" if said else "utter_code_accepted_what_now")
            if said:
                dispatcher.utter_message(response=said)
            return [SlotSet("next_step", "none"), SlotSet("offered", None)]
        dispatcher.utter_message(response="utter_code_accepted")
        # What comes next offers to pick a left form up by itself; without a next step it is done here.
        offer = pick_up(dispatcher, tracker) if goal is None else [SlotSet("offered", None)]
        return [SlotSet("next_step", goal or "none"), SlotSet("goal", None), *offer]


def _withheld(tracker: Tracker) -> str | None:
    """The response that was asked for last and not said for want of proof, unless it was said since."""
    for event in reversed(tracker.events):
        if event.get("event") == "action" and event.get("name") == "action_verified":
            return None
        about = ((event.get("metadata") or {}).get("metadata") or {}) if event.get("event") == "bot" else {}
        if about.get("withheld"):
            return str(about["withheld"])
    return None


class Verify(Action):
    """The customer wants to prove their number, perhaps without need."""

    def name(self) -> str:
        return "action_verify"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        if context.sender(tracker).proof < Proof.POSSESSED:
            return [SlotSet("needs_proof", True)]
        dispatcher.utter_message(response="utter_already_verified")
        return [SlotSet("needs_proof", False)]


class NewCode(Action):
    """A new code is wanted: forget the old one, so that the form has another sent. None without a reason for one."""

    def name(self) -> str:
        return "action_new_code"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        asked = tracker.active_loop_name == "verification_form" or context.fresh_offer(tracker) == "new_code"
        wanted = asked or any(tracker.get_slot(slot) for slot in ("code_sent_to", "goal"))
        if not wanted:
            dispatcher.utter_message(response="utter_no_code_wanted")
        return [SlotSet("code_sent_to", None), SlotSet("code_sent_at", None), SlotSet("needs_proof", wanted)]


class WrongNumber(Action):
    """While proving it, another number may be used; changing the one on record is for a person."""

    def name(self) -> str:
        return "action_wrong_number"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        if tracker.active_loop_name != "verification_form":
            dispatcher.utter_message(response="utter_new_number")
            return [*context.close_form(), SlotSet("offered", "person"), SlotSet("trouble", "new_number")]
        dropped: list[EventType] = [SlotSet(slot, None) for slot in ("phone_number", "code_sent_to", "code_sent_at")]
        return [*dropped, SlotSet("other_number", True)]


class NoPhone(Action):
    """The customer cannot read the code: only a person can check them in another way."""

    def name(self) -> str:
        return "action_no_phone"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        dispatcher.utter_message(response="utter_no_phone")
        return [*context.close_form(), SlotSet("offered", "person"), *context.trouble("number_not_proved", tracker)]


class CodeNotSent(Action):
    """The gateway could not send the code (``/code_not_sent``): the form ends and a person is offered."""

    def name(self) -> str:
        return "action_code_not_sent"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        dispatcher.utter_message(response="utter_code_not_sent")
        cleared: list[EventType] = [SlotSet(slot, None) for slot in ("code_sent_to", "code_sent_at", "verification_code")]
        return [*cleared, *context.close_form(), SlotSet("offered", "person"), *context.trouble("code_not_sent", tracker)]
