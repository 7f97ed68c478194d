"""What the customer answered, mapped back to an option; or None, and then it is speech (docs/menus.md). Pure. English.

Read in this order: a tap, keys, a number, an ordinal, the whole title, a part of it, a misspelling. Anything with a word
too many is speech: "I have 2 cards" is not option 2, "one moment please" is not option 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from bot.door.signs import Meaning, meaning
from bot.menus import spoken_choices as lexicon
from bot.menus.menu import ANSWERS_ONLY, AT_ONCE, KEPT, LIFETIME, MORE, Menu, Shown, sms_title
from bot.menus.spoken_choices import Reference
from bot.model import ChannelName, InboundMessage, Option


@dataclass(frozen=True, slots=True)
class Picked:
    """The message picks this option."""

    option: Option


@dataclass(frozen=True, slots=True)
class Turned:
    """The message asks for another page: the one that begins at ``first``."""

    menu: Menu
    first: int


@dataclass(frozen=True, slots=True)
class Unclear:
    """The message fits two options alike: ask which of them."""

    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class Late:
    """A tap on an answer whose question is over. ``now`` is what is on offer at present, if anything is."""

    option: Option
    now: Menu | None


Choice: TypeAlias = Picked | Turned | Unclear | Late


@dataclass(frozen=True, slots=True)
class InForce:
    """What of the menus that were shown may still be tapped. ``newest``: the last menu that is known here (what came after it is
    not judged); ``asked``: menus whose question is open, so that a yes or no to them counts; ``since``: older ones are over."""

    newest: str | None
    asked: tuple[str, ...]
    since: datetime


def in_force(shown: Shown, channel: ChannelName, at: datetime) -> InForce:
    """As a tap at this moment would find it; ``since`` is of the whole hour, never too late."""
    current, is_open = _answered(shown, channel, at)
    asked = {
        menu.id for menu in shown.menus if not _expired(menu, at) and (menu.id == shown.last or (is_open and menu is current))
    }
    since = at.replace(minute=0, second=0, microsecond=0) - LIFETIME
    oldest = shown.menus[-1].shown_at if len(shown.menus) >= KEPT else since
    newest = next((menu.id for menu in shown.menus if menu.channel is channel), None)
    return InForce(newest, tuple(sorted(asked)), max(since, oldest))


def choose(shown: Shown, message: InboundMessage) -> Choice | None:
    """What the message picks of what was ``shown``; None when it is speech.

    Media beside the words, or words beside keys, do not matter: keys come before words, a tap before both.
    """
    at = message.received_at
    if message.choice is not None:
        return _tapped(shown, message.choice, at)
    menu, is_open = _answered(shown, message.channel, at)
    if menu is None:
        return None
    if message.digits is not None:
        number = int(message.digits) if message.digits.isascii() and message.digits.isdigit() and len(message.digits) < 4 else 0
        return _at(menu, number) if is_open and _may_number(shown, message.digits) else None
    return _said(shown, menu, message, is_open)


def _tapped(shown: Shown, choice: str, at: datetime) -> Choice | None:
    menu_id, _, number = choice.partition(":")
    menu = next((m for m in shown.menus if m.id == menu_id and not _expired(m, at)), None)
    if menu is None or not (number.isascii() and number.isdigit() and len(number) < 4):
        return None
    picked = _at(menu, int(number))
    current, is_open = _answered(shown, menu.channel, at)
    now = current if is_open else None
    answered = menu.id == shown.last or menu is now
    if isinstance(picked, Picked) and picked.option.payload in ANSWERS_ONLY and not answered:
        return Late(picked.option, now)
    return picked


def _answered(shown: Shown, channel: ChannelName | None, at: datetime) -> tuple[Menu | None, bool]:
    """The menu that words and numbers on ``channel`` answer, and whether it is still being asked.

    The channel's own one, as long as nothing followed it there and other channels went on only a little while ago;
    else the one of the conversation's last question, on whichever channel; else the newest, of its own before others', which
    is not asked any more.
    """
    alive = [menu for menu in shown.menus if not _expired(menu, at)]
    if not alive:
        return None, False
    own = next((m for m in alive if m.channel is channel and not m.passed and at - m.shown_at <= AT_ONCE), None)
    if own is not None:
        return own, True
    if alive[0].id == shown.last:
        return alive[0], True
    return next((m for m in alive if m.channel is channel), alive[0]), False


def _expired(menu: Menu, at: datetime) -> bool:
    return at - menu.shown_at > LIFETIME


def _said(shown: Shown, menu: Menu, message: InboundMessage, is_open: bool) -> Choice | None:
    if sign := meaning(message.text):
        return _signed(menu, sign) if is_open else None
    reference = lexicon.reference(message.text, heard=message.channel is ChannelName.VOICE)
    if reference is not None:
        return _referred(shown, menu, reference) if is_open or reference.explicit else None
    if not is_open or lexicon.only_figures(message.text) or message.text.lstrip().startswith("/"):
        return None
    return _titled(menu, message.text)


def _signed(menu: Menu, sign: Meaning) -> Choice | None:
    """A thumb up or down picks the one option that says yes, or no."""
    word, payload = {Meaning.YES: ("yes", "/affirm"), Meaning.NO: ("no", "/deny")}.get(sign, ("", ""))
    fitting = [o for o in menu.options if word and (o.payload == payload or lexicon.agrees(word, o.title))]
    return Picked(fitting[0]) if len(fitting) == 1 else None


def _referred(shown: Shown, menu: Menu, reference: Reference) -> Choice | None:
    """A number, an ordinal, ``the last one``; with the title behind it only when that is the option's own."""
    if not reference.explicit and not _may_number(shown, str(reference.number)):
        return None
    entries = menu.page
    real = [n for n, option in enumerate(entries, 1) if option.payload != MORE]
    number = real[reference.number] if reference.number < 0 and -reference.number <= len(real) else reference.number
    if reference.title and (number < 1 or number > len(entries) or not _fits(entries[number - 1], reference.title)):
        return None
    return _at(menu, number)


def _may_number(shown: Shown, figures: str) -> bool:
    """Where figures were asked for, a number is a menu's only if it cannot be those."""
    return not shown.digits or (shown.count is not None and len(figures) != shown.count)


def _at(menu: Menu, number: int) -> Choice | None:
    entries = menu.page
    if not 1 <= number <= len(entries):
        return None
    option = entries[number - 1]
    return Turned(menu, menu.following) if option.payload == MORE else Picked(option)


def _fits(option: Option, text: str) -> bool:
    return lexicon.same(text, option.title) or lexicon.part(text, option.title)


def _titled(menu: Menu, text: str) -> Choice | None:
    """Whole titles first, then parts, then misspellings; two that fit alike are asked about, more are speech."""
    turning = menu.page[-1] if menu.page[-1].payload == MORE else None
    if turning and (lexicon.same(text, turning.title) or lexicon.wants_more(text)):
        return Turned(menu, menu.following)
    for match in (lexicon.same, lexicon.agrees, lexicon.part, lexicon.misspelt):
        fitting = [o for o in menu.options if match(text, o.title) or match(text, sms_title(o.title))]
        if len(fitting) == 1:
            return Picked(fitting[0])
        if fitting:
            return _unclear(fitting)
    return None


def _unclear(fitting: Sequence[Option]) -> Unclear | None:
    return Unclear(tuple(fitting)) if len(fitting) == 2 and fitting[0].title != fitting[1].title else None
