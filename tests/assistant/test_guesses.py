"""A name and a card's digits, tried by ever new visitors: after a few, only the number on file opens it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path

import pytest

from actions.bank import Bank, Pair, engine_for
from actions.guesses import PER_CUSTOMER, PER_PLACE
from tests.talking.fixtures import TODAY
from tests.talking.talk import Talk

BEN, BENS, ANA = "+12125550102", "1881", "+12125550101"
SPELLINGS = ("Ben Carter", "ben carter", "Carter, Ben", "Mr. Ben Carter", "BEN CARTER")


def digits(number: int) -> str:
    return f"{number:04}"


def tried_out(bank: Bank) -> None:
    for number in range(PER_CUSTOMER):
        assert bank.try_card(SPELLINGS[number % len(SPELLINGS)], digits(number), f"place {number}", None) is Pair.WRONG


def test_new_visitors_and_new_spellings_buy_no_more_tries(bank: Bank) -> None:
    tried_out(bank)
    for spelling in SPELLINGS:
        assert bank.try_card(spelling, BENS, "elsewhere", None) is Pair.PROVE  # right, and not even compared
    assert bank.must_prove("Ben Carter", "elsewhere", None)


def test_who_proves_the_number_on_file_goes_on_and_nobody_else_does(bank: Bank) -> None:
    tried_out(bank)
    assert bank.try_card("Ben Carter", BENS, "elsewhere", BEN) is Pair.RIGHT and not bank.must_prove("Ben Carter", "", BEN)
    assert bank.try_card("Ben Carter", BENS, "elsewhere", ANA) is Pair.PROVE and bank.must_prove("Ben Carter", "", ANA)


def test_others_are_not_touched_by_it(bank: Bank) -> None:
    tried_out(bank)
    assert bank.try_card("Ana Lopez", "4421", "elsewhere", None) is Pair.RIGHT


def test_one_place_cannot_go_through_names(bank: Bank) -> None:
    for number in range(PER_PLACE):
        assert bank.try_card(f"Nobody Number{number}", "0000", "there", None) is Pair.WRONG
    assert bank.try_card("Ana Lopez", "4421", "there", None) is Pair.PROVE
    assert bank.try_card("Ana Lopez", "4421", "here", None) is Pair.RIGHT


def test_right_answers_are_no_tries(bank: Bank) -> None:
    assert {bank.try_card("Ben Carter", BENS, "there", None) for _ in range(3 * PER_PLACE)} == {Pair.RIGHT}


def test_tries_side_by_side_count_each(bank: Bank) -> None:
    bank.has_card("Ben Carter", "0000")  # the tables are there
    with ThreadPoolExecutor(4) as several:
        found = list(several.map(lambda n: bank.try_card("Ben Carter", digits(n), str(n), None), range(4 * PER_CUSTOMER)))
    assert found.count(Pair.WRONG) <= PER_CUSTOMER
    assert bank.try_card("Ben Carter", BENS, "late", None) is Pair.PROVE


def test_the_next_day_begins_anew(tmp_path: Path) -> None:
    days: list[date] = [TODAY]
    engine = engine_for(f"sqlite:///{tmp_path}/days.db")
    bank = Bank(engine, lambda: days[-1])
    tried_out(bank)
    days.append(TODAY + timedelta(days=1))
    assert bank.try_card("Ben Carter", BENS, "elsewhere", None) is Pair.RIGHT
    engine.dispose()


@pytest.mark.rasa
async def test_the_right_pair_activates_nothing_after_a_few_wrong_ones_until_the_number_is_proved(
    talk: Callable[..., Talk], bank: Bank
) -> None:
    for number in range(PER_CUSTOMER):
        assert "can't find a card" in await talk().says(f"activate my card, i'm Ben Carter and it ends in {digits(number)}")
    ben = talk()
    asked = await ben.says(f"activate my card, i'm Ben Carter and it ends in {BENS}")
    wrong = await talk().says("activate my card, i'm Ben Carter and it ends in 0009")
    assert asked.texts == wrong.texts and "confirm the phone number" in asked and "active" not in asked
    await ben.says(asked.options["Confirm my number"])
    await ben.says("212 555 0102")
    assert f"ending in {BENS} is active" in await ben.proves(BEN)


@pytest.mark.rasa
async def test_another_number_that_was_proved_opens_nothing(talk: Callable[..., Talk], bank: Bank) -> None:
    tried_out(bank)
    eve = talk(tel=ANA, proof="possessed")
    told = await eve.says(f"activate my card, i'm Ben Carter and it ends in {BENS}")
    assert "can't find that card" in told and "active" not in told
