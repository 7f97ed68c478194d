"""The designers' sentences: complete, used, and fit for the channel they are said on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from actions.bank import Activation
from actions.tables import DeliveryStatus
from bot.wording import REQUIRED
from connectors.gsm7 import BASIC, EXTENSION
from tests.assistant.training import ROOT

OPT_OUT = {"stop", "stopall", "unsubscribe", "cancel", "end", "quit", "optout", "revoke"}
ABOUT_OPTING_OUT = {"utter_opted_out", "utter_opted_in", "utter_sms_help"}
FOR_AGENTS = (
    "utter_reason_",
    "utter_tried_",
    "utter_agent_whisper",
    "utter_agent_caller_gone",
    "utter_withheld",
    "utter_nothing_tried",
)
LONG_ON_SMS = {
    "utter_delivery_late",
    "utter_delivery_returned",
    "utter_handoff_closed",
    "utter_nearest_branches",
    "utter_nearest_branch",
}
SAMPLE = {
    "prompt": "What is your zip code?",
    "place": "12",
    "agent": "Maria",
    "code": "482913",
    "low": "2",
    "high": "6",
    "title": "leave a message",
    "opens": "tomorrow at 9 AM",
    "minutes": "10",
    "last2": "01",
    "link": "https://bank.example/#t=AbCdEfGhIjKlMnOpQrStUvWxYz012345",
    "number": "+13125550191",
    "last4": "4421",
    "spoken": "4 4 2 1",
    "carrier": "Swift Courier",
    "day": "Wednesday, September 30",
    "account": "checking",
    "amount": "12,345.00",
    "dollars": "12,345",
    "cents": "0",
    "zip": "10012",
    "name": "Union Square",
    "street": "205 Lantern Row",
    "city": "New York",
    "miles": "12.5",
    "weekdays": "8 am to 6 pm",
    "saturday": "9 am to 3 pm",
    "outcome": "your card works now",
    "who": "+12125550101",
    "proof": "claimed",
    "reason": "Asked for a person",
    "tried": "card activation",
    "heard": "activate my card",
}


def domain() -> dict[str, Any]:
    """All domain files together: responses, forms, slots."""
    merged: dict[str, Any] = {"responses": {}, "forms": {}}
    for file in sorted((ROOT / "domain").glob("*.yml")):
        content = yaml.safe_load(file.read_text())
        for part, whole in merged.items():
            assert not whole.keys() & content.get(part, {}).keys(), f"{file.name} repeats a name"
            whole.update(content.get(part, {}))
    return merged


DOMAIN = domain()
RESPONSES: dict[str, list[dict[str, Any]]] = DOMAIN["responses"]


def heard(channel: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """What customers get on a channel: its variation, or the one without a channel."""
    for name, variants in RESPONSES.items():
        if not name.startswith(FOR_AGENTS):
            own = [variant for variant in variants if variant.get("channel") == channel]
            yield from ((name, variant) for variant in own or [variant for variant in variants if "channel" not in variant])


def test_every_response_has_a_text_without_a_channel() -> None:
    missing = [name for name, variants in RESPONSES.items() if not any("channel" not in variant for variant in variants)]
    assert missing == []


@pytest.mark.parametrize("channel", ["web", "messenger", "sms", "voice"])
def test_every_placeholder_is_known(channel: str) -> None:
    for name, variant in heard(channel):
        assert not set(re.findall(r"{(\w+)}", variant["text"])) - SAMPLE.keys(), name


def test_all_notices_of_the_gateway_are_there() -> None:
    notices = yaml.safe_load((ROOT / "domain/_notices.yml").read_text())["responses"]
    assert set(notices) == set(REQUIRED)


def test_sms_is_plain_short_and_invites_nobody_to_opt_out() -> None:
    for name, variant in heard("sms"):
        text = variant["text"].format(**SAMPLE)
        titles = [button["title"] for button in variant.get("buttons", [])]
        assert set(text) <= BASIC | EXTENSION, name
        assert len(text) <= (240 if name in LONG_ON_SMS else 160), (name, len(text))
        words = set(re.findall(r"[a-z]+", " ".join([text, *titles]).lower()))
        assert name in ABOUT_OPTING_OUT or not words & OPT_OUT, name
        assert not any(title.split()[0].lower().strip(",") in ("yes", "no") and len(title.split()) == 1 for title in titles), name


def test_voice_can_be_spoken() -> None:
    for name, variant in heard("voice"):
        text = variant["text"]
        assert not re.search(r"\b(tap|click|type|below|above|button)\b", text, re.I), name
        assert "{last4}" not in text and "{zip}" not in text and "{amount}" not in text, f"{name}: digits must be spaced"
        assert not re.search(r"[\U0001F000-\U0001FAFF\u2600-\u27BF*_#]|https?:", text), name


def test_options_lead_somewhere() -> None:
    intents: set[str] = set()
    for file in (ROOT / "data/rules").glob("*.yml"):
        intents |= set(re.findall(r"- intent: (\w+)", file.read_text()))
    payloads = {button["payload"] for variants in RESPONSES.values() for one in variants for button in one.get("buttons", [])}
    assert payloads and {payload.split("{")[0].lstrip("/") for payload in payloads} <= intents


def used() -> set[str]:
    """Every response that an action, a rule, a form or the gateway says."""
    code = "\n".join(file.read_text() for file in (ROOT / "actions").glob("*.py"))
    rules = "\n".join(file.read_text() for file in (ROOT / "data").glob("*/*.yml"))
    names = set(re.findall(r"utter_\w+(?![\w{])", code + rules)) | set(REQUIRED)
    slots = {slot for form in DOMAIN["forms"].values() for slot in form["required_slots"]}
    names |= {"utter_ask_full_name"} | {f"utter_explain_{slot}" for slot in slots}  # the other slots are asked by actions
    names |= {f"utter_{how}_{form}" for form in DOMAIN["forms"] for how in ("welcome_back", "recap")}
    names |= {f"utter_delivery_{status}" for status in DeliveryStatus} | {"utter_choosing_nearest_branches"}
    names |= {f"utter_card_{outcome}" for outcome in (Activation.ACTIVATED, Activation.ALREADY)}
    names |= {f"utter_code_{outcome}" for outcome in ("expired", "locked", "given_up")}
    names |= {"utter_pin_locked", "utter_pin_unavailable", "utter_needs_possessed", "utter_needs_proven"}
    codes = set(re.findall(r'trouble\("(\w+)"', code)) | set(re.findall(r'SlotSet\("trouble", "(\w+)"\)', code))
    return names | {f"utter_reason_{one}" for one in codes | {"asked", "not_understood"}} | {
        f"utter_tried_{one}" for one in set(re.findall(r'trouble\("(\w+)"', code)) | {"not_understood"}
    }  # fmt: skip


def test_every_response_is_used_and_every_used_one_is_there() -> None:
    said = {name for name in used() if not name.endswith("_")} - {"utter_message", "utter_action"}
    assert set(RESPONSES) - said == set()
    assert said - set(RESPONSES) == set()


def test_actions_hold_no_sentence() -> None:
    for file in (ROOT / "actions").glob("*.py"):
        assert not re.search(r'utter_message\(\s*(text=)?f?"', file.read_text()), file.name
