"""Variables of canned replies are filled in once, and what is not filled in is known."""

from __future__ import annotations

import pytest

from desk.canned.variables import Variable, fill, pieces, unfilled, unknown

ANA = {Variable.CUSTOMER: "Ana Lopez", Variable.AGENT: "Bo", Variable.QUEUE: "Cards"}


def test_what_is_known_is_filled_in_and_the_rest_stays_to_be_seen() -> None:
    text = fill("Hello { Customer }, this is {agent}. It comes on {blank}; {blank} at the latest.", ANA)
    assert text == "Hello Ana Lopez, this is Bo. It comes on {blank}; {blank} at the latest."
    assert unfilled(text) == ["{blank}"]
    assert fill("Hello {customer}", {}) == "Hello {customer}"


def test_a_customer_who_calls_themselves_a_variable_is_not_filled_in_again() -> None:
    filled = fill("Hello {customer}", {Variable.CUSTOMER: "{agent}", Variable.AGENT: "Bo"})
    assert filled == "Hello agent" and unfilled(filled) == []


def test_a_value_of_nothing_but_braces_is_none() -> None:
    assert fill("Hello {customer}", {Variable.CUSTOMER: "{}"}) == "Hello {customer}"


@pytest.mark.parametrize("text", ["{", "}", "{}", "a {\nb}", "{" + "x" * 41 + "}", "no braces at all"])
def test_what_is_no_variable_is_left_alone(text: str) -> None:
    assert fill(text, ANA) == text and unfilled(text) == [] and unknown(text) == []
    assert "".join(one.text for one in pieces(text)) == text


def test_a_slip_in_a_name_is_found() -> None:
    assert unknown("Hello {custmer}, {agent} here, {{queue}}") == ["{custmer}"]
    assert unfilled("{CUSTOMER} and {customer}") == ["{customer}"]
