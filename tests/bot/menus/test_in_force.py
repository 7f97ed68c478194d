"""What a page shows as tappable is what a tap carries out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.menus.answers import InForce, Picked, choose, in_force
from bot.menus.menu import ANSWERS_ONLY, KEPT, LIFETIME, Menu, Shown
from bot.model import Address, AddressKind, ChannelName, InboundMessage, Option

AT = datetime(2026, 11, 28, 9, 30, tzinfo=UTC)
WEB, SMS = ChannelName.WEB, ChannelName.SMS
ANA = Address(AddressKind.WEB, "w1")


def menu(name: str, minutes: int = 0, channel: ChannelName = WEB) -> Menu:
    return Menu(name, (Option("Yes", "/affirm"), Option("My card", "/card")), AT - timedelta(minutes=minutes), channel)


def shows(form: InForce, one: Menu, option: Option) -> bool:
    """As the widget decides it, for menus that the server knows."""
    answered = option.payload not in ANSWERS_ONLY or one.id in form.asked
    return answered and one.shown_at >= form.since


ASKED = Shown().then(WEB, menu("m_1", 30)).then(WEB, menu("m_2", 20))
SITUATIONS = {
    "the newest asks": ASKED,
    "a question without options came after it": ASKED.then(WEB, None),
    "another channel went on a while ago": ASKED.then(SMS, menu("m_3", 15, SMS)),
    "another channel went on just now": Shown().then(WEB, menu("m_1", 5)).then(SMS, menu("m_3", 1, SMS)),
    "yesterday's": Shown().then(WEB, menu("m_1", 60 * 26)).then(WEB, menu("m_2", 1)),
    "nothing yet": Shown(),
}


@pytest.mark.parametrize("situation", SITUATIONS)
def test_a_tap_on_what_is_shown_as_in_force_is_carried_out_and_no_other(situation: str) -> None:
    shown = SITUATIONS[situation]
    form = in_force(shown, WEB, AT)
    for one in (m for m in shown.menus if m.channel is WEB):
        for number, option in enumerate(one.options, 1):
            tap = InboundMessage("w:1", WEB, ANA, AT, option.title, choice=f"{one.id}:{number}")
            assert isinstance(choose(shown, tap), Picked) == shows(form, one, option), (one.id, option.title)


def test_the_newest_is_the_newest_of_this_channel() -> None:
    """The page knows no menus of others."""
    assert in_force(SITUATIONS["another channel went on a while ago"], WEB, AT).newest == "m_2"


def test_what_is_forgotten_is_older_than_all_that_is_known() -> None:
    shown = Shown()
    for number in range(KEPT + 3):
        shown = shown.then(WEB, menu(f"m_{number}", 100 - number))
    form = in_force(shown, WEB, AT)
    assert form.newest == f"m_{KEPT + 2}" and form.since == AT - timedelta(minutes=97)


def test_it_changes_once_in_an_hour_when_nothing_is_said() -> None:
    """A page is told changes alone."""
    assert in_force(ASKED, WEB, AT) == in_force(ASKED, WEB, AT + timedelta(minutes=29))
    assert in_force(Shown(), WEB, AT).since <= AT - LIFETIME
