"""Replies that agents proposed as articles: listed, made into drafts, and decided.

``python -m gateway.commands.proposals [--out folder] [--take id | --decline id]``

Read from the records (docs/records.md); the words are masked as they were kept.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import yaml

from bot.facts.articles import DECLINED, TAKEN, decided
from bot.model import now
from bot.ports import Clock
from gateway.commands.places import Places, told_of
from gateway.retention.person import Unclear
from knowledge.article import AMENDS, UNWRITTEN
from records.sql import Proposal, RecordsStore, opening
from records.sql.queries.proposals import OPEN

OPERATOR = "operator"
REVIEW = timedelta(days=180)


def read_arguments(given: Sequence[str]) -> argparse.Namespace:
    """What to do; SystemExit with a usage line for anything else."""
    parser = argparse.ArgumentParser(prog="python -m gateway.commands.proposals", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--out", type=Path, help="a folder for drafts: a Markdown file for each open proposal")
    one = parser.add_mutually_exclusive_group()
    one.add_argument("--take", metavar="ID", help="say that it has become an article")
    one.add_argument("--decline", metavar="ID", help="say that it will not")
    return parser.parse_args(given)


def listed(found: Sequence[Proposal]) -> Iterator[str]:
    """A line for the whole, then three for each open one."""
    waiting = [one for one in found if one.state == OPEN]
    yield f"{len(waiting)} proposals are open, {len(found) - len(waiting)} are decided."
    for one in waiting:
        yield f"{one.id}  {one.at:%Y-%m-%d}  by {one.by}, {f'to amend {one.article}' if one.article else 'a new article'}"
        yield f"    asked: {' '.join(one.question.split()) or '(not kept any more)'}"
        yield f"    reply: {' '.join(one.reply.split()) or '(not kept any more)'}"


def draft(one: Proposal, clock: Clock = now) -> str:
    """An article's file, to be finished by a designer: `make check` refuses what is left open."""
    question, reply = " ".join(one.question.split()) or UNWRITTEN, " ".join(one.reply.split()) or UNWRITTEN
    front = {
        "title": UNWRITTEN,
        "about": UNWRITTEN,
        "questions": [question],
        "short": {"sms": reply, "voice": reply, "web": reply},
        "next": {"intent": "speak_to_person", "title": "Speak to a person"},
        "owner": UNWRITTEN,
        "review": (clock() + REVIEW).date(),
    }
    matter = yaml.safe_dump(front, sort_keys=False, allow_unicode=True, width=120)
    head = f"{AMENDS} {one.article}\n\n" if one.article else ""
    return f"---\n{matter}---\n{head}{one.reply.strip() or UNWRITTEN}\n"


def written(found: Sequence[Proposal], folder: Path) -> Iterator[str]:
    """A draft for each open one; what is there already stays as it is. A line for each that was made."""
    folder.mkdir(parents=True, exist_ok=True)
    for one in found:
        path = folder / f"{one.id.replace('_', '-').lower()}.md"
        if one.state == OPEN and not path.exists():
            path.write_text(draft(one), encoding="utf-8")
            yield f"written: {path}"


async def run(places: Places, asked: argparse.Namespace, clock: Clock = now) -> str:
    """What was done, as lines. Raises what the records raise, and Unclear for a proposal that is not there."""
    async with opening(places.records_url, clock, create=False) as store:
        if asked.take or asked.decline:
            return await _decide(store, asked.take or asked.decline, TAKEN if asked.take else DECLINED, clock)
        found = await store.proposals()
    return "\n".join([*listed(found), *(written(found, asked.out) if asked.out else ())])


async def _decide(store: RecordsStore, number: str, state: str, clock: Clock) -> str:
    one = next((one for one in await store.proposals() if one.id == number), None)
    if one is None:
        raise Unclear(f"There is no proposal {number}.")
    if one.state != OPEN:
        return f"{number} was {one.state} already."
    await store.keep([decided(number, state, OPERATOR, clock())])
    return f"{number} is {state}."


def main() -> int:
    """0; 1 with a sentence when the records are away or it is not there; 2 when a setting is wrong."""
    asked = read_arguments(sys.argv[1:])
    return told_of(lambda places: run(places, asked), "Nothing was done.")


if __name__ == "__main__":
    sys.exit(main())
