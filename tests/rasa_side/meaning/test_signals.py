"""Signs of mood and urgency, each with the words that were its evidence."""

from __future__ import annotations

import pytest

from bot.rasa_side.meaning.signals import Signals
from bot.signals import told
from tests.talking.training import ROOT

SIGNALS = Signals.from_domain(ROOT / "domain")

SAID = {
    "This is the third time I call, you are USELESS!!": {"angry": ["useless", "third time"]},
    "I'm at the airport and my card is declined, I need it right now": {"urgent": ["right now", "at the airport"]},
    "there's a charge I never made, I think I've been hacked": {"fraud": ["hacked", "never made"]},
    "my husband passed away last week and I don't know what to do": {
        "distressed": ["dont know what to do"],
        "vulnerable": ["passed away"],
    },
    "WHY DOES NOBODY EVER ANSWER ME": {"angry": ["in capitals"]},
    "where is my card 😡": {"angry": ["😡"]},
    "someone used my card, I'm so worried, please help me": {
        "distressed": ["so worried", "please help me"],
        "fraud": ["someone used my"],
    },
    "No, I'm furious": {"angry": ["furious"]},
    "I lost my job and I can't pay this month": {"vulnerable": ["lost my job", "cant pay"]},
}


@pytest.mark.parametrize(("words", "signs"), SAID.items())
def test_signs_are_found_with_their_words(words: str, signs: dict[str, list[str]]) -> None:
    assert SIGNALS.found(words) == signs


@pytest.mark.parametrize(
    "words",
    ["hello", "I'm not angry, just asking", "it's not urgent", "no emergency", "ATM", "OK THANKS", "what's my balance", "",
     "a useful answer", "suede shoes", "nothing ridiculous please", "CAN I SEE", "tell me a joke"],
)  # fmt: skip
def test_no_sign(words: str) -> None:
    assert SIGNALS.found(words) == {}


def test_an_agent_reads_sign_and_words() -> None:
    assert (
        told({"angry": ["useless", "third time"], "urgent": ["right now"]})
        == 'angry ("useless", "third time"), urgent ("right now")'
    )


def test_long_texts_break_nothing() -> None:
    assert SIGNALS.found("useless " * 5000) == {"angry": ["useless"]}
    assert SIGNALS.found("\u200b" * 9000) == {}
