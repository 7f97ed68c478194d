"""What may follow an answer, action by action: the answer before is given, the message after it has no intent worth the name."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import Action, Tracker

from actions.bank import Bank
from actions.registry import bank_skills
from actions.visits import appointments
from actions.visits.appointments import Time
from bot.skills.parsing.names import Names
from bot.skills.registry import all_actions

BEN, DORA = "+12125550102", "+16175550104"
Events = list[dict[str, Any]]


def said(words: str, intent: str = "nlu_fallback", **metadata: Any) -> dict[str, Any]:
    """A message of the customer's as the tracker has it."""
    about = {"channel": "web", "tel": BEN, "proof": "possessed", **metadata}
    parsed = {"text": words, "intent": {"name": intent, "confidence": 0.5}, "entities": [], "metadata": about}
    return {"event": "user", "text": words, "parse_data": parsed, "metadata": about}


def answered(response: str, *titles: str) -> dict[str, Any]:
    """An answer of ours, with options that say yes."""
    buttons = [{"title": title, "payload": "/affirm"} for title in titles]
    return {"event": "bot", "text": "...", "data": {"buttons": buttons}, "metadata": {"utter_action": response}}


def slot(name: str, value: Any) -> dict[str, Any]:
    return {"event": "slot", "name": name, "value": value}


class Nobody:
    """Finds no names."""

    def people(self, text: str) -> list[str]:
        return []


class Skills:
    """All actions over one bank."""

    def __init__(self, bank: Bank) -> None:
        self._actions: dict[str, Action] = {one.name(): one for one in all_actions(bank_skills(bank, Names(Nobody())))}

    async def after(
        self, action: str, *events: dict[str, Any], **slots: Any
    ) -> tuple[list[dict[str, Any]], dict[str, Any], list[str]]:
        """What is said, the slots that are set, and the wishes that are begun, in answer to the last of the events."""
        latest = events[-1]["parse_data"]
        tracker = Tracker("c_1", slots, latest, list(events), False, None, {}, "action_listen")
        dispatcher = CollectingDispatcher()
        given = await self._actions[action].run(dispatcher, tracker, {})
        wishes = [event["parse_data"]["intent"]["name"] for event in given if event["event"] == "user"]
        return dispatcher.messages, {event["name"]: event["value"] for event in given if event["event"] == "slot"}, wishes


@pytest.fixture
def skills(bank: Bank) -> Skills:
    return Skills(bank)


LITTLE = [
    "action_inform",
    "action_fallback",
    "action_decline_offer",
    "action_refuse",
    "action_out_of_scope",
    "action_article",
    "action_never_mind",
]


@pytest.mark.parametrize("action", LITTLE)
async def test_another_sum_whatever_it_was_taken_for(skills: Skills, action: str) -> None:
    messages, slots, _ = await skills.after(
        action, said("lower it to 300"), answered("utter_limit_lowered"), said("no not 300, 200")
    )
    assert [one["response"] for one in messages] == ["utter_limit_shall_i"]
    assert slots["new_limit"] == "200" and slots["offered"] == "lower_limit"
    assert ("informed" in slots) == (action in ("action_inform", "action_fallback"))


@pytest.mark.parametrize("words", ["10013", "no idea", "thanks", "what else can you do for 300 people"])
async def test_what_is_no_other_sum(skills: Skills, words: str) -> None:
    _, slots, _ = await skills.after("action_decline_offer", said("lower it"), answered("utter_limit_lowered"), said(words))
    assert "new_limit" not in slots


async def test_the_answer_to_a_second_wish_hides_nothing(skills: Skills) -> None:
    ours = {**said("/branch_hours"), "metadata": {"event_of_ours": True}}
    turn = (said("lower it to 300 and when are you open"), answered("utter_limit_lowered"), ours, answered("utter_hours"))
    _, slots, _ = await skills.after("action_fallback", *turn, said("no not 300, 200"))
    assert slots["new_limit"] == "200"


