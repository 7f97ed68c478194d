"""All that is kept of one person, as a JSON file for them.

``python -m gateway.commands.subject --person +12125550147 --out ana.json``

The file is readable by its owner only, and no file is written over. Which stores: ``gateway.commands.places``.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import redis.asyncio as redis

from bot.model import now
from bot.ports import Clock
from gateway.commands.on_store import on_store
from gateway.commands.one_person import person, refused
from gateway.commands.places import Places, told_of
from gateway.retention.person import NOBODY
from gateway.retention.subject import document


def read_arguments(given: Sequence[str]) -> argparse.Namespace:
    """What was asked for; SystemExit (2) with a sentence when it makes no sense."""
    parser = argparse.ArgumentParser(prog="python -m gateway.commands.subject", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--person", default="", help="+12125550147, messenger:..., web:..., c_... or p_...")
    parser.add_argument("--out", default="", help="the file; it must not be there yet")
    arguments = parser.parse_args(given)
    try:
        arguments.person, arguments.out = person(arguments.person), _new_file(arguments.out)
    except argparse.ArgumentTypeError as error:
        refused(str(error))
    return arguments


def _new_file(text: str) -> Path:
    out = Path(text)
    if not text.strip():
        raise argparse.ArgumentTypeError("Name the file that it goes to: OUT=ana.json (--out).")
    if out.exists():
        raise argparse.ArgumentTypeError(f"{out} is there already: choose another name.")
    if not out.absolute().parent.is_dir():
        raise argparse.ArgumentTypeError(f"There is no folder {out.absolute().parent}.")
    return out


async def run(places: Places, asked: argparse.Namespace, clock: Clock = now) -> str:
    """Write it; a sentence without a word of theirs. Raises what the stores raise."""

    async def work(client: redis.Redis) -> str:
        async with places.people(client, clock) as people:
            found = await people.find(asked.person)
            if found is None:
                return NOBODY
            told = await document(people, found)
        await asyncio.to_thread(_write, asked.out, json.dumps(told, indent=2, ensure_ascii=False, default=str))
        records = told["records"]
        return (
            f"{asked.out}: {len(records['lines'])} lines, {len(records['facts'])} facts, {len(told['redis'])} keys of Redis, "
            f"{len(told['recordings'])} recordings at Twilio."
        )

    return await on_store(places.redis_url, work, timeout=60.0)


def _write(out: Path, text: str) -> None:
    with os.fdopen(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8", errors="replace") as file:
        file.write(text + "\n")


def main() -> int:
    """0; 1 with a sentence when a store is away; 2 when a setting is wrong."""
    asked = read_arguments(sys.argv[1:])
    return told_of(lambda places: run(places, asked), "Nothing was written.")


if __name__ == "__main__":
    sys.exit(main())
