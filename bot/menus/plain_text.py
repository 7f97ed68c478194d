"""Cards, links, places, dates and tables without anything to tap: as lines to read (SMS), as sentences to hear (voice). Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from datetime import datetime
from urllib.parse import urlsplit

from bot.menus.phrases import ENGLISH, MONTHS, WEEKDAYS, Phrases, phrases
from bot.model import Card, Link, Location, Moment, Reply, Table

_ADDRESS = re.compile(r"https?://[^\s<>\"]+", re.ASCII)
_BULLET = re.compile(r"^\s*(?:[-*\u2022\u2013]\s+|\d{1,2}[.)]\s+)")
_MARKUP = re.compile(r"(\*\*|__|`)(?=\S)(.+?)(?<=\S)\1")
_ARROWS = "\u2190"  # before them are letters and signs such as the degree's, which are words
_VARIATION, _JOINER = "\ufe0f", "\u200d"


def written(reply: Reply, words: Phrases | None = None) -> list[str]:
    """Everything but the reply's text and options, as lines; a card that is itself one option is told there."""
    words = words or phrases(reply.language)
    lines = [line for card in reply.cards if len(card.options) != 1 for line in card_lines(card)]
    lines += [line for table in reply.tables for line in table_lines(table)]
    lines += [moment_line(moment, words) for moment in reply.dates]
    lines += [line for place in reply.locations for line in _place_lines(place, words)]
    lines += [f"{link.title}: {_target(link)}" for link in reply.links]
    return lines


def heard(reply: Reply, words: Phrases | None = None) -> list[str]:
    """The reply's text and all that goes with it, but its options, as sentences for a voice."""
    words = words or phrases(reply.language)
    lines = list(_sentences(reply.text))
    for card in reply.cards:
        lines += [sentence(line) for line in _sentences(": ".join(filter(None, [card.title, card.text])))]
    lines += [sentence(line) for table in reply.tables for line in table_lines(table)]
    lines += [_moment_heard(moment, words) for moment in reply.dates]
    lines += [sentence(", ".join(filter(None, [p.name, p.address, p.tel]))) for p in reply.locations]
    lines += [_link_heard(link, words) for link in (*reply.links, *(c.link for c in reply.cards if c.link))]
    return [line for line in [*lines, *_media_heard(reply, words)] if line]


def card_lines(card: Card) -> list[str]:
    """A card's title and text in one line, its address in the next."""
    line = ": ".join(filter(None, [card.title, card.text]))
    return [line, *([_target(card.link)] if card.link else [])]


def table_lines(table: Table) -> list[str]:
    """A list instead of a table: ``Main St: Monday 9-5, Saturday closed``. Empty cells are left out."""
    named = table.columns[1:]
    lines = []
    for first, *cells in table.rows:
        told = [f"{name} {cell}".strip() for name, cell in zip(named, cells, strict=True) if cell]
        lines.append(": ".join(filter(None, [first, ", ".join(told)])))
    return lines


def moment_line(moment: Moment, words: Phrases = ENGLISH) -> str:
    """``Tue, Nov 24, 2026, 2:30 PM to 3:00 PM: Card pick-up (12 Main St)``."""
    start = _short_day(moment.start) if moment.all_day else f"{_short_day(moment.start)}, {_clock(moment.start)}"
    if moment.end and not (moment.all_day and _same_day(moment)):
        start = words.until.format(start=start, end=_end(moment, moment.end, _short_day))
    told = ": ".join(filter(None, [start, moment.title]))
    return f"{told} ({moment.place})" if moment.place else told


def without_pictures(text: str) -> str:
    """Without emoji and other symbols that a voice would name and an SMS would pay for; the text itself if that is all."""
    kept = "".join(c for c in text if c < _ARROWS or not (unicodedata.category(c) in ("So", "Sk") or c in (_VARIATION, _JOINER)))
    return re.sub(r"[ \t]{2,}", " ", kept).strip() or text


def sentence(line: str) -> str:
    """The line with a full stop, so that a voice pauses."""
    line = line.strip()
    return f"{line}." if line and (line[-1].isalnum() or line[-1] in ")%\"'") else line


def host(url: str) -> str:
    """What a person would say of an address: ``harbour dot example``."""
    return (urlsplit(url).hostname or "").removeprefix("www.").replace(".", " dot ")


def _sentences(text: str) -> Iterator[str]:
    """Lines without bullets, markup, emoji and addresses; a line that stands alone is left as it was written."""
    lines = [_BULLET.sub("", line) for line in text.splitlines() if line.strip()]
    for line in lines:
        plain = _MARKUP.sub(r"\2", without_pictures(line))
        plain = _ADDRESS.sub(lambda m: host(m[0].rstrip(".,;:!?)")) + _tail(m[0]), plain)
        yield sentence(plain) if len(lines) > 1 else plain.strip()


def _tail(address: str) -> str:
    """The sentence's own punctuation behind an address."""
    return address[len(address.rstrip(".,;:!?)")) :]


def _target(link: Link | None) -> str:
    return link.url.removeprefix("tel:") if link else ""


def _place_lines(place: Location, words: Phrases) -> list[str]:
    line = ", ".join(filter(None, [place.name, place.address, place.tel]))
    return [line, *([f"{words.map}: {place.url}"] if place.url else [])]


def _link_heard(link: Link, words: Phrases) -> str:
    if link.url.startswith("tel:"):
        return words.number.format(title=link.title, tel=link.url.removeprefix("tel:"))
    return words.page.format(title=link.title, host=host(link.url))


def _media_heard(reply: Reply, words: Phrases) -> list[str]:
    told = []
    for media in reply.media:
        if not media.content_type.startswith("image/"):
            told.append(words.recording)
        else:
            told.append(words.picture_of.format(title=media.title) if media.title else words.picture)
    return list(dict.fromkeys(told))


def _moment_heard(moment: Moment, words: Phrases) -> str:
    start = _long_day(moment.start)
    if not moment.all_day:
        start = words.at.format(day=start, time=_clock(moment.start))
    if moment.end and not (moment.all_day and _same_day(moment)):
        start = words.until.format(start=start, end=_end(moment, moment.end, _long_day))
    return sentence(", ".join(filter(None, [": ".join(filter(None, [moment.title, start])), moment.place])))


def _end(moment: Moment, end: datetime, day: Callable[[datetime], str]) -> str:
    if _same_day(moment):
        return _clock(end)
    return day(end) if moment.all_day else f"{day(end)}, {_clock(end)}"


def _same_day(moment: Moment) -> bool:
    return moment.end is not None and moment.end.date() == moment.start.date()


def _short_day(at: datetime) -> str:
    return f"{WEEKDAYS[at.weekday()][:3]}, {MONTHS[at.month - 1][:3]} {at.day}, {at.year}"


def _long_day(at: datetime) -> str:
    suffix = "th" if 10 < at.day < 14 else {1: "st", 2: "nd", 3: "rd"}.get(at.day % 10, "th")
    return f"{WEEKDAYS[at.weekday()]}, {MONTHS[at.month - 1]} {at.day}{suffix}"


def _clock(at: datetime) -> str:
    return f"{at.hour % 12 or 12}:{at.minute:02} {'AM' if at.hour < 12 else 'PM'}"
