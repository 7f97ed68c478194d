"""Numbers that somebody may have, and those that carriers put on a call when they do not know or say it."""

from __future__ import annotations

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model.phone_numbers import WITHHELD, can_be, country, takes_texts

NOBODYS = (
    "+811045000",
    "+15555555555",
    "+10000000000",
    "+19999999999",
    "+4444444444",
    "+3545555555",
    "+1234567",
    "+99912345678",
    "+67200000",
    "+378888888",
    "+2614444444",
)


@pytest.mark.parametrize(
    "number", [*sorted(WITHHELD), *NOBODYS, "", "anonymous", "+", "12125550101", "+1212555010１", "+1212555010\n"]
)
def test_nobody_has_it(number: str) -> None:
    assert not can_be(number) and not takes_texts(number)


@pytest.mark.parametrize(
    "number", ["+12125550101", "+16175550106", "+442079460123", "+4915123456789", "+33612345678", "+8613800138000"]
)
def test_somebody_may_have_it(number: str) -> None:
    assert can_be(number)


@given(area=st.integers(200, 999), last=st.integers(100, 199))
def test_every_number_of_fiction_stays_a_customers(area: int, last: int) -> None:
    number = f"+1{area}5550{last}"
    assert can_be(number) and takes_texts(number)


@given(code=st.sampled_from(sorted(phonenumbers.COUNTRY_CODE_TO_REGION_CODE)), digit=st.integers(0, 9), length=st.integers(3, 12))
def test_one_repeated_digit_is_nobodys_in_any_country(code: int, digit: int, length: int) -> None:
    assert not can_be(f"+{code}{str(digit) * length}")


@pytest.mark.parametrize(
    ("number", "where", "texts"),
    [
        ("+12125550101", "US", True),
        ("+14165550123", "CA", True),
        ("+4915123456789", "DE", True),
        ("+19005551212", "US", False),  # premium rate
        ("+18005551212", "US", False),  # toll free
        ("+12129761234", "US", False),  # the exchange for paid services
        ("+15002212368", "US", False),  # follows a person anywhere, at the sender's cost
        ("+979123456789", "001", False),  # premium rate of the world
        ("+811045000", "JP", False),
        ("nonsense", "", False),
    ],
)
def test_where_it_is_and_whether_a_text_can_go_there(number: str, where: str, texts: bool) -> None:
    assert (country(number), takes_texts(number)) == (where, texts)
