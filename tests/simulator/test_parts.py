"""The small parts: gather, clock, signatures, segments, faults, settings, secrets."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic
from unittest.mock import patch

import pytest
from twilio.request_validator import RequestValidator

from simulator.__main__ import load_secrets
from simulator.clock import Clock
from simulator.faults import BadFault, Faults
from simulator.signing import hub_signature, new_sid, twilio_signature
from simulator.twilio_rest.segments import count_segments
from simulator.twilio_voice.gather import Collector
from simulator.twiml.read import parse
from simulator.twiml.verbs import Gather
from tests.simulator.conftest import settings_for


def collector(attributes: str, *, prompting: bool = False) -> Collector:
    (verb,) = parse(f"<Response><Gather {attributes}/></Response>", "https://x.example/").verbs
    assert isinstance(verb, Gather)
    return Collector(verb, prompting=prompting)


GATHERS = [
    # attributes, inputs (keys, or words in quotes), how many were taken, fields, over at once
    ('numDigits="4"', ["1", "2", "3", "4", "5"], 4, [("Digits", "1234")], True),
    ("", ["1", "2", "#"], 3, [("Digits", "12")], True),
    ('finishOnKey="*"', ["1", "#", "*"], 3, [("Digits", "1#")], True),
    ('finishOnKey=""', ["1", "#", "*"], 3, [("Digits", "1#*")], False),
    ("", ["#"], 1, [("Digits", "")], True),
    ('input="speech"', ["1"], 0, [("SpeechResult", "")], False),
    ("", ["'hello'"], 0, [("Digits", "")], False),
    ('input="dtmf speech"', ["1", "'hello'"], 1, [("Digits", "1")], False),
    ('input="dtmf speech"', ["'hello'", "1", "#"], 1, [("SpeechResult", "hello"), ("Confidence", "0.50000000")], False),
    ('input="speech"', ["'hello'", "'there'"], 2, [("SpeechResult", "hello there"), ("Confidence", "0.50000000")], False),
]


@pytest.mark.parametrize(("attributes", "inputs", "taken", "fields", "over"), GATHERS)
def test_gather(attributes: str, inputs: list[str], taken: int, fields: list[tuple[str, str]], over: bool) -> None:
    gather = collector(attributes)
    heard = [gather.say(i.strip("'"), 0.5) if i.startswith("'") else gather.press(i) for i in inputs]
    assert (sum(heard), gather.fields(), gather.done) == (taken, fields, over)


def test_barge_in_can_be_forbidden() -> None:
    deaf = collector('bargeIn="false" input="dtmf speech"', prompting=True)
    assert not deaf.press("1") and not deaf.say("hello", None) and not deaf.begin_speech()
    deaf.prompting = False
    assert deaf.press("1")


def test_patience_is_the_timeout_then_the_speech_timeout_then_sixty_seconds() -> None:
    gather = collector('input="speech" timeout="7" speechTimeout="2"')
    assert gather.patience(1) == 7
    gather.begin_speech()
    assert gather.patience(1) == 60
    gather.say("hello", None)
    assert (gather.patience(1), gather.patience(0)) == (2, 0)


async def test_a_frozen_clock_moves_only_when_told() -> None:
    clock = Clock(frozen=True)
    began = clock.now()
    woken: list[str] = []

    async def sleeper(name: str, seconds: float) -> None:
        await clock.sleep(seconds)
        woken.append(name)

    tasks = [asyncio.create_task(sleeper("long", 10)), asyncio.create_task(sleeper("short", 5))]
    await asyncio.sleep(0)
    clock.advance(5)
    await tasks[1]
    assert woken == ["short"] and (clock.now() - began).total_seconds() == 5
    clock.advance(5)
    await tasks[0]
    assert woken == ["short", "long"]
    assert await clock.wait(asyncio.Event(), 0) is False
    with pytest.raises(ValueError, match="forward"):
        clock.advance(-1)


def test_signatures_are_twilios_and_metas() -> None:
    fields = [("CallSid", "CA1234567890ABCDE"), ("Caller", "+14158675309"), ("Digits", "1234"), ("From", "+14158675309")]
    fields.append(("To", "+18005551212"))
    url = "https://mycompany.com/myapp.php?foo=1&bar=2"
    assert twilio_signature("12345", url, fields) == "RSOYDt4T1cUTdK1PDd93/VVr8B8="
    assert twilio_signature("12345", url + "#rc=2", fields) == "RSOYDt4T1cUTdK1PDd93/VVr8B8="
    repeated = [("Sid", "CA123"), ("SidAccount", "AC123"), ("Digits", "5678"), ("Digits", "1234"), ("Digits", "1234")]
    assert twilio_signature("12345", url, repeated) == "IK+Dwps556ElfBT0I3Rgjkr1wJU="
    blank = {"Body": "", "From": "+12125550147"}
    assert RequestValidator("t").validate(
        "https://x.example/s", blank, twilio_signature("t", "https://x.example/s", [*blank.items()])
    )
    assert hub_signature("s", b"body") == "sha256=" + hmac.new(b"s", b"body", hashlib.sha256).hexdigest()
    assert len(new_sid("SM")) == 34


@pytest.mark.parametrize(
    ("text", "count", "encoding"),
    [
        ("", 1, "GSM-7"),
        ("a" * 160, 1, "GSM-7"),
        ("a" * 161, 2, "GSM-7"),
        ("a" * 306, 2, "GSM-7"),
        ("a" * 307, 3, "GSM-7"),
        ("€" * 80, 1, "GSM-7"),
        ("€" * 81, 2, "GSM-7"),
        ("a" * 152 + "€" + "a" * 10, 2, "GSM-7"),
        ("“" + "a" * 69, 1, "UCS-2"),
        ("“" + "a" * 70, 2, "UCS-2"),
        ("😀" * 35, 1, "UCS-2"),
        ("😀" * 36, 2, "UCS-2"),
    ],
)
def test_segments(text: str, count: int, encoding: str) -> None:
    found = count_segments(text)
    assert (found.count, found.encoding) == (count, encoding)


def test_faults_are_checked_and_used_up() -> None:
    faults = Faults()
    faults.change({"rest_next": 1, "rest_mode": "429"})
    assert (faults.take("rest_next"), faults.take("rest_next")) == (True, False)
    for wrong in ({"rest_mode": "418"}, {"rest_next": -1}, {"delay": "x"}, {"unknown": 1}, {"delay": True}):
        with pytest.raises(BadFault):
            faults.change(wrong)


def test_settings_hide_secrets_and_refuse_odd_addresses() -> None:
    shown = repr(settings_for("http://127.0.0.1:8080"))
    assert "of-this-test" not in shown
    with pytest.raises(ValueError, match="public_url must be"):
        settings_for("ftp://x")


def test_secrets_are_made_once_and_private(tmp_path: Path) -> None:
    path = tmp_path / "secrets.json"
    made = load_secrets(path)
    assert load_secrets(path) == made and len(set(made.values())) == 5
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.write_text("{}")
    with pytest.raises(SystemExit, match="lacks auth_token"):
        load_secrets(path)


async def test_the_clock_is_right_from_the_start_whenever_it_is_first_asked() -> None:
    """It used to be late by the time between its making and its first use."""
    before = datetime.now(UTC)
    clock = Clock()
    with patch("simulator.clock.monotonic", lambda: monotonic() + 90), patch("simulator.clock.datetime") as later:
        later.now = lambda zone: datetime.now(zone) + timedelta(seconds=90)
        assert timedelta(seconds=90) <= clock.now() - before < timedelta(seconds=95)
        assert 90 <= clock.elapsed() < 95
    clock.advance(3600)
    assert timedelta(hours=1) <= clock.now() - before < timedelta(hours=1, seconds=30)


async def test_a_clock_that_starts_elsewhere_goes_on_from_there() -> None:
    clock = Clock(start=datetime(2026, 1, 1, tzinfo=UTC))
    assert timedelta() <= clock.now() - datetime(2026, 1, 1, tzinfo=UTC) < timedelta(seconds=30)
