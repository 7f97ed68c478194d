"""Questions that the assistant had no answer to, counted and put together, and the articles that are past their review.

``python -m gateway.commands.unanswered --days 30``

Read from the records (docs/records.md); the words are customers', masked as they were kept.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta

from bot.model import now
from bot.ports import Clock
from gateway.commands.places import Places, told_of
from knowledge.article import Article
from knowledge.clusters import clusters
from knowledge.library import sentence_model
from knowledge.reading import read_all
from records.sql import opening

SHOWN = 3
"""Questions of a group that are printed."""


def read_arguments(given: Sequence[str]) -> argparse.Namespace:
    """How far to look back; SystemExit with a usage line for anything else."""
    parser = argparse.ArgumentParser(prog="python -m gateway.commands.unanswered", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--days", type=int, default=30, help="how far to look back (30)")
    arguments = parser.parse_args(given)
    if not 1 <= arguments.days <= 3650:
        parser.error("--days is a number from 1 to 3650")
    return arguments


def report(questions: Sequence[str], groups: Sequence[Sequence[str]]) -> Iterator[str]:
    """A line for the whole, then each group: how often, and how it was put most."""
    yield f"{len(questions)} questions without an answer, {len(groups)} kinds of them."
    for group in groups:
        often = [f"“{text}”" for text, _ in Counter(group).most_common(SHOWN)]
        yield f"{len(group):5}  {', '.join(often)}{' ...' if len(set(group)) > SHOWN else ''}"


def past_review(articles: Sequence[Article]) -> Iterator[str]:
    """A line for each that should have been read again by today."""
    today = now().date()
    for one in sorted(articles, key=lambda one: one.front.review):
        if one.front.review < today:
            yield f"articles/{one.path}: the review was due on {one.front.review} ({one.front.owner})"


async def run(places: Places, days: int, clock: Clock = now) -> str:
    """All of it as lines. Raises what the records raise, and ArticleError."""
    async with opening(places.records_url, clock, create=False) as store:
        questions = [one.text for one in await store.unanswered(clock() - timedelta(days=days))]
    return "\n".join([*report(questions, clusters(questions, sentence_model() if questions else None)), *past_review(read_all())])


def main() -> int:
    """0; 1 with a sentence when the records are away; 2 when a setting is wrong."""
    asked = read_arguments(sys.argv[1:])
    return told_of(lambda places: run(places, asked.days), "Nothing was read.")


if __name__ == "__main__":
    sys.exit(main())
