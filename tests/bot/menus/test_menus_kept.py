"""What is forgotten of the menus that a conversation was shown, nobody could have answered."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.menus.answers import choose
from bot.menus.menu import UNTAPPED, UNTAPPED_KEPT, Menu, Shown
from bot.model import Address, AddressKind, ChannelName, InboundMessage, Option

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)
ANA = Address(AddressKind.TEL, "+12125550123")
TITLES = (("Boston", "Tribeca"), ("Union Square", "Back Bay", "Brooklyn"), ("Yes", "No"))
SHOWN = st.lists(st.tuples(st.sampled_from(list(ChannelName)), st.sampled_from([None, *TITLES])), max_size=12)
SAID = st.sampled_from(["1", "2", "option 3", "the last one", "Boston", "back bay", "yes", "hello"])


def menu(n: int, channel: ChannelName, titles: tuple[str, ...]) -> Menu:
    options = tuple(Option(title, f"/choose_{title.lower().replace(' ', '_')}") for title in titles)
    return Menu(f"m_{n}", options, NOON + timedelta(minutes=n), channel)


def both(steps: list[tuple[ChannelName, tuple[str, ...] | None]]) -> tuple[Shown, Shown]:
    """As it is kept, and with every menu ever."""
    kept = everything = Shown()
    for n, (channel, titles) in enumerate(steps):
        new = None if titles is None else menu(n, channel, titles)
        kept = kept.then(channel, new)
        passed = [replace(one, passed=one.passed or one.channel is channel) for one in everything.menus]
        everything = Shown((*([new] if new else []), *passed), new.id if new else None)
    return kept, everything


@given(steps=SHOWN, channel=st.sampled_from(list(ChannelName)), said=SAID, minutes=st.integers(12, 1500))
def test_words_and_numbers_mean_what_they_meant(
    steps: list[tuple[ChannelName, tuple[str, ...] | None]], channel: ChannelName, said: str, minutes: int
) -> None:
    kept, everything = both(steps)
    message = InboundMessage("sms:1", channel, ANA, NOON + timedelta(minutes=minutes), said)
    assert choose(kept, message) == choose(everything, message)
    if kept.menus and kept.menus[0].id == kept.last:  # the turn that showed it is worked on again
        before, ever = kept.without(kept.menus[0].id), everything.without(kept.menus[0].id)
        assert choose(before, message) == choose(ever, message)


def test_where_nothing_is_tapped_two_are_kept_and_elsewhere_all() -> None:
    for channel in ChannelName:
        kept, _ = both([(channel, TITLES[0])] * 5)
        assert len(kept.menus) == (UNTAPPED_KEPT if channel in UNTAPPED else 5)
