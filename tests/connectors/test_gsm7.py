"""What an SMS costs, and where a long one is cut."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.sms.gsm7 import BASIC, EXTENSION, Cost, cheapest, cost
from connectors.sms.split import split, units

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
FLAG = "\U0001f1f3\U0001f1f4"
THUMB = "\U0001f44d\U0001f3fd"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Cost("GSM-7", 0, 0)),
        ("a" * 160, Cost("GSM-7", 160, 1)),
        ("a" * 161, Cost("GSM-7", 161, 2)),
        ("a" * 306, Cost("GSM-7", 306, 2)),
        ("a" * 307, Cost("GSM-7", 307, 3)),
        ("é" * 160, Cost("GSM-7", 160, 1)),
        ("€" * 80, Cost("GSM-7", 160, 1)),
        ("€" * 81, Cost("GSM-7", 162, 2)),
        ("a" * 152 + "€" + "a" * 152, Cost("GSM-7", 306, 3)),  # the euro would straddle: one septet is wasted
        ("ж" * 70, Cost("UCS-2", 70, 1)),
        ("ж" * 71, Cost("UCS-2", 71, 2)),
        ("\U0001f44d" * 35, Cost("UCS-2", 70, 1)),
        ("ж" * 66 + "\U0001f44d" + "ж" * 66, Cost("UCS-2", 134, 3)),  # the pair would straddle
        ("`", Cost("UCS-2", 1, 1)),
    ],
)
def test_cost(text: str, expected: Cost) -> None:
    assert cost(text) == expected


def test_the_alphabet_has_all_of_gsm_03_38() -> None:
    assert (len(BASIC), len(EXTENSION)) == (127, 10)  # 128 places, one of them the escape


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It’s “ready” – see you…", 'It\'s "ready" - see you...'),
        ("10\u00a0000\u202fkr", "10 000 kr"),
        ("“ready” 👍", "“ready” 👍"),  # the emoji needs UCS-2 anyway: nothing is gained
        ("plain", "plain"),
        ("ж" * 69 + "\u200b\u00ad", "ж" * 69),  # two invisible characters would cost a second segment
        (FAMILY, FAMILY),
    ],
)
def test_look_alikes_are_replaced_where_that_is_cheaper(text: str, expected: str) -> None:
    assert cheapest(text) == expected


@pytest.mark.parametrize(
    ("label", "text", "expected"),
    [
        ("blank", "  \n ", []),
        ("fits", "One. Two.", ["One. Two."]),
        ("sentence", "One two three. Four five six. Seven.", ["One two three.", "Four five six.", "Seven."]),
        ("line before sentence", "Pick. One of:\n1 Red car\n2 Blue", ["Pick. One of:", "1 Red car\n2 Blue"]),
        ("word", "alpha beta gamma delta epsilon", ["alpha beta gamma", "delta epsilon"]),
        (
            "a long address stays whole",
            "See https://example.com/a/long/path now",
            ["See", "https://example.com/a/long/path", "now"],
        ),
        ("nothing to cut at", "x" * 90, ["x" * 40, "x" * 40, "x" * 10]),
        ("an early sentence end is not worth it", "Hi. alphabetic characters x", ["Hi. alphabetic", "characters x"]),
        ("emoji family", "y" * 38 + FAMILY, ["y" * 38, FAMILY]),
        ("flag", "y" * 38 + FLAG, ["y" * 38, FLAG]),
        ("second flag", "y" * 33 + FLAG + FLAG, ["y" * 33 + FLAG, FLAG]),
        ("skin tone", "y" * 38 + THUMB, ["y" * 38, THUMB]),
        ("accent", "y" * 39 + "e\u0301z", ["y" * 39, "e\u0301z"]),
    ],
)
def test_split(label: str, text: str, expected: list[str]) -> None:
    assert split(text, 16, 40) == expected, label


@given(st.text(max_size=200))
def test_nothing_but_space_is_lost_and_no_piece_is_too_long(text: str) -> None:
    pieces = split(text, 10, 20)
    assert "".join("".join(pieces).split()) == "".join(text.split())
    assert all(0 < units(piece) <= 20 for piece in pieces)
