"""The few words that menus and rich replies need around the designers' own. English here; another language
has them in its ``_menus.yml``."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from functools import cache
from types import MappingProxyType
from typing import Any

from bot.languages.tables import table

FILE = "_menus.yml"


def _reworded() -> MappingProxyType[str, str]:
    """Titles that carriers would take as opting out (bot.conversation.opt_out), said in other words on SMS."""
    return MappingProxyType({
        "stop": "Leave it", "stopall": "No more messages", "unsubscribe": "No more messages", "optout": "No more messages",
        "cancel": "Call it off", "end": "Finish", "quit": "Leave", "revoke": "Take it back",
        "start": "Begin", "unstop": "Begin again", "help": "Get help", "info": "More information",
    })  # fmt: skip


DOING = frozenset((
    "activate", "add", "apply", "ask", "block", "book", "call", "cancel", "change", "check", "choose", "close", "confirm",
    "continue", "find", "freeze", "get", "give", "go", "hear", "keep", "leave", "make", "move", "open", "order", "pay",
    "read", "receive", "renew", "replace", "report", "request", "reschedule", "see", "send", "set", "show", "speak",
    "start", "stop", "switch", "talk", "tell", "text", "track", "transfer", "try", "unblock", "update", "use", "verify",
))  # fmt: skip
"""Titles that begin so are said as ``To find a branch, press ...``; others as ``For my balance, press ...``."""

ASKING = frozenset(("who", "what", "when", "where", "why", "which", "how", "is", "are", "can", "do", "does", "will"))

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Phrases:
    """Patterns with ``{placeholders}``. On SMS they must stay in GSM-7."""

    reply: str = "Reply {range}"
    reply_number: str = "Reply with the number only: {range}"
    press: str = "For {title}, press or say {number}."
    press_to: str = "To {title}, press or say {number}."
    press_ask: str = "To ask {title}, press or say {number}."
    more: str = "More\N{HORIZONTAL ELLIPSIS}"
    more_spoken: str = "more choices"
    back: str = "Back to the first"
    back_spoken: str = "the first choices again"
    map: str = "Map"
    open_map: str = "Open map"
    call: str = "Call"
    picture: str = "There is a picture with this, which you can see on our other channels."
    picture_of: str = "There is a picture of {title}, which you can see on our other channels."
    recording: str = "There is a file with this, which you can open on our other channels."
    page: str = "{title}: see {host}."
    number: str = "{title}: the number is {tel}."
    until: str = "{start} to {end}"
    at: str = "{day}, at {time}"
    plain: str = ""
    """Letters that an SMS is dearer for, each with what stands for it: ``áa íi``."""
    reworded: MappingProxyType[str, str] = field(default_factory=_reworded)


ENGLISH = Phrases()


@cache
def phrases(language: str) -> Phrases:
    """Those of a language: ``menus`` in its ``_menus.yml``, and the English ones for what is not translated."""
    given = table(language, FILE, "menus")
    own: dict[str, Any] = {one.name: str(given[one.name]) for one in fields(Phrases) if one.name in given}
    reworded = {**_reworded(), **{word: str(title) for word, title in (given.get("reworded") or {}).items()}}
    return replace(ENGLISH, **{**own, "reworded": MappingProxyType(reworded)})
