"""Codes that bring a call into a chat's thread: keyed by others, guessed over many calls, replayed, and keyed on a forged
caller id to get at the number's own thread."""

from __future__ import annotations

import re

from bot.switching.dial_in import LONG, SHORT, TRIES_PER_CALL, TRIES_PER_CALLER, WITHHELD_TRIES, WRONG_IN_ALL
from tests.attacks.bank import ANA, BALANCE, EVE, MALLORY, SECRET_LINE, Bank, Browser

IN, WRONG, HINT = "You are in the conversation from your chat", "That code does not work", "If our chat gave you a code"


async def code_in(tab: Browser, figures: int = SHORT) -> str:
    text = await tab.says("i call you")
    found = re.search(rf"key in (\d{{{figures}}}) ", text)
    assert found, text
    return found[1]


def other(code: str, by: int = 1) -> str:
    return f"{(int(code) + by) % 10 ** len(code):0{len(code)}}"


async def test_whoever_keys_the_code_is_in_the_chats_thread_and_the_chat_says_so(bank: Bank) -> None:
    async with bank.browser() as tab:
        code = await code_in(tab)
        tap = next(line["links"][0]["url"] for line in tab.lines if line.get("links"))
        assert tap.endswith(f",,{code}%23") and tap.startswith("tel:+")
        call = await bank.calls(EVE)
        assert HINT in call.heard and 'numDigits="1"' not in call.heard
        assert IN in await call.presses(code + "#") and "welcome" in call.heard
        assert "A phone call has joined" in await tab.reads()
        assert "said hello" in await call.says("hello")
        said = [turn for turn in bank.assistant.heard if turn.get("text") == "hello"]
        mine = next(turn["conversation"] for turn in bank.assistant.heard if turn.get("text") == "i call you")
        assert [turn["conversation"] for turn in said] == [mine] and said[0]["metadata"]["proof"] == "claimed"
        assert (await bank.conversation(f"tel:{EVE}"))["id"] != mine  # the number itself is joined to nothing


async def test_a_greeting_with_options_that_are_not_read_out_lets_the_code_in(bank: Bank) -> None:
    """As the sample bank greets: its options wait for ``#`` or a silence. They once took the code's first figure for a choice,
    and a code that began with 0 for a wish to speak to a person."""
    bank.assistant.opening = {"buttons": [{"title": "Close my account", "payload": "/close"}], "prompt": {"options": "later"}}
    async with bank.browser() as tab:
        code = await code_in(tab)
        new = await bank.calls(EVE)
        assert HINT in new.heard and 'numDigits="1"' not in new.heard
        assert IN in await new.presses(code + "#")
        assert "A phone call has joined" in await tab.reads()
        code = await code_in(tab)
        known = await bank.calls(EVE)
        assert HINT not in known.heard and IN in await known.presses(code + "#")


async def test_options_that_are_read_out_are_chosen_with_one_key(bank: Bank) -> None:
    bank.assistant.opening = {"buttons": [{"title": "Close my account", "payload": "/close"}]}
    async with bank.browser() as tab:
        await code_in(tab)
        assert 'numDigits="1"' in (await bank.calls(EVE)).heard


async def test_a_code_said_aloud_is_as_good(bank: Bank) -> None:
    async with bank.browser() as tab:
        code = await code_in(tab)
        assert IN in await (await bank.calls(EVE)).says(f"my code is {' '.join(code)}")


async def test_without_a_live_code_nobody_is_asked_for_one(bank: Bank) -> None:
    call = await bank.calls(EVE)
    assert HINT not in call.heard and 'numDigits="1"' in call.heard
    assert "said 123456" in await call.presses("123456")


async def test_a_forged_caller_id_with_ones_own_code_opens_nothing_of_the_numbers(bank: Bank, ana: str) -> None:
    async with bank.browser() as eve:
        code = await code_in(eve)
        call = await bank.calls(ANA)  # forged
        assert HINT not in call.heard  # the number is known: it goes on where it was
        assert IN in await call.presses(code)
        assert "prove it first" in await call.says("what did i say")
        assert "A phone call has joined" in await eve.reads()
        assert "prove it first" in await eve.says("what did i say")
        assert "a code is on its way" not in await eve.says("limit")
    whole = str(bank.assistant.trackers[(await bank.conversation(f"tel:{ANA}"))["id"]])
    assert SECRET_LINE in whole and "i call you" not in whole
    addresses = str((await bank.conversation(f"tel:{ANA}"))["contact"])
    assert "joined-" not in addresses


async def test_a_call_that_joins_a_proved_chat_has_proved_nothing(bank: Bank, ana: str) -> None:
    async with bank.browser(ana) as tab:
        call = await bank.calls(MALLORY)
        code = await code_in(tab)
        assert IN in await call.presses(code)
        assert BALANCE not in await call.says("balance") and BALANCE not in await call.says("what did i say")
        assert SECRET_LINE not in call.heard


async def test_a_code_is_good_once_and_a_newer_one_ends_it(bank: Bank) -> None:
    async with bank.browser() as tab:
        first = await code_in(tab)
        second = await code_in(tab)
        call = await bank.calls(EVE)
        assert WRONG in await call.presses(first)
        assert IN in await call.presses(second)
        assert WRONG in await (await bank.calls(MALLORY)).presses(second)


async def test_wrong_used_and_one_too_many_sound_the_same(bank: Bank) -> None:
    def plain(heard: str) -> str:
        return re.sub(r"step=\d+", "", heard)

    async with bank.browser() as tab:
        code = await code_in(tab)
        call = await bank.calls(EVE)
        heard = {plain(await call.presses(other(code, n))) for n in range(1, TRIES_PER_CALL[0] + 1)}
        heard.add(plain(await call.presses(code)))  # the right one, one try too late
        assert len(heard) == 1 and WRONG in heard.pop()
        assert IN in await (await bank.calls(MALLORY)).presses(code)


async def test_many_calls_from_one_number_buy_no_more_guesses(bank: Bank) -> None:
    async with bank.browser() as tab:
        code = await code_in(tab)
        for n in range(TRIES_PER_CALLER[0]):
            assert WRONG in await (await bank.calls(EVE)).presses(other(code, n + 1))
        assert WRONG in await (await bank.calls(EVE)).presses(code)


async def test_withheld_numbers_share_their_guesses(bank: Bank) -> None:
    async with bank.browser() as tab:
        code = await code_in(tab)
        for n in range(WITHHELD_TRIES[0]):
            assert WRONG in await (await bank.calls("anonymous")).presses(other(code, n + 1))
        assert WRONG in await (await bank.calls("anonymous")).presses(code)


async def test_forged_numbers_without_end_make_codes_longer_not_guessable(bank: Bank) -> None:
    async with bank.browser() as tab:
        code = await code_in(tab)
        for n in range(WRONG_IN_ALL[0] + 1):
            assert WRONG in await (await bank.calls(f"+1312555{n:04}")).presses(other(code, n + 1))
        assert WRONG in await (await bank.calls(EVE)).presses(code)  # six figures are worth nothing now
        longer = await code_in(tab, LONG)
        assert IN in await (await bank.calls(MALLORY)).presses(longer)


async def test_who_signed_out_has_left_no_code_behind(bank: Bank) -> None:
    async with bank.browser() as tab:
        code = await code_in(tab)
        await tab.says("sign out")
        assert WRONG in await (await bank.calls(EVE)).presses(code)
