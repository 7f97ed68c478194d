"""The door as a whole: one order for every channel, twice through is once through, and its page says what it does."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.door import LIMITS, MARKS, enter
from bot.model import Address, AddressKind, ChannelName, Entry, InboundMessage, Kind, Media

NOW = datetime(2026, 11, 26, 20, 0, tzinfo=UTC)
ANA = Address(AddressKind.TEL, "+12125550147")


def came(text: str = "", channel: ChannelName = ChannelName.SMS, **more: object) -> InboundMessage:
    return replace(InboundMessage("m:1", channel, ANA, NOW, text), **more)  # type: ignore[arg-type]


def note(text: str, channel: ChannelName = ChannelName.SMS, **more: object) -> Entry:
    entry = enter(came(text, channel, **more)).entry
    assert entry is not None
    return entry


@given(st.text(max_size=300), st.sampled_from(ChannelName), st.sampled_from([None, "4111111111111111", "4821"]))
def test_twice_through_is_once_through(text: str, channel: ChannelName, digits: str | None) -> None:
    once = enter(came(text, channel, digits=digits))
    assert enter(once) == once


@pytest.mark.parametrize("channel", ChannelName)
def test_a_plain_message_passes_as_it_is(channel: ChannelName) -> None:
    assert enter(came("Where is my card?", channel)) == came("Where is my card?", channel, entry=Entry())


@pytest.mark.parametrize("channel", ChannelName)
def test_a_card_is_taken_out_on_every_channel(channel: ChannelName) -> None:
    passed = enter(came("it is ٤١١١ ١١١١ ١١١١ ١١١١", channel))
    assert passed.text == "it is ****" and passed.entry == Entry(folded=True, masked=("card",), last4="1111")
    assert passed.entry.marks == ("folded", "masked_card")


def test_a_card_keyed_on_the_phone() -> None:
    assert enter(came("", ChannelName.VOICE, digits="4111111111111111")).digits == "****"
    assert enter(came("", ChannelName.VOICE, digits="482913")).digits == "482913"


@pytest.mark.parametrize("channel", [c for c in ChannelName if c is not ChannelName.VOICE])
def test_sizes(channel: ChannelName) -> None:
    assert note(" \u2003\n", channel).kind is Kind.BLANK
    assert note("x" * LIMITS[channel], channel).kind is Kind.WORDS
    long = enter(came("y" * (LIMITS[channel] + 1), channel))
    assert long.entry == Entry(Kind.TOO_LONG) and len(long.text) == LIMITS[channel] + 1, "a person still reads all of it"


def test_a_picture_without_words_is_not_blank() -> None:
    assert note("", media=(Media("https://example.com/1"),)).kind is Kind.WORDS


def test_a_reaction_is_no_message_whatever_it_quotes() -> None:
    assert note("Liked “Reply STOP to opt out”") == Entry(Kind.REACTION, about="Reply STOP to opt out", sign="👍")
    assert note("Liked “4111 1111 1111 1111”").about == "****"


def test_wishes_about_texts() -> None:
    assert note("Stop.").wish == "stop" and note("how do I opt out?").wish == "unsure" and note("START").wish == "start"
    assert note("anything", keyword="help").wish == "help"


@pytest.mark.parametrize("channel", [ChannelName.WEB, ChannelName.MESSENGER, ChannelName.VOICE])
def test_elsewhere_only_words_about_texts_mean_the_texts(channel: ChannelName) -> None:
    assert note("please stop texting me", channel).wish == "stop"
    assert [note(text, channel).wish for text in ("stop", "cancel", "help", "leave me alone")] == [None] * 4


def test_a_tap_is_no_wish() -> None:
    assert note("Stop", choice="m_1:1").wish is None


def test_the_page_says_what_is_counted() -> None:
    page = (Path(__file__).parents[2] / "docs" / "door.md").read_text(encoding="utf-8")
    assert [mark for mark in MARKS if f"`{mark}`" not in page] == []
    assert [limit for limit in LIMITS.values() if f"{limit}" not in page] == []
