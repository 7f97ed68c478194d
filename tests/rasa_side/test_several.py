"""Which clauses of a message are wishes, by a classifier that knows a few clauses by heart."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from bot.rasa_side.meaning.speech import ENGLISH
from bot.rasa_side.several import SeveralWishes
from bot.rasa_side.wishes import Wishes, clauses

WISHES = Wishes(
    together=frozenset({"balance", "card", "person", "book", "move"}),
    alike=(frozenset({"book", "move"}),),
    asks_first=frozenset({"person"}),
    sure=0.85,
)
KNOWN = {
    "my balance": [("balance", 0.75), ("card", 0.1)],
    "where is my card": [("card", 0.93), ("balance", 0.05)],
    "maybe the card": [("card", 0.85), ("balance", 0.1)],
    "somebody": [("person", 0.8), ("card", 0.1)],
    "book me in": [("book", 0.9), ("move", 0.05)],
    "another day": [("move", 0.9), ("book", 0.05)],
    "hello": [("greet", 1.0)],
    "either": [("balance", 0.45), ("card", 0.4)],
}


def agent() -> Any:
    """As much of Rasa's as is asked for."""

    async def parsed(message: Any) -> dict[str, Any]:
        ranking = [{"name": name, "confidence": sure} for name, sure in KNOWN.get(message.text, [("none", 0.3)])]
        return {"text": message.text, "intent": ranking[0], "intent_ranking": ranking, "entities": []}

    return SimpleNamespace(processor=SimpleNamespace(parse_message=parsed))


async def wishes(text: str, whole: str = "nlu_fallback", sure: float = 0.5, asked: bool = False) -> list[str]:
    """What is begun, and what is kept for after it; nothing when the whole is right as it is."""
    examples = {"balance": ("my balance, where is my card",)}
    data = {"text": text, "intent": {"name": whole, "confidence": sure}, "entities": []}
    found = await SeveralWishes(WISHES, examples).first(agent(), text, data, asked=asked)
    return [found["intent"]["name"], *(one["value"] for one in found["entities"])] if found else []


@pytest.mark.parametrize("between", [" and ", ", also ", ". ", "? ", " n ", " & ", " + ", "; by the way, ", " but ", "\n"])
async def test_both_are_found_in_their_order(between: str) -> None:
    assert await wishes(f"where is my card{between}my balance") == ["card", "balance"]


async def test_what_is_no_wish_is_left_out() -> None:
    assert await wishes("hello. my balance, somehow, and where is my card") == ["balance", "card"]


async def test_a_message_that_surely_is_one_wish_has_another_beside_it_only_when_that_is_sure() -> None:
    assert await wishes("my balance and maybe the card", "balance", 0.97) == []
    assert await wishes("my balance and where is my card", "balance", 0.97) == ["balance", "card"]
    assert await wishes("my balance and maybe the card", "balance", 0.9) == ["balance", "card"]


async def test_in_doubt_the_only_clause_that_is_a_wish_is_meant_unless_something_is_asked() -> None:
    assert await wishes("hello. where is my card") == ["card"]
    assert await wishes("hello. where is my card", asked=True) == []
    assert await wishes("hello. maybe the card") == [] == await wishes("hello, either")


async def test_of_wishes_that_are_alike_the_first_is_meant() -> None:
    assert await wishes("book me in, another day", "book", 0.9) == []


async def test_what_is_asked_first_when_it_is_not_sure_is_none_here_until_it_is() -> None:
    assert await wishes("my balance and somebody") == []


async def test_a_designers_example_is_one_wish() -> None:
    assert await wishes("My balance, where is my card?") == []


async def test_something_that_is_no_wish_stays_what_it_is() -> None:
    assert await wishes("my balance and where is my card", "affirm", 0.9) == []


def test_figures_are_not_taken_apart() -> None:
    assert clauses("the $9.99 one, 503-555-0160 and $1,000 n then 9:30", ENGLISH.pairs) == [
        "the $9.99 one", "503-555-0160", "$1,000", "9:30"
    ]  # fmt: skip
