"""The designers' sentences, beside what `make check` finds in them (tests/check)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from bot import domain_files
from check.sentences.wording import FOR_AGENTS
from tests.talking.training import ROOT

CODE = [*(ROOT / "actions").glob("*.py"), *(ROOT / "bot" / "skills").rglob("*.py")]
LONG_ON_SMS = {
    "utter_delivery_late",
    "utter_delivery_returned",
    "utter_handoff_closed",
    "utter_nearest_branches",
    "utter_nearest_branch",
}
SAMPLE = {
    "limit": "2000",
    "answer": "",  # an article's own text for SMS, whose length make check counts
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
    "clock": "10 am",
    "holiday": "Martin Luther King Jr. Day",
    "what": "the app",
    "words": "We expect it back by noon.",
    "account": "checking",
    "cards": "2001",
    "line": "Nov 20 Netflix -$1,240.00 (pending)",
    "list": "Nov 20 Walmart $240.00; Nov 18 Shell Oil $45.20; Nov 17 Trader Joe's $83.11",
    "party": "Morgan Ellington",
    "dates": "March 14 to March 28",
    "amount": "12,345.00",
    "dollars": "12,345",
    "left": "12,345.00",
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
    "key": "9",
}


def domain(layer: str = "", language: str = "") -> dict[str, Any]:
    """All domain files together, or those of one layer: responses, forms, slots."""
    folder = ROOT / "domain"
    there = (path for path in domain_files.paths(folder, language) if path.is_relative_to(folder / layer))
    return domain_files.domain_of(domain_files.read(folder, path) for path in there)


DOMAIN, GENERAL, SPANISH = domain(), domain("general"), domain(language="es")
RESPONSES: dict[str, list[dict[str, Any]]] = DOMAIN["responses"]
SPOKEN = {"the bank's": RESPONSES, "general": GENERAL["responses"], "Spanish": SPANISH["responses"]}
LAYERS = pytest.mark.parametrize("responses", SPOKEN.values(), ids=SPOKEN.keys())


def heard(channel: str, responses: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """What customers get on a channel: its variation, or the one without a channel."""
    for name, variants in responses.items():
        if not FOR_AGENTS.match(name):
            own = [variant for variant in variants if variant.get("channel") == channel]
            yield from ((name, variant) for variant in own or [variant for variant in variants if "channel" not in variant])


def test_the_general_words_name_no_business() -> None:
    words = "".join(path.read_text() for path in (ROOT / "domain" / "general").rglob("*.yml"))
    theirs = r"\b(Harbour|bank|branch|balance|banco|sucursal|saldo)\b"
    assert not re.search(theirs, words.replace("my balance and where is my card", ""), re.I)


@LAYERS
def test_sms_is_short_with_real_values_in_it(responses: dict[str, Any]) -> None:
    for name, variant in heard("sms", responses):
        text = variant["text"].format(**SAMPLE)
        assert len(text) <= (240 if name in LONG_ON_SMS else 160), (name, len(text))


def test_actions_hold_no_sentence() -> None:
    for file in CODE:
        assert not re.search(r'utter_message\(\s*(text=)?f?"', file.read_text()), file.name
