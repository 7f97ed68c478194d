"""Signs of mood and urgency stand among what an agent gets, with the words for them, until a person has closed."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.directives import Handoff
from tests.talking.talk import Talk

pytestmark = pytest.mark.rasa
Start = Callable[..., Talk]


async def test_an_agent_sees_them_whatever_the_message_was_taken_for(talk: Start) -> None:
    ana = talk()
    await ana.says("this is ridiculous, where is my card")
    assert (await ana.slots())["signals"] == 'angry ("ridiculous")'
    await ana.says("when are you open")
    assert (await ana.slots())["signals"] == 'angry ("ridiculous")'
    handed = await ana.says("/speak_to_person")
    assert isinstance(handed.directives[0], Handoff)
    assert (await ana.slots())["signals"] == 'angry ("ridiculous")'
    await ana.says('/handoff_closed{"outcome": "done"}')
    assert "signals" not in await ana.slots()


async def test_within_a_form_the_answer_counts_too(talk: Start) -> None:
    ben = talk()
    await ben.says("activate my card urgently please")
    assert (await ben.slots())["signals"] == 'urgent ("urgently")'
    assert "last four digits" in await ben.says("Ben Carter")
    assert await ben.form() == "activation_form"
