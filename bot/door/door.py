"""The one door: what every message goes through before anything of it is stored (docs/door.md). Pure.

In this order: size and blankness; normal form; what is no message; secrets out; who wants no more texts. The same message
again comes out as it went in, so that it does not matter how many hands it passes.
"""

from __future__ import annotations

from dataclasses import replace

from bot.door import not_messages, opt_out_words, secrets
from bot.door.normal import blank, folded
from bot.model import ChannelName, Entry, InboundMessage, Kind

LIMITS = {ChannelName.WEB: 2000, ChannelName.MESSENGER: 2000, ChannelName.SMS: 1600, ChannelName.VOICE: 4000}
"""Characters of one message that the assistant reads, by channel. A person gets longer ones, too."""
LONGEST = 20_000
"""Characters that are kept of any message."""
MARKS = (
    *(kind.value for kind in Kind if kind is not Kind.WORDS),
    "folded",
    *(f"masked_{kind}" for kind in secrets.KINDS),
    *(f"wish_{wish.value}" for wish in opt_out_words.Wish),
)
"""All words that are counted (``onethread_door``)."""


def enter(message: InboundMessage) -> InboundMessage:
    """The message as it may be stored, with a note of what was done."""
    told = message.entry or Entry()
    text = message.text[:LONGEST]
    plain = folded(text)
    entry = replace(told, folded=told.folded or plain != text.strip())
    if entry.kind is Kind.WORDS and message.choice is None:
        plain, entry = _kind(message, plain, entry)
    last4 = entry.last4 or secrets.last_four(plain) or secrets.last_four(message.digits or "")
    # a caller may have been asked for it: the turn knows, and takes it out
    plain, masked = secrets.masked(plain, pins=message.channel is not ChannelName.VOICE)
    digits, keyed = _keys(message.digits)
    about, _ = secrets.masked(entry.about)
    entry = replace(entry, about=about, last4=last4, masked=_both(entry.masked, (*masked, *keyed)))
    if entry.kind is Kind.WORDS and message.choice is None and entry.wish is None:
        entry = replace(entry, wish=_wish(message, plain))
    return replace(message, text=plain, digits=digits, entry=entry)


def words(text: str) -> str:
    """Words that are kept before they are a message (a call's, while it is asked what they mean): normal, without secrets."""
    return secrets.masked(folded(text[:LONGEST]), pins=False)[0]


def without_pin(message: InboundMessage) -> InboundMessage:
    """The message of somebody who was asked for no PIN, without one."""
    plain, masked = secrets.masked(message.text)
    entry = message.entry or Entry()
    return replace(message, text=plain, entry=replace(entry, masked=_both(entry.masked, masked))) if masked else message


def _kind(message: InboundMessage, plain: str, entry: Entry) -> tuple[str, Entry]:
    if message.digits is not None or message.channel is ChannelName.VOICE:
        return plain, entry
    if blank(plain):
        return "", entry if message.media else replace(entry, kind=Kind.BLANK)
    if len(plain) > LIMITS[message.channel]:
        return plain, replace(entry, kind=Kind.TOO_LONG)
    if found := not_messages.reaction(plain):
        return plain, replace(entry, kind=Kind.REACTION, about=found.about, sign=found.sign)
    without = not_messages.unsigned(plain)
    if not_messages.of_a_machine(plain) or not (without or message.media):
        return plain, replace(entry, kind=Kind.AUTOMATIC)
    return without, replace(entry, folded=entry.folded or without != plain)


def _keys(digits: str | None) -> tuple[str | None, tuple[str, ...]]:
    if digits is None:
        return None, ()
    plain, kinds = secrets.masked(digits)
    return (digits, ()) if not kinds else (plain, kinds)


def _wish(message: InboundMessage, plain: str) -> str | None:
    if message.keyword:
        return message.keyword
    found = opt_out_words.wish(plain)
    if message.channel is not ChannelName.SMS and not (found is opt_out_words.Wish.STOP and opt_out_words.about_texts(plain)):
        return None
    return found.value if found else None


def _both(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(kind for kind in secrets.KINDS if kind in one or kind in other)
