"""The normal form: one kind of figure and space, and every word still readable."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.door.figures import numbers
from bot.door.normal import blank, folded

KEPT = (
    "مرحبا، أين بطاقتي؟",
    "שלום, מה היתרה שלי?",
    "می\u200cخواهم کارتم را فعال کنم",  # a joiner that Persian needs
    "क्षत्रिय नमस्ते",
    "👩\u200d👩\u200d👧\u200d👦 👍🏽 🏳️\u200d🌈 🇺🇸 ❤️",
    "naïve café — “quoted”… ½ x² №5",
    "カードはどこですか、ありがとう",
    "สวัสดีครับ",
    "Zażółć gęślą jaźń",
    "first\nsecond",
    "\u2067שלום\u2069 and back",
)


@pytest.mark.parametrize("text", KEPT)
def test_words_of_all_scripts_and_emoji_stay(text: str) -> None:
    assert folded(text) == unicodedata.normalize("NFC", text)


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("٤٨٢٩١٣", "482913"),
        ("۴۴۲۱", "4421"),
        ("४४२१", "4421"),
        ("４４２１", "4421"),
        ("𝟒𝟒𝟐𝟏", "4421"),
        ("四八二九一三", "482913"),
        ("④④②①", "4421"),
        ("4️⃣4️⃣2️⃣1️⃣", "4421"),
        ("482\u00a0913", "482 913"),
        ("482\u202f913", "482 913"),
        ("482\u3000913", "482 913"),
        ("482\u200b913", "482913"),
        ("482\u200e913", "482913"),
        ("482\u2013913", "482-913"),
        ("482\u2212913", "482-913"),
        ("\ufeff482913\u2060", "482913"),
        ("  hi\u00a0there  ", "hi there"),
        ("ＳＴＯＰ", "STOP"),
        ("一个问题", "一个问题"),
        ("2⃣", "2⃣"),
        ("a\u202eb", "ab"),
        ("x\x00y\x1b", "xy"),
        ("one\r\ntwo", "one\ntwo"),
        ("\ud83d", "\ufffd"),
    ],
)
def test_figures_and_spaces(written: str, plain: str) -> None:
    assert folded(written) == plain


@given(st.text(alphabet=st.characters(codec=None), max_size=300))
def test_it_is_stable_and_can_be_stored(text: str) -> None:
    once = folded(text)
    assert folded(once) == once
    once.encode()


@given(st.text(alphabet=st.characters(categories=("L", "M"), max_codepoint=0xFAFF), max_size=100))
def test_no_letter_is_lost(text: str) -> None:
    assert len(folded(f"a{text}a")) >= len(unicodedata.normalize("NFC", text).replace("\u180e", "")) // 4


@pytest.mark.parametrize("text", ["", "   ", "\n\t", "\u00a0\u2003", "\u200b\u200d", "\u3164", "\u2800", "\ufeff"])
def test_what_shows_nothing_is_blank(text: str) -> None:
    assert blank(folded(text))


@pytest.mark.parametrize("text", [".", "?", "👍", "0", "ا", "-"])
def test_a_mark_is_not_blank(text: str) -> None:
    assert not blank(text)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("4 8 2 1", ["4821"]),
        ("four eight two one", ["4821"]),
        ("pin: 48 21", ["4821"]),
        ("it's double four two one", ["4421"]),
        ("four for two to", ["442"]),
        ("twenty one", ["21"]),
        ("oh one four seven", ["0147"]),
        ("cuatro ocho dos uno", ["4821"]),
        ("1234 or 9876", ["1234", "9876"]),
        ("oh well, to be or not", []),
    ],
)
def test_figures_as_people_say_them(text: str, found: list[str]) -> None:
    assert numbers(text) == found
