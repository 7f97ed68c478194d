"""What an application may say over a ConversationRelay socket, checked as Twilio does (error 64107). Pure.

https://www.twilio.com/docs/voice/conversationrelay/websocket-messages
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

Frame = dict[str, Any]
Rule = Callable[[object], bool]
INTERRUPTIBLE = ("none", "dtmf", "speech", "any", "true", "false")


def _text(value: object) -> bool:
    return isinstance(value, str)


def _flag(value: object) -> bool:
    return isinstance(value, bool)


def _who(value: object) -> bool:
    return isinstance(value, bool) or value in INTERRUPTIBLE


def _loop(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 1000


def _address(value: object) -> bool:
    return isinstance(value, str) and re.fullmatch(r"https?://[^\s/_]+(/\S*)?", value) is not None


def _keys(value: object) -> bool:
    return isinstance(value, str) and re.fullmatch(r"[0-9w#*]+", value) is not None


FIELDS: dict[str, tuple[frozenset[str], dict[str, Rule]]] = {
    "text": (
        frozenset({"token"}),
        {"token": _text, "last": _flag, "lang": _text, "interruptible": _who, "preemptible": _flag},
    ),
    "play": (frozenset({"source"}), {"source": _address, "loop": _loop, "preemptible": _flag, "interruptible": _who}),
    "sendDigits": (frozenset({"digits"}), {"digits": _keys}),
    "language": (frozenset(), {"ttsLanguage": _text, "transcriptionLanguage": _text}),
    "end": (frozenset(), {"handoffData": _text}),
}


def read(text: str) -> tuple[Frame, str | None]:
    """The message, and what is wrong with it (then it is passed over)."""
    try:
        body = json.loads(text)
    except ValueError:
        return {}, "not JSON"
    kind = body.get("type") if isinstance(body, dict) else None
    if not isinstance(kind, str) or kind not in FIELDS:
        return {}, "no type that is known"
    return body, _wrong(kind, body)


def _wrong(kind: str, body: Frame) -> str | None:
    needed, rules = FIELDS[kind]
    given = set(body) - {"type"}
    if missing := needed - given:
        return f"{kind} without {sorted(missing)[0]}"
    if unknown := given - set(rules):
        return f"{kind} has no field {sorted(unknown)[0]}"
    if kind == "language" and not given:
        return "language names no language"
    bad = next((name for name in sorted(given) if not rules[name](body[name])), None)
    return f"{kind}: {bad} has a wrong value" if bad else None
