"""How our numbers are set up at Twilio, compared with what this installation needs.

What nobody set, Twilio never calls, and nothing says so.
https://www.twilio.com/docs/phone-numbers/api/incomingphonenumber-resource
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from connectors.twilio.client import TwilioAccount

VOICE, CALL_STATUS, SMS = "/twilio/voice", "/twilio/voice/call-status", "/twilio/sms"


@dataclass(frozen=True, slots=True)
class Wanted:
    """One address of a number: the console's name of it, its names in the resource, our path, and what fails without it."""

    shown: str
    url: str
    method: str
    path: str
    without: str
    instead: tuple[str, ...]


ELSEWHERE = ("voice_application_sid", "trunk_sid")
CALLS = (
    Wanted("A call comes in", "voice_url", "voice_method", VOICE, "Callers do not reach us", ELSEWHERE),
    Wanted(
        "Call status changes",
        "status_callback",
        "status_callback_method",
        CALL_STATUS,
        "Nobody tells us when a caller hangs up: the call counts as live for four hours",
        ELSEWHERE,
    ),
)
TEXTS = (Wanted("A message comes in", "sms_url", "sms_method", SMS, "Texts do not reach us", ("sms_application_sid",)),)


def wanted_of(account: TwilioAccount) -> dict[str, tuple[Wanted, ...]]:
    """What each of our numbers must be set to."""
    wanted: dict[str, tuple[Wanted, ...]] = {account.voice_number: CALLS}
    wanted[account.sms_number] = wanted.get(account.sms_number, ()) + TEXTS
    return wanted


def faults(account: TwilioAccount, number: str, found: Mapping[str, Any] | None) -> list[str]:
    """What is set wrong with a number of ours, each as a sentence with the right value; ``found`` None: it is not there."""
    name = f"The Twilio number that ends in {number[-4:]}"
    if found is None:
        return [f"{name} is none of the account in TWILIO_ACCOUNT_SID: nothing that is sent to it reaches us."]
    return [f"{name}: {sentence}" for wanted in wanted_of(account).get(number, ()) for sentence in _fault(account, wanted, found)]


def _fault(account: TwilioAccount, wanted: Wanted, found: Mapping[str, Any]) -> Iterator[str]:
    right = account.public(wanted.path)
    given, method = _text(found, wanted.url), _text(found, wanted.method) or "POST"
    if other := next((name for name in wanted.instead if _text(found, name)), None):
        yield f"“{wanted.shown}” is ruled by its {other}; it must lead to {right}, HTTP POST. {wanted.without} otherwise."
    elif given.partition("#")[0] != right:
        yield f"“{wanted.shown}” {f'is {given}' if given else 'is not set'}; it must be {right}, HTTP POST. {wanted.without}."
    elif method.upper() != "POST":
        yield f"“{wanted.shown}” is asked by HTTP {method}; it must be POST. {wanted.without}."


def _text(found: Mapping[str, Any], name: str) -> str:
    value = found.get(name)
    return value if isinstance(value, str) else ""
