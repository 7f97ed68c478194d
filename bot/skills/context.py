"""What an action may know of the turn: who sends, what was asked, what was offered. Pure functions over the tracker."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rasa_sdk.events import ActiveLoop, EventType, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import Tracker

from bot.directives import CollectDigits, Directive, to_json
from bot.languages.tables import glossed
from bot.model import ChannelName, Proof
from bot.ports.levels import proof_in
from bot.skills.parsing.digits import only, spaced
from bot.skills.parsing.names import is_sentence

MOST_MISSES = 3  # the first answer and two more
# Intents of a message that is a detail (a name, digits) or that we could not read: it may answer the form's question.
DETAILS = frozenset({"inform", "nlu_fallback"})
ASIDES = frozenset({"wait", "goodbye"})  # nobody who wants a moment, or leaves, is asked the open question again
SURE = 0.9  # above this, a message means what its intent says and is no answer to a form; config.yml's threshold is lower


@dataclass(frozen=True, slots=True)
class Sender:
    """The sender of the latest message, as the gateway vouches for them (docs/contracts.md)."""

    channel: ChannelName | None
    proof: Proof
    tel: str | None
    code: str
    pin: str = "none"
    place: str = ""
    """Where they come from, as an opaque word: for limits over all visitors."""
    card: str = ""
    """The last four figures of a whole card number, which the gateway took out of the words."""

    @property
    def proven_tel(self) -> str | None:
        """The number (E.164) this sender has proved to hold; None for a mere claim."""
        return self.tel if self.proof >= Proof.POSSESSED else None


def sender(tracker: Tracker) -> Sender:
    """Who sent the latest message; whatever is missing or unknown counts as unproven."""
    metadata = tracker.latest_message.get("metadata") or {}
    code = metadata.get("code") or "none"
    proof, pin = proof_in(metadata), str(metadata.get("pin") or "none")
    place = str(metadata.get("place") or "")
    card = str(metadata.get("card") or "")
    return Sender(_channel(metadata, tracker), proof, metadata.get("tel") or None, code, pin, place, card)


def _channel(metadata: Mapping[str, Any], tracker: Tracker) -> ChannelName | None:
    name = metadata.get("channel") or tracker.get_latest_input_channel()
    return ChannelName(name) if name in set(ChannelName) else None


def language(tracker: Tracker) -> str:
    """The language of the latest message, two letters; empty for English."""
    return str((tracker.latest_message.get("metadata") or {}).get("language") or "")


def said(tracker: Tracker) -> str:
    """The customer's words as they are; empty for a payload of our own (``/intent``)."""
    words = str(tracker.latest_message.get("text") or "")
    return "" if words.startswith("/") else words


def text(tracker: Tracker) -> str:
    """The customer's words, to find an answer in them: what stands around answers in another language is in English."""
    return glossed(said(tracker), language(tracker), "answers")


def words(tracker: Tracker) -> str:
    """The customer's words, also where this is the second wish in them (``bot.skills.wishes.also``)."""
    if not (tracker.latest_message.get("metadata") or {}).get("also"):
        return said(tracker)
    earlier = (str(event.get("text") or "") for event in reversed(tracker.events) if event.get("event") == "user")
    return next((one for one in earlier if not one.startswith("/")), "")


def intent(tracker: Tracker) -> str:
    """The latest message's intent, or an empty string."""
    return str((tracker.latest_message.get("intent") or {}).get("name") or "")


def confidence(tracker: Tracker) -> float:
    """How sure the intent is, from 0 to 1."""
    return float((tracker.latest_message.get("intent") or {}).get("confidence") or 0.0)


def may_answer(tracker: Tracker) -> bool:
    """True when the message can be the answer to a question rather than a wish of its own."""
    return bool(text(tracker)) and (intent(tracker) in DETAILS or confidence(tracker) < SURE)


