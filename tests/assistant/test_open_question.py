"""A detail that nobody asked for does not lose the "shall I?" that is open: it comes again, and a yes does it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from actions.bank import Bank
from actions.records import cards as records
from tests.talking.talk import Talk

pytestmark = pytest.mark.rasa
DORA = "+16175550104"
Start = Callable[..., Talk]


@pytest.mark.parametrize("detail", ["Dora Nielsen", "my name is Dora Nielsen"])
@pytest.mark.parametrize("channel", ["voice", "sms"])
async def test_a_detail_before_the_yes(talk: Start, bank: Bank, channel: str, detail: str) -> None:
    dora = talk(channel=channel, tel=DORA)
    assert "Shall I block it now" in await dora.says("I lost my debit card")
    again = await dora.says(detail)
    assert "First I need your answer" in again and "Shall I block it now" in again
    assert "Shall I block it now" in await dora.says("Dora Nielsen")
    assert "is blocked" in await dora.says("yes")
    assert [one.lock is not None for one in bank.work(lambda session, _: records.held(session, "dora"))] == [True]
