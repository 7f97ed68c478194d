"""``python -m records export|subject|facts``: what operators do with the records from a terminal."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
from pathlib import Path

from dotenv import dotenv_values

from records.errors import RecordsRefused, RecordsUnavailable
from records.export import FORMS, ExportRefused, Wanted, export
from records.facts.table import brought_in
from records.moments import moment
from records.sql import default_url, opening

PAGE = Path(__file__).parents[1] / "docs" / "records.md"


def main() -> int:
    """0 when it was done; else one sentence on stderr."""
    given = _arguments().parse_args()
    if given.command == "facts":
        PAGE.write_text(brought_in(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
        return 0
    try:
        print(asyncio.run(_export(given) if given.command == "export" else _subject(given)))
    except (ExportRefused, RecordsRefused, RecordsUnavailable) as error:
        print(f"onethread: {error}", file=sys.stderr)
        return 1
    return 0


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m records", description="The system of record (docs/records.md).")
    values = {**dotenv_values(".env", interpolate=False), **os.environ}
    home = Path(values.get("ONETHREAD_HOME") or ".onethread")
    parser.add_argument("--url", default=values.get("RECORDS_URL") or default_url(home), help="instead of RECORDS_URL")
    commands = parser.add_subparsers(dest="command", required=True)
    out = commands.add_parser("export", help="facts and conversations of a range of time, as files")
    out.add_argument("--from", dest="since", type=moment, required=True, help="a day or a time, such as 2026-11-01 (UTC)")
    out.add_argument("--to", dest="until", type=moment, required=True, help="excluded")
    out.add_argument("--format", choices=FORMS, default="jsonl")
    out.add_argument("--out", type=Path, required=True, help="a folder; no file of it is written over")
    out.add_argument("--persons", action="store_true", help="with contacts and words; no erasure reaches them there")
    one = commands.add_parser("subject", help="all that is kept of these contacts, as JSON")
    one.add_argument("contacts", nargs="+", metavar="contact", help="a contact's id; name all that were joined")
    commands.add_parser("facts", help="bring the table of facts in docs/records.md up to date")
    return parser


async def _export(given: argparse.Namespace) -> str:
    async with opening(given.url) as store:
        wanted = Wanted(given.since, given.until, given.format, given.out, given.persons)
        written = await export(store, wanted)
    told = f"{written.facts} facts and {written.conversations} conversations: {', '.join(map(str, written.files))}"
    return told if given.persons else f"{told} (without persons)"


async def _subject(given: argparse.Namespace) -> str:
    async with opening(given.url) as store:
        return json.dumps(await store.subject(given.contacts), indent=2, ensure_ascii=False)


if __name__ == "__main__":
    sys.exit(main())
