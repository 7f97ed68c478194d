"""One menu, four faces: what was offered, and how options are shown where there are no buttons (docs/menus.md).

A ``Menu``'s payloads stay here; channels see numbers and titles. ``bot.menus.answers`` maps what comes back.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType

from bot.languages.current import current
from bot.menus.phrases import ASKING, DOING, ENGLISH, Phrases, phrases
from bot.menus.plain_text import card_lines, heard, without_pictures, written
from bot.menus.rich_replies import says_something
from bot.model import Card, ChannelName, Option, Reply
from bot.model.keywords import HELP, START, STOP

LIFETIME = timedelta(hours=24)
"""After this a menu is neither tapped nor read as the answer's context any more."""

KEPT = 20
"""Menus of one conversation that are remembered; older ones cannot be tapped."""

AT_ONCE = timedelta(minutes=10)
"""For so long a channel's own menu is the one that is answered there, although another channel went on meanwhile."""

UNTAPPED = frozenset({ChannelName.SMS, ChannelName.VOICE})
"""Channels whose menus are answered in words, figures and keys only."""
UNTAPPED_KEPT = 2

MOST = MappingProxyType({ChannelName.VOICE: 9, ChannelName.MESSENGER: 13})
"""Options shown at once: keys of a phone, quick replies. More come in pages whose last entry turns the page."""

MORE = "onethread:more"
"""Payload of the entry that shows the next page; never given to the assistant."""

ANSWERS_ONLY = frozenset({"/affirm", "/deny"})
"""Payloads that mean nothing without their question: a late tap on one is not carried out."""


@dataclass(frozen=True, slots=True)
class Menu:
    """Options on offer, all of them; ``first`` is the index at which the page that was shown begins.

    ``id`` cannot be guessed, so that a tap on an older menu is recognised. ``passed``: its channel has gone on since.
    """

    id: str
    options: tuple[Option, ...]
    shown_at: datetime
    channel: ChannelName | None = None
    first: int = 0
    passed: bool = False
    cards: tuple[Card, ...] = ()

    @property
    def page(self) -> tuple[Option, ...]:
        """The entries that were shown, in order: entry n has the number n."""
        return page(self.options, self.channel, self.first)

    @property
    def following(self) -> int:
        """Where the next page begins; 0 after the last."""
        if not self.page or self.page[-1].payload != MORE:
            return 0
        following = self.first + len(self.page) - 1
        return following if following < len(self.options) else 0


@dataclass(frozen=True, slots=True)
class Shown:
    """What a conversation was offered lately, newest first, and what it was asked last.

    ``last`` is the menu of the last question on any channel (None: it had none); ``digits`` and ``count`` say that
    figures were asked for, and how many; ``asked`` is the last sentence that was said.
    """

    menus: tuple[Menu, ...] = ()
    last: str | None = None
    digits: bool = False
    count: int | None = None
    asked: str = ""

    def then(
        self, channel: ChannelName, menu: Menu | None, *, digits: bool = False, count: int | None = None, asked: str = ""
    ) -> Shown:
        """After a turn on ``channel`` that showed ``menu``, or asked something without one."""
        before = [m for m in self.menus if menu is None or m.id != menu.id]
        passed = [replace(m, passed=m.passed or m.channel is channel) for m in before]
        menus = _answerable([*([menu] if menu else []), *passed])
        return Shown(tuple(menus[:KEPT]), menu.id if menu else None, digits, count, asked)

    def joined(self, other: Shown) -> Shown:
        """With what a conversation had been offered that was joined into this one; what was asked last stays this one's."""
        known = {menu.id for menu in self.menus}
        both = [*self.menus, *(menu for menu in other.menus if menu.id not in known)]
        return replace(self, menus=tuple(sorted(both, key=lambda menu: menu.shown_at, reverse=True)[:KEPT]))

    def without(self, menu_id: str) -> Shown:
        """As it was before the menu ``menu_id``, for a turn that is worked on again."""
        if not self.menus or self.menus[0].id != menu_id:
            return self
        rest = self.menus[1:]
        return Shown(rest, rest[0].id if rest else None)


def _answerable(menus: list[Menu]) -> list[Menu]:
    """Without those that nobody can answer any more: where nothing is tapped, words and numbers mean the newest (and while a turn
    is worked on again, the one before it)."""
    count: Counter[ChannelName | None] = Counter()
    kept = []
    for menu in menus:
        count[menu.channel] += 1
        if menu.channel not in UNTAPPED or count[menu.channel] <= UNTAPPED_KEPT:
            kept.append(menu)
    return kept


def page(options: tuple[Option, ...], channel: ChannelName | None, first: int = 0) -> tuple[Option, ...]:
    """The options of the page that begins at ``first``, with the entry that turns it where they are too many."""
    most = MOST.get(channel) if channel else None
    if most is None or len(options) <= most:
        return options
    shown = options[first : first + most - 1]
    return (*shown, turning(first + len(shown) < len(options), channel))


def turning(more: bool, channel: ChannelName | None, words: Phrases | None = None) -> Option:
    """The entry for the next page, or back to the first."""
    words = words or phrases(current())
    if channel is ChannelName.VOICE:
        return Option(words.more_spoken if more else words.back_spoken, MORE)
    return Option(words.more if more else words.back, MORE)


