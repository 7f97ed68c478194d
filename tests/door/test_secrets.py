"""Cards, what stands beside them and social security numbers never get past the door; other numbers do."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn

from bot.door.figures import numbers
from bot.door.normal import folded
from bot.door.secrets import masked
from tests.door.examples import CARDS, PINS, SHORT_CODES, SOCIAL_SECURITY

WORDS = "zero one two three four five six seven eight nine".split()
PALABRAS = "cero uno dos tres cuatro cinco seis siete ocho nueve".split()
ZEROS = [zero for zero in range(0x660, 0x1FBF1) if chr(zero).isdecimal() and int(chr(zero)) == 0]
"""The noughts of every script that Unicode knows; nine more follow each."""


def hide(text: str) -> tuple[str, tuple[str, ...]]:
    return masked(folded(text))


def in_script(digits: str, zero: int) -> str:
    return "".join(chr(zero + int(d)) for d in digits)


def test_the_example_of_the_trial() -> None:
    text, kinds = hide("my card is 4111 1111 1111 1111, 12/29, cvv 123")
    assert text == "my card is ****, ****, cvv ****" and kinds == ("card", "cvv", "expiry")


@pytest.mark.parametrize("card", CARDS)
@pytest.mark.parametrize(
    "form",
    [
        "{0}",
        "it's {0}.",
        "{4}",
        "{dash}",
        "{nbsp}",
        "{dots}",
        "{lines}",
        "{words}",
        "{spanish}",
        "{single}",
        "{arabic}",
        "{wide}",
        "{hidden}",
        "card:{0} thanks",
        "{slashed}",
    ],
)
def test_a_card_in_whatever_form_it_is_written(card: str, form: str) -> None:
    fours = re.findall(".{1,4}", card)
    shown = form.format(
        card,
        0,
        0,
        0,
        " ".join(fours),
        dash="-".join(fours),
        nbsp="\u00a0".join(fours),
        dots=".".join(fours),
        lines="\n".join(fours),
        words=" ".join(WORDS[int(d)] for d in card),
        spanish=", ".join(PALABRAS[int(d)] for d in card),
        single=" ".join(card),
        arabic=in_script(card, 0x660),
        wide=in_script(card, 0xFF10),
        hidden="\u200b".join(card),
        slashed="\u2013".join(fours),
    )
    text, kinds = hide(shown)
    assert kinds == ("card",) and numbers(text) == [] and luhn.is_valid(card)


@given(st.sampled_from(CARDS), st.sampled_from(ZEROS), st.sampled_from(["", " ", "-", "\u202f", "\u2011"]))
def test_figures_of_every_script(card: str, zero: int, gap: str) -> None:
    text, kinds = hide("card " + gap.join(in_script(card, zero)[n : n + 4] for n in range(0, 16, 4)))
    assert kinds == ("card",) and not re.search(r"\d", text)


@given(st.text(max_size=60), st.sampled_from(CARDS), st.text(max_size=60))
def test_a_card_among_any_words_is_not_readable(before: str, card: str, after: str) -> None:
    text, _ = hide(f"{before}; {card[:4]} {card[4:8]} {card[8:12]} {card[12:]} ;{after}")
    assert card not in re.sub(r"\D", "", text) or re.sub(r"\D", "", folded(before + after)).find(card) >= 0


@given(st.text(max_size=200))
def test_the_same_again_changes_nothing(text: str) -> None:
    once, _ = hide(text)
    assert hide(once)[0] == once


@pytest.mark.parametrize(
    "said",
    [
        "4111111111111111 exp 12/29 cvv 123",
        "4111 1111 1111 1111 12/29 123",
        "4111-1111-1111-1111 valid thru 01-2027 security code 9876",
        "exp 12/2029, 4111111111111111, 123",
        "four one one one one one one one one one one one one one one one twelve twenty nine one two three",
        "4111111111111111\n1229\n123",
        "340000000000009 cid 1234",
    ],
)
def test_date_and_short_code_beside_a_card(said: str) -> None:
    text, kinds = hide(said)
    assert numbers(text) == [] and "card" in kinds


@pytest.mark.parametrize("said", SHORT_CODES)
def test_a_short_code_that_is_called_so(said: str) -> None:
    text, kinds = hide(said)
    assert kinds == ("cvv",) and not re.search(r"\d", text.replace("CVV2", "")) and "three" not in text


@pytest.mark.parametrize("said", SOCIAL_SECURITY)
def test_social_security_numbers(said: str) -> None:
    text, kinds = hide(said)
    assert kinds == ("ssn",) and numbers(text) == []


@pytest.mark.parametrize(
    "said",
    [
        "my order number is 4111111111111112",  # does not pass
        "order 1234567890123456",
        "order number 9820000000000017",  # passes, and is no card
        "call me at (212) 555-0147 or 212-555-0148",
        "+1 212 555 0147",
        "+4915112345678 and +442071838750",
        "I paid $4,111.11 and then $1,111.11",
        "1200, 4500, 3000, 1100",
        "it was 2026-11-26 at 14:30:15",
        "between 5/11/2025 and 6/11/2025",
        "my zip is 10013-1234",
        "code 482913",
        "4421",
        "room 123, floor 4",
        "the parcel 1Z999AA10123456784",
        "00000000000000",
        "I have 123 reasons and 45 excuses, 6789 times",
        "000-12-3456",
        "tracking 9400111899223197428490",
        "call one two one two five five five oh one four seven",
    ],
)
def test_other_numbers_are_kept(said: str) -> None:
    assert hide(said) == (folded(said), ())


@pytest.mark.parametrize("gap", ["/", "*", "+", ":", " : ", ")(", " dash ", " and then ", ", next ", "\\", " ... ", "=", "; "])
def test_a_card_with_whatever_people_put_between_its_parts(gap: str) -> None:
    text, kinds = hide(f"({gap.join(['4111', '1111', '1111', '1111'])})")
    assert kinds == ("card",) and numbers(text) == []


@pytest.mark.parametrize("said", ["first 4111 1111, second half 1111 1111", "41111111 and the rest 11111111",
    "four one one one dash one one one one dash one one one one dash one one one one"])  # fmt: skip
def test_a_card_in_two_breaths(said: str) -> None:
    text, kinds = hide(said)
    assert kinds == ("card",) and numbers(text) == []


@pytest.mark.parametrize("said", ["ss# 536228726", "my soc is 536 228 726", "536228726 is my social", "536_22_8726",
    "five three six two two eight seven two six is my social", "my social is 536-22-8726, 10013", "soc sec no 536228726",
    "the last four of my social are 8726"])  # fmt: skip
def test_a_social_security_number_under_any_name_and_on_either_side_of_it(said: str) -> None:
    text, kinds = hide(said)
    assert kinds == ("ssn",) and "8726" not in text and "536" not in text and "three six" not in text


@pytest.mark.parametrize("said", ["the code on the back is 456", "456 is the number on the back", "3 digits on the back: 456",
    "4111111111111111, 3 digits on back 456"])  # fmt: skip
def test_the_three_figures_on_the_back(said: str) -> None:
    text, kinds = hide(said)
    assert "cvv" in kinds and "456" not in text


@pytest.mark.parametrize("said", ["the last four digits on the back are 1881", "my social is fine, the card ends in 1881",
    "the first is 4421, the second is 1881, the third is 7302, the fourth 5540", "4111/1111/1111/1112",
    "call 212 555 0102 then 646 555 0144"])  # fmt: skip
def test_what_is_asked_for_or_no_secret_stays(said: str) -> None:
    assert hide(said) == (folded(said), ())


def test_figures_without_end_are_looked_through_once() -> None:
    """Twenty thousand characters of them take no longer than their length: no run is tried with each of its parts."""
    assert hide("1 " * 10_000)[1] == ()


@pytest.mark.parametrize("said", PINS)
def test_a_pin_that_nobody_asked_for(said: str) -> None:
    text, kinds = hide(said)
    assert kinds == ("pin",) and not any(numbers(text)) and "four" not in text and "1234" not in text


@given(st.from_regex(r"[0-9]{4}", fullmatch=True), st.sampled_from(ZEROS), st.sampled_from(["", " ", "-", "\u202f"]),
       st.sampled_from(["my pin is {}", "PIN: {}", "the PIN's {}", "here is my pin, {} ok", "{} is my pin"]))  # fmt: skip
def test_a_pin_in_any_script_and_however_it_is_spaced(pin: str, zero: int, gap: str, form: str) -> None:
    text, kinds = hide(form.format(gap.join(in_script(pin, zero))))
    assert kinds == ("pin",) and not re.search(r"\d", text)


@pytest.mark.parametrize("said", ["the pin you sent is wrong, order 4821", "my PIN is 482913", "pin is wrong 4 times", "a pin of 4 or 6 figures",
    "I forgot my pin. The card ends in 4421", "I was shopping in 2024", "spin 4821"])  # fmt: skip
def test_what_is_no_pin_or_may_be_a_one_time_code_stays(said: str) -> None:
    assert hide(said) == (folded(said), ())


@pytest.mark.parametrize(
    "said", ["cvv123", "cvc:456", "cvv_123", "mycvv123", "cvvis123", "123cvv", "CVC2:456", "securitycode 123 cvv"]
)
def test_a_short_code_glued_to_its_name(said: str) -> None:
    text, kinds = hide(said)
    assert kinds == ("cvv",) and "123" not in text and "456" not in text


@pytest.mark.parametrize("card", CARDS)
@pytest.mark.parametrize("date", ["expires december 2029", "exp Dec 29", "valid thru march of 2031", "expires december twenty twenty nine",
    "vence diciembre de 2029", "Sept. '28"])  # fmt: skip
def test_a_month_by_its_name_beside_a_card(card: str, date: str) -> None:
    for said in (f"{card} {date}", f"{card}, {date}, cvv123"):
        text, kinds = hide(said)
        assert set(kinds) >= {"card", "expiry"} and not any(numbers(text))
    if "twenty" not in date:
        assert not any(numbers(hide(f"it {date}, card {card}")[0]))


@pytest.mark.parametrize("said", ["pin 4821; 5512", "cvv 123; 456", "456; 123 cvv", "4821; 5512 is my pin", "pin 48 21, 77"])
def test_a_name_counts_for_one_number_and_not_for_the_next(said: str) -> None:
    once, _ = hide(said)
    assert hide(once)[0] == once


@pytest.mark.parametrize(
    "said", ["my password is hunter2!", "password: Blue4-finch", "mi contraseña es gato1234", "the passcode was a1b2c3 i think"]
)
def test_a_password_that_is_named(said: str) -> None:
    text, kinds = hide(said)
    assert kinds == ("password",) and "****" in text and hide(text)[0] == text


@pytest.mark.parametrize("said", ["my password is wrong", "i forgot my password since 2024", "password reset please", "the password does not work",
    "it wants a password with 8 characters", "my password expired on 12/3"])  # fmt: skip
def test_a_password_that_is_only_spoken_of_stays(said: str) -> None:
    assert hide(said) == (folded(said), ())
