"""One-time codes: replayed, guessed, guessed side by side, and asked for in floods."""

from __future__ import annotations

import asyncio

from bot.identity.one_time_codes import CODE_TRIES, SENDS_PER_NETWORK, SENDS_PER_TEL, TRIES_PER_TEL
from tests.attacks.bank import ANA, EVE, Bank


def wrong(right: str) -> str:
    return "000000" if right != "000000" else "111111"


async def test_a_used_code_is_worth_nothing_to_anybody(bank: Bank) -> None:
    async with bank.browser() as victim, bank.browser() as thief:
        await victim.says(f"prove {ANA}")
        code = await bank.twilio.code(ANA)
        assert "code none" in await thief.says(code)
        assert "code accepted" in await victim.says(code)
        assert "code none" in await victim.says(code) and "proof claimed" in await thief.says(code)


async def test_a_newer_code_ends_the_one_before(bank: Bank) -> None:
    async with bank.browser() as browser:
        await browser.says(f"prove {ANA}")
        first = await bank.twilio.code(ANA)
        await browser.says(f"prove {ANA}")
        second = await bank.twilio.code(ANA, 1)
        assert first == second or "code wrong" in await browser.says(first)
        assert "code accepted" in await browser.says(second)


async def test_guesses_side_by_side_count_each(bank: Bank) -> None:
    async with bank.browser() as first, bank.browser(first.token) as second:
        await first.says(f"prove {ANA}")
        await second.reads()
        code = await bank.twilio.code(ANA)
        guesses = [f"{(int(code) + n) % 1_000_000:06}" for n in range(1, 9)]
        await asyncio.gather(*((first if n % 2 else second).sends(guess) for n, guess in enumerate(guesses)))
        answers = [await first.reads() for _ in guesses]
        assert sum("code wrong" in text for text in answers) == CODE_TRIES
        assert "code locked" in await first.says(code)


async def test_new_codes_do_not_buy_guesses_without_end(bank: Bank) -> None:
    tried = 0
    for n in range(SENDS_PER_TEL[0]):
        async with bank.browser() as browser:  # another visitor each time, as if from another place
            await browser.says(f"prove {ANA}")
            code = await bank.twilio.code(ANA, n)
            for _ in range(CODE_TRIES):
                tried += "code wrong" in await browser.says(wrong(code))
    assert tried == TRIES_PER_TEL[0]  # a day's guesses, out of a million
    async with bank.browser() as browser:
        assert "no code could be sent" in await browser.says(f"prove {ANA}")


async def test_a_phone_is_not_flooded_with_codes(bank: Bank) -> None:
    answers = []
    for _ in range(SENDS_PER_TEL[0] + 3):
        async with bank.browser() as browser:
            answers.append(await browser.says(f"prove {ANA}"))
    await bank.twilio.code(ANA, SENDS_PER_TEL[0] - 1)
    assert len(bank.twilio.to(ANA)) == SENDS_PER_TEL[0] and answers[-3:] == ["no code could be sent"] * 3


async def test_one_place_cannot_text_the_whole_town(bank: Bank) -> None:
    async def asks(number: int) -> str:
        async with bank.browser() as browser:
            return await browser.says(f"prove +1212555{number:04d}")

    answers = [await asks(100 + n) for n in range(SENDS_PER_NETWORK[0] + 4)]
    assert answers.count("no code could be sent") == 4


async def test_nobody_learns_whose_number_is_known(bank: Bank, ana: str) -> None:
    await bank.texts(ANA, "STOP")
    await bank.texts(ANA, "hello?")  # kept in order behind the STOP
    async with bank.browser() as stranger:
        told = [await stranger.says(f"prove {number}") for number in (ANA, EVE)]
        assert told[0] == told[1]