def merged_options(replies: tuple[Reply, ...]) -> tuple[Option, ...]:
    """The options of one turn in the order shown, those of cards under the card's name, each payload once."""
    seen: dict[str, Option] = {}
    for reply in replies:
        for option in (*(o for card in reply.cards for o in _named(card)), *reply.options):
            seen.setdefault(option.payload, option)
    return tuple(seen.values())


def merged_cards(replies: tuple[Reply, ...]) -> tuple[Card, ...]:
    """The turn's cards that have options."""
    return tuple(card for reply in replies for card in reply.cards if card.options)


def numbered_through(replies: tuple[Reply, ...], offered: tuple[Option, ...]) -> tuple[Reply, ...]:
    """The turn's replies with ``offered`` on the last one, so that numbers mean one thing only.

    Cards with options go there too; those with no option among ``offered`` (another page has them) are left out.
    """
    if not offered or not replies:
        return replies
    wanted = {option.payload for option in offered}
    chosen = tuple(c for c in merged_cards(replies) if any(o.payload in wanted for o in c.options))
    bare = [replace(r, options=(), cards=tuple(c for c in r.cards if not c.options)) for r in replies]
    before = [reply for reply in bare[:-1] if says_something(reply)]
    return (*before, replace(bare[-1], options=offered, cards=(*bare[-1].cards, *chosen)))


def on_card(reply: Reply, card: Card) -> list[tuple[int, Option]]:
    """A card's own options with their numbers in the reply's menu."""
    numbers = {option.payload: number for number, option in enumerate(reply.options, 1)}
    return [(numbers[option.payload], option) for option in card.options if option.payload in numbers]


def beside_cards(reply: Reply) -> list[tuple[int, Option]]:
    """The options that no card shows, with their numbers."""
    on_cards = {option.payload for card in reply.cards for option in card.options}
    return [(number, option) for number, option in enumerate(reply.options, 1) if option.payload not in on_cards]


def numbered(reply: Reply, words: Phrases | None = None) -> str:
    """The reply as plain text: what goes with it as lines, options as ``1 Title``."""
    words = words or phrases(reply.language)
    return _written(reply, [option.title for option in reply.options], words.reply, words)


def texted(reply: Reply, words: Phrases | None = None) -> str:
    """As ``numbered``, for SMS: without emoji in titles, and without titles that carriers take as opting out."""
    words = words or phrases(reply.language)
    titles = [sms_title(option.title, words) for option in reply.options]
    risky = any(plain_words(option.title) & STOP for option in reply.options)
    text = _written(reply, titles, words.reply_number if risky else words.reply, words)
    return text.translate({ord(pair[0]): pair[1:] for pair in words.plain.split()}) if words.plain else text


def sms_title(title: str, words: Phrases = ENGLISH) -> str:
    """The title as an SMS shows it."""
    bare = re.sub(r"\W", "", title.casefold())
    return words.reworded.get(bare, without_pictures(title)) if bare in STOP | START | HELP else without_pictures(title)


def plain_words(text: str) -> set[str]:
    """The words of a title, in lower case."""
    return set(re.findall(r"\w+", text.casefold()))


def spoken(reply: Reply, phrase: str | None = None, words: Phrases | None = None) -> str:
    """The reply as words for the phone, each option in the designers' ``phrase``; the usual one is fitted to the title."""
    words = words or phrases(reply.language)
    options = [
        _phrase(option.title, phrase or words.press, words).replace("{title}", _lower(option.title)).replace("{number}", str(n))
        for n, option in enumerate(reply.options, 1)
    ]
    return " ".join([*heard(reply, words), *options]).strip()


def _written(reply: Reply, titles: list[str], hint: str, words: Phrases) -> str:
    lines = [reply.text, *written(reply, words)]
    for number, (option, title) in enumerate(zip(reply.options, titles, strict=True), 1):
        lines += _option_lines(reply, option, f"{number} {title}")
    if titles:
        lines.append(hint.replace("{range}", "1" if len(titles) == 1 else f"1-{len(titles)}"))
    return "\n".join(line for line in lines if line).strip()


def _option_lines(reply: Reply, option: Option, line: str) -> list[str]:
    """An option that stands for a whole card is told with the card's text and address."""
    card = next((c for c in reply.cards if [o.payload for o in c.options] == [option.payload]), None)
    if card is None:
        return [line]
    told, *address = card_lines(card)
    return [line + told.removeprefix(card.title), *address]


def _named(card: Card) -> tuple[Option, ...]:
    """A card's options by names that tell them from those of other cards."""
    if len(card.options) == 1:
        return (replace(card.options[0], title=card.title),)
    return tuple(replace(option, title=f"{card.title}: {option.title}") for option in card.options)


def _phrase(title: str, phrase: str, words: Phrases) -> str:
    """The designers' own phrase; the usual one is fitted to what the title is: something to do, to ask, or a thing."""
    first = title.partition(" ")[0].casefold()
    if phrase != words.press:
        return phrase
    if title.rstrip().endswith("?") and first in ASKING:
        return words.press_ask
    return words.press_to if first in DOING and " " in title else words.press


def _lower(title: str) -> str:
    """Inside a spoken sentence a title loses its end mark, and its capital unless it is seen to be a name or an acronym."""
    title = without_pictures(title).rstrip("?!.:;,\N{HORIZONTAL ELLIPSIS} ") or title
    first, _, _ = title.partition(" ")
    rest_is_lower = not any(c.isupper() for c in title[1:])
    return title[0].lower() + title[1:] if rest_is_lower and first.isalpha() and len(first) > 1 else title