def fails_to_answer(tracker: Tracker) -> bool:
    """Whether it is an answer in figures, or a bare detail, that is not what was asked for: it counts as a try. A sentence
    with a figure in it ("I have one question") is none."""
    words = text(tracker)
    return only(words) or (intent(tracker) == "inform" and not is_sentence(words))


def waits(tracker: Tracker) -> bool:
    """Whether the customer only asks for a moment ("one moment please" has a number in it, and is no answer)."""
    return intent(tracker) == "wait"


def requested(tracker: Tracker) -> str | None:
    """The slot the active form asked for."""
    return tracker.get_slot("requested_slot") if tracker.active_loop_name else None


def entity(tracker: Tracker, name: str) -> str | None:
    """The first value of an entity in the latest message."""
    value = next(tracker.get_latest_entity_values(name), None)
    return None if value is None else str(value)


def misses(tracker: Tracker, slot: str) -> int:
    """How often a question was answered in vain."""
    return int(tracker.get_slot(slot) or 0)


def trouble(code: str, tracker: Tracker) -> list[EventType]:
    """Remember what did not work, for the agent: the latest as ``trouble``, all of them in ``tried``."""
    tried = [*(tracker.get_slot("tried") or []), code]
    return [SlotSet("trouble", code), SlotSet("tried", list(dict.fromkeys(tried)))]


def silent(tracker: Tracker) -> bool:
    """Whether the open question is not asked again in this turn: the customer wants a moment, leaves, or was just asked
    whether to go on at all."""
    if intent(tracker) in ASIDES:
        return True
    now = itertools.takewhile(lambda event: event.get("event") != "user", reversed(tracker.events))
    return any(event.get("event") == "slot" and event.get("name") == "choosing" and event.get("value") for event in now)


def pause(tracker: Tracker, opens: str = "verification_form") -> list[EventType]:
    """Remember the open form, which another one (``opens``) takes the place of; the latest left is picked up first."""
    form = tracker.active_loop_name
    if not form or form == opens:
        return []
    name = form.removesuffix("_form")
    left = [one for one in paused(tracker) if one not in (name, opens.removesuffix("_form"))]
    return [SlotSet("paused", " ".join([*left, name]))]


def paused(tracker: Tracker) -> list[str]:
    """The forms that were left for another question, by their names without ``_form``, the latest last."""
    return str(tracker.get_slot("paused") or "").split()


def resume(dispatcher: CollectingDispatcher, tracker: Tracker) -> list[EventType]:
    """Go back to the form that was left last for this question: its question is asked at once."""
    left = paused(tracker)
    if not left:
        return []
    dispatcher.utter_message(response=f"utter_back_to_{left[-1]}")
    return [SlotSet("paused", " ".join(left[:-1]) or None), FollowupAction(f"{left[-1]}_form")]


def pick_up(dispatcher: CollectingDispatcher, tracker: Tracker) -> list[EventType]:
    """Offer to go back to the form that was left last for this question."""
    left = paused(tracker)
    if not left or tracker.active_loop_name:
        return [SlotSet("offered", None)]
    dispatcher.utter_message(response=f"utter_offer_{left[-1]}")
    return [SlotSet("paused", " ".join(left[:-1]) or None), SlotSet("offered", left[-1])]


def waits_for_proof(tracker: Tracker) -> bool:
    """Whether a wish was kept until there is a second factor, and this sender can give it, or has: a wish that was asked
    for in a chat goes on when the customer calls, or has signed in."""
    kept = bool(tracker.get_slot("goal")) and tracker.get_slot("wanted_proof") == Proof.PROVEN.label
    able = sender(tracker).channel is ChannelName.VOICE or sender(tracker).proof >= Proof.PROVEN
    return kept and able and not tracker.active_loop_name