async def test_it_is_only_said_right_after(skills: Skills) -> None:
    turns = (said("lower it to 300"), answered("utter_limit_lowered"), said("hello"), answered("utter_greet"))
    _, slots, _ = await skills.after("action_decline_offer", *turns, said("no not 300, 200"))
    assert "new_limit" not in slots


@pytest.mark.parametrize(
    ("response", "wish"),
    [
        ("utter_appointment_booked", "cancel_appointment"), ("utter_travel_noted", "cancel_trip"),
        ("utter_trip_is", "cancel_trip"), ("utter_card_frozen", "unfreeze_card"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("words", ["cancel it", "call it off", "actually cancel that"])
async def test_cancel_it_is_about_what_was_done(skills: Skills, response: str, wish: str, words: str) -> None:
    _, _, wishes = await skills.after("action_never_mind", said("please"), answered(response), said(words))
    assert wishes == [wish]


@pytest.mark.parametrize("words", ["don't cancel it", "cancel my card", "no"])
async def test_what_cancels_nothing(skills: Skills, words: str) -> None:
    _, _, wishes = await skills.after("action_decline_offer", said("please"), answered("utter_appointment_booked"), said(words))
    assert wishes == []


async def test_another_hour_of_the_day_is_offered(skills: Skills, bank: Bank) -> None:
    appointments.take(bank, "ben", "tribeca", Time(date(2026, 12, 3), 14))
    booked = (said("thursday at 2"), answered("utter_appointment_booked"))
    messages, slots, _ = await skills.after("action_branch_details", *booked, said("no sorry i meant three o'clock"))
    assert [one["response"] for one in messages] == ["utter_appointment_is", "utter_appointment_shall_i"]
    assert slots["time_offered"] == "tribeca 2026-12-03 15"
    for words in ("see you december 3", "great"):
        messages, _, _ = await skills.after("action_out_of_scope", *booked, said(words))
        assert [one["response"] for one in messages] == ["utter_out_of_scope"]


async def test_then_order_a_new_one_says_yes(skills: Skills) -> None:
    asked = (said("i lost it"), slot("offered", "replace_card"), answered("utter_lost_card_locked", "Order a new card"))
    for words, wishes in (
        ("then order a new one", ["affirm"]),
        ("do not order one", []),
        ("how do i order one", []),
        ("and on saturday", []),
    ):
        _, slots, found = await skills.after("action_fallback", *asked, said(words))
        assert found == wishes and (not wishes or slots["offered"] == "replace_card")


async def test_the_digits_of_the_card_that_was_asked_for(skills: Skills) -> None:
    asked = (
        said("my card was stolen", "lost_card"),
        slot("offered", "lost_card"),
        answered("utter_lost_card_shall_i_unseen", "Yes, block it"),
    )
    _, slots, wishes = await skills.after("action_inform", *asked, said("the one ending in 8812", "inform"))
    assert wishes == ["lost_card"] and slots["informed"] == "nothing"


async def test_another_day_and_place_behind_opening_hours(skills: Skills) -> None:
    told = (said("when are you open"), answered("utter_branch_details"))
    messages, _, _ = await skills.after("action_fallback", *told, said("and christmas eve?"), branch="midtown")
    assert [one["response"] for one in messages] == ["utter_day_short", "utter_branch_details"]
    messages, _, _ = await skills.after("action_article", *told, said("and the tribeca one?"), branch="midtown")
    assert messages[0]["name"] == "Tribeca"


@pytest.mark.parametrize("words", ["what do i have to do", "ok and what now?", "what do we need to do next"])
async def test_a_question_that_names_nothing_is_about_the_article(skills: Skills, words: str) -> None:
    told = (said("my father died"), answered("utter_article"))
    messages, slots, _ = await skills.after("action_fallback", *told, said(words), article="When a customer dies")
    assert [one["response"] for one in messages] == ["utter_article_asks_on"] and slots["offered"] == "person"
