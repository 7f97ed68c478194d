"""One menu, four faces: how options are shown where there are no buttons, and the answer mapped back.

A ``Menu`` is what was offered last in a conversation. Its payloads stay here; channels see numbers and titles.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.model import InboundMessage, Option, Reply

LIFETIME = timedelta(hours=24)
"""After this an old menu is not read as the answer's context any more."""


@dataclass(frozen=True, slots=True)
class Menu:
    """Options on offer. ``id`` is random, so that a tap on an older menu is recognised."""

    id: str
    options: tuple[Option, ...]
    shown_at: datetime


def merged_options(replies: tuple[Reply, ...]) -> tuple[Option, ...]:
    """The options of one turn in the order shown, each payload once."""
    seen: dict[str, Option] = {}
    for reply in replies:
        for option in reply.options:
            seen.setdefault(option.payload, option)
    return tuple(seen.values())


def numbered_through(replies: tuple[Reply, ...], offered: tuple[Option, ...]) -> tuple[Reply, ...]:
    """The turn's replies with all its options on the last one, so that numbers mean one thing only."""
    if not offered or not replies:
        return replies
    bare = tuple(replace(reply, options=()) for reply in replies)
    return (*bare[:-1], replace(bare[-1], options=offered))


def numbered(reply: Reply) -> str:
    """The reply as plain text for a channel without buttons: options as ``1 Title`` lines."""
    if not reply.options:
        return reply.text
    lines = [f"{number} {option.title}" for number, option in enumerate(reply.options, 1)]
    return "\n".join([reply.text, *lines, f"Reply {_range(len(lines))}"]).strip()


def spoken(reply: Reply) -> str:
    """The reply as words for the phone: ``For X, press or say 1.``"""
    options = [f"For {_lower(option.title)}, press or say {n}." for n, option in enumerate(reply.options, 1)]
    return " ".join([reply.text, *options]).strip()


def choose(menu: Menu | None, message: InboundMessage) -> Option | None:
    """The option that the message picks, or None when it is speech.

    A tap must name this menu; keys and numbers must be in range; a title must match whole.
    """
    if menu is None or message.received_at - menu.shown_at > LIFETIME:
        return None
    if message.choice is not None:
        menu_id, _, number = message.choice.partition(":")
        return _at(menu, number) if menu_id == menu.id else None
    return _at(menu, message.digits or _number(message.text)) or _titled(menu, message.text)


def _at(menu: Menu, number: str) -> Option | None:
    if not number.isascii() or not number.isdigit() or len(number) > 3:
        return None
    index = int(number) - 1
    return menu.options[index] if 0 <= index < len(menu.options) else None


WORDS = {"one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9"}


def _number(text: str) -> str:
    bare = _plain(text).removeprefix("option ").removeprefix("number ")
    return WORDS.get(bare, bare)


def _titled(menu: Menu, text: str) -> Option | None:
    wanted = _plain(text)
    return next((o for o in menu.options if wanted and _plain(o.title) == wanted), None)


def _plain(text: str) -> str:
    return re.sub(r"[^\w ]+", "", text.casefold()).strip()


def _lower(title: str) -> str:
    """Inside a spoken sentence a title loses its capital, unless it is a name or an acronym."""
    first, _, _ = title.partition(" ")
    rest_is_lower = not any(c.isupper() for c in title[1:])
    return title[0].lower() + title[1:] if rest_is_lower and first.isalpha() and len(first) > 1 else title


def _range(count: int) -> str:
    return "1" if count == 1 else f"1-{count}"
