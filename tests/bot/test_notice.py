"""What is said outside of a customer's turn is in their language."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.languages.current import current
from bot.model import ChannelName, Contact, now
from bot.transcript.notice import addressed, told_to
from bot.transcript.wording import Notices

WORDING = Notices.from_domain(Path(__file__).resolve().parents[2] / "domain")


def contact(locale: str) -> Contact:
    return Contact("p", "c", (), now(), locale=locale)


@pytest.mark.parametrize("name", ["utter_agent_joined", "utter_code_undelivered", "utter_message_kept", "utter_turn_failed"])
@pytest.mark.parametrize("channel", list(ChannelName))
def test_a_notice_is_in_the_contacts_language(name: str, channel: ChannelName) -> None:
    spanish = addressed(WORDING, contact("es"), name, channel, agent="Ana")
    english = addressed(WORDING, contact("en"), name, channel, agent="Ana")
    assert spanish.text != english.text and (spanish.language, english.language) == ("es", "")
    assert addressed(WORDING, None, name, channel, agent="Ana").text == english.text


def test_nothing_is_left_behind() -> None:
    with told_to(contact("es")):
        assert current() == "es"
    assert current() == ""
