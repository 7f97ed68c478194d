"""``python -m benchmarks.nlu.asked MODEL QUESTIONS ANSWERS``: loads the model, as Rasa's server does, and parses.

QUESTIONS is a JSON list of texts. ANSWERS gets ``load_s``, ``parse_ms`` (median of processor time, one text after the other),
``memory_mb`` (resident, at the end) and ``answers``: intent, then the two likeliest with their confidence.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path
from statistics import median
from typing import Any

import psutil

WARM = 5


async def asked(model: str, texts: list[str]) -> dict[str, Any]:
    """See above."""
    began = time.monotonic()
    from rasa.core.agent import Agent

    agent = Agent.load(model)
    loaded = time.monotonic() - began
    for text in texts[:WARM]:
        await agent.parse_message(text)
    answers, spent = [], []
    for text in texts:
        before = time.process_time()
        parsed = await agent.parse_message(text)
        spent.append(time.process_time() - before)
        ranking = [one for one in parsed.get("intent_ranking") or [] if one["name"] != "nlu_fallback"]
        answers.append([parsed["intent"]["name"], *([one["name"], one["confidence"]] for one in ranking[:2])])
    memory = psutil.Process().memory_info().rss / 1e6
    return {"load_s": loaded, "parse_ms": median(spent) * 1000, "memory_mb": memory, "answers": answers}


def main() -> None:
    """See above."""
    from bot.rasa_side.patches.compat import install

    install()
    model, questions, answers = sys.argv[1:]
    found = asyncio.run(asked(model, json.loads(Path(questions).read_text())))
    Path(answers).write_text(json.dumps(found))


if __name__ == "__main__":
    main()
