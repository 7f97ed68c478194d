"""Values in responses: in their places and nowhere else, whatever other braces a designer, a payload or a customer writes."""

from __future__ import annotations

import logging

import pytest

from bot.ports.levels import Levels
from bot.rasa_side.guarded import GuardedResponses, filled

PAYLOAD = '/inform{"limit": "100"}'


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ("Your limit is ${limit}.", "Your limit is $300."),
        (PAYLOAD, PAYLOAD),
        ('/choose{"a": {"b": "{limit}"}}', '/choose{"a": {"b": "300"}}'),
        ("{limit} of {limit}", "300 of 300"),
        ("{ limit }", "{ limit }"),
        ("a {0} b {} c", "a {0} b {} c"),
        ("{words}", 'he said "{limit}" and {0[x]}'),
        ({"title": "{limit}", "payload": PAYLOAD, "n": 1}, {"title": "300", "payload": PAYLOAD, "n": 1}),
        ([{"dates": [{"title": "{limit}"}]}], [{"dates": [{"title": "300"}]}]),
    ],
)
def test_values_are_in_their_places(part: object, said: object, caplog: pytest.LogCaptureFixture) -> None:
    assert filled(part, {"limit": 300, "words": 'he said "{limit}" and {0[x]}'}) == said
    assert not caplog.records


def test_a_missing_value_is_logged_and_the_others_are_said(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        assert filled("{limit} until {day}", {"limit": "300"}) == "300 until {day}"
    assert "{day}" in caplog.text


def test_a_response_with_options_and_slots_is_said_without_an_error(caplog: pytest.LogCaptureFixture) -> None:
    nlg = GuardedResponses(levels=Levels())
    nlg.responses = {"utter_ask": [{"text": "How much, {name}?", "buttons": [{"title": "$100", "payload": PAYLOAD}]}]}
    said = nlg.generate_from_slots("utter_ask", {"name": "Ben", "limit": None}, "sms")
    assert said is not None and said["text"] == "How much, Ben?" and said["buttons"][0]["payload"] == PAYLOAD
    assert not caplog.records
