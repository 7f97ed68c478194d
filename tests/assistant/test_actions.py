"""Single actions against a tracker: who may hear what, and what the events are."""

from __future__ import annotations

from typing import Any

import pytest
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import Action, Tracker

from actions import accounts
from actions.asking import Ask
from actions.bank import Bank
from actions.said import amount, long_day
from bot.directives import from_json
from bot.skills import context, continuing, person, verification
from bot.skills.business import Business
from tests.talking.fixtures import TODAY

DORA = "+16175550104"


def tracker(
    words: str = "", *, slots: dict[str, Any] | None = None, intent: str = "inform", loop: str | None = None, **metadata: Any
) -> Tracker:
    """A tracker whose latest message is ``words`` with the gateway's ``metadata``."""
    message = {"text": words, "intent": {"name": intent, "confidence": 0.9}, "entities": [], "metadata": metadata}
    events = [{"event": "user", "text": words, "input_channel": metadata.get("channel"), "metadata": metadata}]
    return Tracker("c_1", slots or {}, message, events, False, None, {"name": loop} if loop else {}, "action_listen")


async def run(
    action: Action, state: Tracker, domain: dict[str, Any] | None = None
) -> tuple[list[str], dict[str, Any], list[Any]]:
    """Responses said, slots set, directives asked for."""
    dispatcher = CollectingDispatcher()
    events = await action.run(dispatcher, state, domain or {})
    said = [message["response"] for message in dispatcher.messages if message["response"]]
    asked = [found for message in dispatcher.messages if (found := from_json(message["custom"]))]
    return said, {event["name"]: event["value"] for event in events if event["event"] == "slot"}, asked


@pytest.mark.parametrize("kind", [accounts.Balance, accounts.WhereIsMyCard])
@pytest.mark.parametrize(
    "metadata",
    [
        {},
        {"proof": "claimed", "tel": DORA, "channel": "voice"},
        {"proof": "claimed", "tel": DORA, "channel": "sms"},
        {"proof": "possessed", "tel": None},
        {"proof": "PROVEN!", "tel": DORA},
        {"proof": 2, "tel": DORA},
        {"proof": "claimed", "tel": DORA, "code": "wrong"},
        {"proof": "claimed", "tel": DORA, "code": "expired"},
    ],
)
async def test_account_facts_need_a_proven_number(
    bank: Bank, kind: type[accounts.AccountAction], metadata: dict[str, Any]
) -> None:
    said, slots, _ = await run(kind(bank), tracker(**metadata))
    assert said == ["utter_proof_first"] and slots["needs_proof"] is True


@pytest.mark.parametrize("metadata", [{"proof": "possessed"}, {"proof": "proven"}, {"proof": "claimed", "code": "accepted"}])
async def test_with_proof_the_balance_is_that_customers(bank: Bank, metadata: dict[str, Any]) -> None:
    # The name in the slots is somebody else's: it must not matter.
    said, slots, _ = await run(accounts.Balance(bank), tracker(slots={"full_name": "Ana Lopez"}, tel=DORA, **metadata))
    assert said == ["utter_balance"] and slots["needs_proof"] is False


async def test_a_proven_number_without_an_account(bank: Bank) -> None:
    said, slots, _ = await run(accounts.Balance(bank), tracker(proof="possessed", tel="+12125550199"))
    assert said == ["utter_no_account"] and (slots["offered"], slots["trouble"]) == ("person", "no_account")


async def test_a_code_is_accepted_only_on_the_gateways_word() -> None:
    form = verification.ValidateVerificationForm(Business())
    state = tracker("accepted", slots={"requested_slot": "verification_code"}, loop="verification_form", code="none")
    assert form.extract_verification_code(CollectingDispatcher(), state, {}) == {}
    found = form.validate_verification_code("accepted", CollectingDispatcher(), state, {})
    assert found == {"verification_code": None}


async def test_proof_without_a_number_opens_nothing() -> None:
    state = tracker("482913", slots={"verification_code": "accepted", "goal": "balance"}, code="accepted", tel=None)
    said, slots, _ = await run(verification.Verified(), state)
    assert said == ["utter_code_given_up"] and slots["next_step"] == "none"


@pytest.mark.parametrize(
    ("channel", "action", "count"),
    [
        ("voice", Ask("action_ask_activation_form_card_last4", "utter_ask_card_last4", 4), 4),
        ("voice", Ask("action_ask_branch_form_postcode", "utter_ask_postcode", 5), 5),
        ("voice", verification.AskPhoneNumber(), 10),
        ("web", Ask("action_ask_activation_form_card_last4", "utter_ask_card_last4", 4), None),
        ("sms", Ask("action_ask_branch_form_postcode", "utter_ask_postcode", 5), None),
    ],
)
async def test_keys_are_collected_on_calls_only(channel: str, action: Action, count: int | None) -> None:
    _, _, asked = await run(action, tracker(channel=channel))
    assert [directive.count for directive in asked] == ([count] if count else [])


@pytest.mark.parametrize(
    ("slots", "said"),
    [
        ({}, "utter_call_greeting"),
        ({"trouble": "delivery_problem"}, "utter_call_greeting"),
        ({"trouble": "activation_failed"}, "utter_welcome_back_activation_failed"),
    ],
)
async def test_a_call_begins(slots: dict[str, Any], said: str) -> None:
    domain = {"responses": {"utter_welcome_back_activation_failed": [{"text": "Last time it failed."}]}}
    assert (await run(continuing.CallStarted(), tracker("/call_started", slots=slots, channel="voice"), domain))[0] == [said]


@pytest.mark.parametrize("form", ["activation_form", "verification_form", "branch_form"])
async def test_a_call_picks_up_each_form(form: str) -> None:
    assert (await run(continuing.CallStarted(), tracker("/call_started", loop=form)))[0] == [f"utter_welcome_back_{form}"]


async def test_a_handoff_says_why_and_what_was_tried_in_the_designers_words() -> None:
    domain = {
        "responses": {
            "utter_reason_lost_card": [{"text": "Lost card"}],
            "utter_tried_activation_failed": [{"text": "activation"}],
        }
    }
    state = tracker(slots={"trouble": "lost_card", "tried": ["activation_failed", "code_not_sent"]})
    _, slots, (directive,) = await run(person.Handoff(), state, domain)
    assert (directive.reason, directive.tried) == ("Lost card", ("activation", "code not sent"))
    assert slots["requested_slot"] is None


async def test_trouble_is_kept_once_and_in_order() -> None:
    state = tracker(slots={"tried": ["a", "b"]})
    assert context.trouble("a", state) == [SlotSet("trouble", "a"), SlotSet("tried", ["a", "b"])]


async def test_a_failing_database_fails_the_action(tmp_path: Any) -> None:
    from actions.bank import engine_for

    gone = Bank(engine_for(f"sqlite:///{tmp_path}/gone/bank.db"), lambda: TODAY)
    with pytest.raises(Exception, match="unable to open database file"):
        await run(accounts.Balance(gone), tracker(proof="possessed", tel=DORA))


def test_amounts_and_days() -> None:
    assert amount(124_050) == {"amount": "1,240.50", "dollars": "1,240", "cents": "50"}
    assert amount(-5) == {"amount": "0.05", "dollars": "0", "cents": "5"}
    assert long_day(TODAY) == "Monday, November 23"
