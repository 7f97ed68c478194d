"""What an agent types passes the door's mask: nothing of a card goes out readable, and the page says so."""

from __future__ import annotations

import re

import pytest

from desk.views import MASKED
from tests.desk.conftest import Browser, House

CARD = "4111 1111 1111 1111"
HIDDEN = [
    (f"I have your card {CARD}, 12/29, cvv 123", "I have your card ****, ****, cvv ****"),
    ("Is it ٤١١١ ١١١١ ١١١١ ١١١١?", "Is it ****?"),
    ("Your social security number is 078-05-1120.", "Your social security number is ****."),
]
PLAIN = ["Call +1 202 555 0143 about order 4111-22.", "It costs $1,250.00, by 12/29.", "Line one\n\nline  two — “as typed” ①"]


@pytest.mark.parametrize(("typed", "sent"), HIDDEN)
@pytest.mark.parametrize("script", [False, True])
async def test_a_secret_in_a_reply_or_an_outcome_is_masked_and_the_agent_is_told(
    house: House, ana: Browser, typed: str, sent: str, script: bool
) -> None:
    headers = {"X-Desk": "parts"} if script else {}
    handoff = house.people.open()
    page = f"/desk/handoffs/{handoff.id}"
    await ana.post(f"{page}/accept", {})
    for verb, fields in (("reply", {"text": typed, "once": "n1"}), ("close", {"outcome": typed})):
        answer = await ana.post(f"{page}/{verb}", fields, **headers)
        page_text = re.sub(r"[0-9a-f]{32,}", "", answer.text)  # tokens and ids may have the same figures by chance
        assert answer.status == 200 and MASKED in page_text and "1111" not in page_text and "1120" not in page_text
    assert [call[3] for call in house.people.calls[1:]] == [sent, sent]


@pytest.mark.parametrize("typed", PLAIN)
async def test_other_words_go_out_as_they_were_typed(house: House, ana: Browser, typed: str) -> None:
    handoff = house.people.open()
    await ana.post(f"/desk/handoffs/{handoff.id}/accept", {})
    answer = await ana.post(f"/desk/handoffs/{handoff.id}/reply", {"text": typed, "once": "n1"})
    assert answer.status == 303 and house.people.calls[-1][3] == typed