def agreed(tracker: Tracker, deed: str) -> bool:
    """Whether the customer has just said yes to this deed (an action without ``action_``), or did before the proof that it
    needed and that was given in this turn. Ask by setting ``offered`` to it."""
    if intent(tracker) == "affirm":
        return bool(tracker.get_slot("accepted") == deed)
    now = itertools.takewhile(lambda event: event.get("event") != "user", reversed(tracker.events))
    proved = any(event.get("event") == "action" and event.get("name") == "action_verified" for event in now)
    return proved and tracker.get_slot("agreed") == deed


def drop_goal() -> list[EventType]:
    """Forget what proof was wanted for: it is done, or something else was begun."""
    return [SlotSet("goal", None), SlotSet("wanted_proof", None)]


def close_form() -> list[EventType]:
    """Leave whatever form is open."""
    return [ActiveLoop(None), SlotSet("requested_slot", None)]


def fresh_offer(tracker: Tracker) -> str | None:
    """What the previous answer offered (``offered``), or None when something else was said since."""
    return fresh(tracker, "offered")


HELPED = "helped"
"""What is on offer (slot ``offered``) while it is asked whether an article helped."""

GUESSES = "guesses"
"""What is on offer when several guesses are: a yes takes none of them."""

WISH = "wish "
"""Begins what is on offer when there is one guess alone, or a wish that is asked for first: a yes takes it."""


def open_question(tracker: Tracker, *others: str) -> dict[str, Any] | None:
    """The bot event that asked what is still to be answered: "shall I?", or which of several times; an answer by the way does not
    end it. None in a form, which asks again by itself, and for what passes: an offer of help, of a person, a guess, and
    ``others``."""
    offer = fresh_offer(tracker)
    if tracker.active_loop_name or offer in (None, HELPED, GUESSES, "person", *others) or str(offer).startswith(WISH):
        return None
    said = [event for event in last_answer(tracker) if event.get("text")]
    return next((one for one in reversed(said) if (one.get("data") or {}).get("buttons")), said[-1] if said else None)


def fresh(tracker: Tracker, slot: str) -> str | None:
    """What the previous turn set a slot to; None when it set nothing, whatever the slot has from before."""
    for event in before_latest(tracker):
        if event.get("event") == "user":
            return None
        if event.get("event") == "slot" and event.get("name") == slot:
            value = event.get("value")
            return None if value is None else str(value)
    return None


def last_answer(tracker: Tracker, aside: frozenset[str] = frozenset()) -> list[dict[str, Any]]:
    """The bot events between the two latest user messages, oldest first. Messages with an intent in ``aside``, and what was
    answered to them, do not count."""
    found: list[dict[str, Any]] = []
    for event in before_latest(tracker):
        if event.get("event") == "user":
            if (event.get("parse_data") or {}).get("intent", {}).get("name") not in aside:
                break
            found.clear()
        if event.get("event") == "bot":
            found.append(event)
    return found[::-1]


def before_latest(tracker: Tracker) -> Iterator[dict[str, Any]]:
    """Events before the latest user message, newest first."""
    past = False
    for event in reversed(tracker.events):
        if past:
            yield event
        elif event.get("event") == "user":
            past = True


def direct(dispatcher: CollectingDispatcher, directive: Directive) -> None:
    """Ask the gateway for something."""
    dispatcher.utter_message(json_message=to_json(directive))


def say_again(dispatcher: CollectingDispatcher, event: dict[str, Any]) -> None:
    """A bot event once more, with its options."""
    dispatcher.utter_message(text=event["text"], buttons=(event.get("data") or {}).get("buttons") or [])


def collect_keys(dispatcher: CollectingDispatcher, tracker: Tracker, count: int, *, secret: bool = False) -> None:
    """On a call, let the next answer be ``count`` keys; ``secret`` ones are never read back."""
    if sender(tracker).channel is ChannelName.VOICE:
        direct(dispatcher, CollectDigits(count, secret))


def last4(digits: str) -> dict[str, Any]:
    """Values for responses that name a card or a number by its last four digits: ``last4`` and ``spoken`` (spaced)."""
    return {"last4": digits[-4:], "spoken": spaced(digits[-4:])}
