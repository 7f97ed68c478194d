"""The simulator's tables against Twilio's published OpenAPI description, where that lies beside the checkout."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from simulator.twilio_rest import tables
from simulator.twilio_rest.tables import Parameter

FILE = Path(__file__).parents[4] / "shared" / "data" / "twilio-oai" / "twilio_api_v2010.json"
ACCOUNT = "/2010-04-01/Accounts/{AccountSid}"
CONFERENCE = f"{ACCOUNT}/Conferences/{{ConferenceSid}}"
POSTED = {
    f"{ACCOUNT}/Messages.json": tables.CREATE_MESSAGE,
    f"{ACCOUNT}/Calls.json": tables.CREATE_CALL,
    f"{ACCOUNT}/Calls/{{Sid}}.json": tables.UPDATE_CALL,
    f"{ACCOUNT}/Conferences/{{Sid}}.json": tables.UPDATE_CONFERENCE,
    f"{CONFERENCE}/Participants.json": tables.CREATE_PARTICIPANT,
    f"{CONFERENCE}/Participants/{{CallSid}}.json": tables.UPDATE_PARTICIPANT,
    f"{CONFERENCE}/Recordings/{{Sid}}.json": tables.UPDATE_RECORDING,
}


NEWER = {"MessageIntent", "Passports", "RecordingConfigurationId"}
"""In the ``twilio`` package 9.13, and not yet in the description of April 2026."""


@pytest.fixture(scope="module")
def published() -> dict[str, Any]:
    """The description's paths."""
    if not FILE.exists():
        pytest.skip("Twilio's OpenAPI description does not lie beside this checkout")
    found: dict[str, Any] = json.loads(FILE.read_text())["paths"]
    return found


def properties(published: dict[str, Any], path: str) -> dict[str, Any]:
    """What a POST may carry."""
    form = published[path]["post"]["requestBody"]["content"]["application/x-www-form-urlencoded"]["schema"]
    found: dict[str, Any] = form["properties"]
    return found


@pytest.mark.parametrize("path", POSTED)
def test_what_the_simulator_takes_twilio_takes(published: dict[str, Any], path: str) -> None:
    assert sorted(set(POSTED[path]) - set(properties(published, path)) - NEWER) == []


@pytest.mark.parametrize("path", POSTED)
def test_values_that_twilio_lists_are_taken(published: dict[str, Any], path: str) -> None:
    table: dict[str, Parameter] = POSTED[path]
    for name, described in properties(published, path).items():
        values = described.get("enum") or []
        rule = table[name].rule if name in table else None
        assert [value for value in values if rule is not None and rule(str(value)) is not None] == [], name


def test_conferences_are_listed_by_what_twilio_lists_them_by(published: dict[str, Any]) -> None:
    given = {one["name"] for one in published[f"{ACCOUNT}/Conferences.json"]["get"]["parameters"] if one["in"] == "query"}
    assert sorted(set(tables.LIST_CONFERENCES) - {name.rstrip("<>") for name in given}) == []
