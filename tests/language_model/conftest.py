"""A language model's server, and an article."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.model.answers import Answer
from tests.language_model.server import Server, served

ABROAD = Answer(
    slug="card-abroad",
    title="What your card costs abroad",
    sms="Abroad we add 1% to card purchases. Cash costs $5. There is no fee in Canada.",
    voice="When you pay by card in another country, we add one percent. There is no fee in Canada.",
    web="Purchases in a foreign currency cost 1% on top of the day's rate. Cash costs $5 each time. There is no fee in Canada.",
    next_intent="speak_to_person",
    next_title="Speak to a person",
    page="https://bank.example/help/card-abroad",
    text="The rate is Mastercard's. We book it within 3 business days. You do not need to tell us before you travel.",
)


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    """It listens."""
    async with served() as made:
        yield made
