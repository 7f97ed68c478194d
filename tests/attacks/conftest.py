"""A running gateway for each attack, and Ana, whose thread and money they are after."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.attacks.bank import ANA, SECRET_LINE, Bank, opened
from tests.bot.conftest import world as world  # the core by itself


@pytest.fixture
async def bank(redis_url: str, tmp_path: Path) -> AsyncIterator[Bank]:
    async with opened(redis_url, tmp_path) as running:
        yield running


@pytest.fixture
async def ana(bank: Bank) -> str:
    """Ana has texted, and has proved her number in a browser; the token of that browser."""
    await bank.texts(ANA, SECRET_LINE)
    await bank.twilio.texted(ANA, "proof claimed")
    async with bank.browser() as browser:
        await browser.says(f"prove {ANA}")
        assert "proof possessed" in await browser.says(await bank.twilio.code(ANA))
        assert "UNLINK" in await browser.reads()
        return browser.token
