"""Several wishes in one message: each clause is asked about by itself, and of two wishes none is lost.

What is no wish alone (a greeting, "please help", a detail) is left out. A sentence that is a designer's example is one wish.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Any

from bot.rasa_side.meaning.examples import Examples
from bot.rasa_side.meaning.speech import plain
from bot.rasa_side.parse_data import confidence_of, entity, intent_of, parsed
from bot.rasa_side.wishes import Wishes, clauses

FALLBACK = "nlu_fallback"
ALSO = "also"
SURE = 0.95
"""From here on the whole message is one wish, unless another clause is surely another."""

SURELY_ANOTHER = 0.9
"""The least confidence of that clause, and of the only clause that is a wish in a message that is none as a whole."""

A_WISH = 0.7
"""The least confidence of a clause otherwise; a clause has less to be known by than a sentence. Why: docs/understanding.md."""

APART = 0.15
"""How far the second likeliest of a clause is behind."""


class SeveralWishes:
    """Looks for them."""

    def __init__(self, wishes: Wishes, examples: Examples | None = None) -> None:
        self._wishes = wishes
        self._single = frozenset(map(plain, chain.from_iterable((examples or {}).values())))

    async def first(self, agent: Any, text: str, data: dict[str, Any], *, asked: bool) -> dict[str, Any] | None:
        """``data`` as the first wish, with the others beside it as the entity ``also``. In doubt the only clause that is a wish
        is meant, where nothing is ``asked``. None when ``data`` is right as it is."""
        parts = clauses(text, self._wishes.speech.pairs)
        if len(parts) < 2 or intent_of(data) not in self._wishes.together | {FALLBACK} or plain(text) in self._single:
            return None
        found = await self._found(agent, parts, data)
        if len(found) > 1:
            (first, sure), *more = found.items()
            entities = [*data["entities"], entity(ALSO, " ".join(name for name, _ in more))]
            return {**data, "intent": {"name": first, "confidence": sure}, "entities": entities}
        only = next(iter(found.items()), ("", 0.0))
        if intent_of(data) == FALLBACK and only[1] >= SURELY_ANOTHER and not asked:
            return {**data, "intent": {"name": only[0], "confidence": only[1]}}
        return None

    async def _found(self, agent: Any, parts: Sequence[str], whole: dict[str, Any]) -> dict[str, float]:
        """Each wish with its confidence, in the order of the clauses; of those that are ``alike`` the first."""
        found: dict[str, float] = {}
        for part in parts:
            name, sure = _likeliest(await parsed(agent, part))
            if sure >= self._enough(name, whole) and not self._wishes.like(name) & found.keys():
                found.setdefault(name, sure)
        return found

    def _enough(self, name: str, whole: dict[str, Any]) -> float:
        """The confidence that this intent needs; more than there is for what is no wish."""
        if name not in self._wishes.together:
            return 2.0
        sure = name == intent_of(whole) or confidence_of(whole) < SURE or intent_of(whole) == FALLBACK
        enough = A_WISH if sure else SURELY_ANOTHER
        return max(enough, self._wishes.sure) if name in self._wishes.asks_first else enough


def _likeliest(data: dict[str, Any]) -> tuple[str, float]:
    """The likeliest intent of a clause, with its confidence, also where a message would be in doubt; none when two are near."""
    ranking = [one for one in data.get("intent_ranking") or () if one["name"] != FALLBACK]
    sure = [float(one["confidence"]) for one in ranking[:2]]
    if not sure or sure[0] - sum(sure[1:]) < APART:
        return "", 0.0
    return str(ranking[0]["name"]), sure[0]
