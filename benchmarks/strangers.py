"""``python -m benchmarks.strangers [--half dev]``: how much of what strangers wrote to a bank is understood.

The sentences were written by somebody who knew the list of wishes (``tests/assistant/strangers/wishes.md``) and neither intents,
training sentences nor articles. They are put to the whole understanding (``bot/rasa_side/understanding.py``), as at the
beginning of a conversation. Understood: the intent is one of those that ``plan.yml`` names for the wish, or, where it is in
doubt, the article that answers is. Of two wishes each has to be what is begun, or what is kept for after it; a greeting, thanks
or something else beside a wish (33, 34, 0) asks for nothing. ``first``: of sentences with two wishes, the share of which the
first one is one of these. Out of scope: neither an intent nor an article. ``conversation`` has ten sentences of each of 56
situations, many of what is done with a conversation (go back, wait, another channel, how a matter stands), each with its one
intent in ``plan.yml``. Nobody tunes on ``test``, ``conversation`` or ``spanish``, each sentence of which is the first message
of somebody whose language has to be heard. The last line is one JSON
object, shares of 1; ``--wrong`` prints what was not understood, for ``dev`` and ``spanish-dev`` alone (the latter by the author
of the Spanish examples: to study mistakes, no measure).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from bot.languages.current import BASE, speaking
from bot.languages.hearing import Hearing
from knowledge.library import Library

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "tests" / "assistant" / "strangers"
DOUBT = frozenset({"out_of_scope", "nlu_fallback"})
MAY_BE_READ = ("dev", "spanish-dev")
BESIDE = frozenset({0, 33, 34})
"""Wishes that ask for nothing when there is another."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What counts as understood: these intents, these articles, or that nothing is found."""

    intents: frozenset[str] = frozenset()
    articles: frozenset[str] = frozenset()
    nothing: bool = False

    def met(self, intent: str, article: str) -> bool:
        """``article``: the one that answers; empty when none does, or none was asked."""
        if intent not in DOUBT:
            return intent in self.intents
        return article in self.articles if article else self.nothing


@dataclass(frozen=True, slots=True)
class Heard:
    """One sentence and what became of it."""

    text: str
    wants: tuple[int, ...]
    channel: str
    found: str
    met: bool
    first: bool
    language: str


def plan() -> dict[int, Wish]:
    """By the number of the wish."""
    given = yaml.safe_load((FOLDER / "plan.yml").read_text(encoding="utf-8"))
    return {
        number: Wish(frozenset(one.get("intents", ())), frozenset(one.get("articles", ())), bool(one.get("nothing")))
        for number, one in given.items()
    }


async def heard(model: Path, items: Sequence[Any]) -> list[Heard]:
    """Each sentence put to the model, and to the articles where it is in doubt."""
    from rasa.core.agent import Agent

    from bot.rasa_side.understanding import Understanding  # here: Rasa has to be made fit before (patches/compat)

    agent, library, wishes = Agent.load(model), Library.open().warm(), plan()
    hearing = Hearing.from_domain(ROOT / "domain")
    by = {code: Understanding.from_domain(ROOT / "domain", "" if code == BASE else code) for code in hearing.languages.spoken}
    told = []
    for one in items:
        language, _ = hearing.heard(one["text"], BASE)
        with speaking(language):
            intents = _intents(await by[language].parse(agent, one["text"]))
        answer = library.answer(one["text"], language=language) if intents[0] in DOUBT else None
        article = answer.slug if answer else ""
        wants = tuple(one["wants"])
        asked = tuple(number for number in wants if number not in BESIDE) or wants[:1]
        first, *others = [any(wishes[number].met(intent, article) for intent in intents) for number in asked]
        told.append(
            Heard(one["text"], wants, one["channel"], article or " ".join(intents), all([first, *others]), first, language)
        )
    return told


def _intents(data: dict[str, Any]) -> list[str]:
    """What is begun, and what is kept for after it; a wish that is asked for first counts as that wish."""
    values = {one["entity"]: str(one["value"]) for one in data["entities"]}
    begun = str(data["intent"]["name"])
    return [values.get("wish", begun) if begun == "unsure" else begun, *values.get("also", "").split()]


def figures(told: Sequence[Heard]) -> dict[str, Any]:
    """Shares over all, over one and over two wishes, by channel and by wish."""
    by: dict[str, dict[str, list[bool]]] = defaultdict(lambda: defaultdict(list))
    for one in told:
        by["wishes"]["one" if len(one.wants) == 1 else "more"].append(one.met)
        by["channel"][one.channel].append(one.met)
        by["wishes"]["first"] += [one.first] if len(one.wants) > 1 else []
        by["wish"][str(one.wants[0])].append(one.met)
        by["language"][one.language].append(one.met)
    return {
        "sentences": len(told),
        "understood": _share([one.met for one in told]),
        "languages": {name: len(found) for name, found in sorted(by.pop("language").items())},
        **{kind: {name: _share(found) for name, found in sorted(names.items()) if found} for kind, names in by.items()},
    }


def _share(found: Sequence[bool]) -> float:
    return round(sum(found) / len(found), 3)


def main() -> int:
    """Needs a trained model (``make train``)."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.strangers", description="What strangers wrote, understood.")
    parser.add_argument("--half", choices=("dev", "test", "conversation", "spanish", "spanish-dev"), default="test")
    parser.add_argument("--wrong", action="store_true", help="print what was not understood (dev and spanish-dev only)")
    parser.add_argument("--model", type=Path, help="a model's file; the newest one without it")
    given = parser.parse_args()
    models = sorted((ROOT / "models").glob("*.tar.gz"), key=lambda path: path.stat().st_mtime)
    if given.model is None and not models:
        print("There is no model in models/: make train first.", file=sys.stderr)
        return 2
    items = yaml.safe_load((FOLDER / f"{given.half}.yml").read_text(encoding="utf-8"))
    told = asyncio.run(heard(given.model or models[-1], items))
    if given.wrong and given.half in MAY_BE_READ:
        for one in sorted((one for one in told if not one.met), key=lambda one: one.wants):
            print(f"{one.wants} {one.found:32} {one.text}")
    print(json.dumps(figures(told)))
    return 0


if __name__ == "__main__":
    from bot.rasa_side.patches.compat import install

    install()
    sys.exit(main())
