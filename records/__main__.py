"""``python -m records export|subject|facts``: what operators do with the records from a terminal."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
from datetime import datetime
from pathlib import Path

from dotenv import dotenv_values

from records.errors import RecordsRefused, RecordsUnavailable
from records.export import FORMS, ExportRefused, Wanted, export
from records.facts.table import brought_in
from records.moments import moment
from records.sql import default_url, opening


class NobodyKnown(Exception):
    """Nothing is kept of a contact; the message is one sentence."""


class _Senseless(Exception):
    """What was asked cannot be meant; the message is one sentence."""


PAGE = Path(__file__).parents[1] / "docs" / "records.md"


def main() -> int:
    """0 when it was done; else one sentence on stderr, and 1; 2 when what was asked makes no sense."""
    given = _arguments().parse_args()
    if given.command == "facts":
        PAGE.write_text(brought_in(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
        return 0
    try:
        print(asyncio.run(_export(_wanted(given), given.url) if given.command == "export" else _subject(given)))
    except _Senseless as error:
        print(f"onethread: {error}", file=sys.stderr)
        return 2
    except (NobodyKnown, ExportRefused, RecordsRefused, RecordsUnavailable) as error:
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
    out.add_argument("--from", dest="since", default="", help="a day or a time, such as 2026-11-01 (UTC)")
    out.add_argument("--to", dest="until", default="", help="excluded")
    out.add_argument("--format", default="jsonl", help=" or ".join(FORMS))
    out.add_argument("--out", default="", help="a folder; no file of it is written over")
    out.add_argument("--persons", action="store_true", help="with contacts and words; no erasure reaches them there")
    one = commands.add_parser("subject", help="all that is kept of these contacts, as JSON")
    one.add_argument("contacts", nargs="+", metavar="contact", help="a contact's id; name all that were joined")
    commands.add_parser("facts", help="bring the table of facts in docs/records.md up to date")
    return parser


def _wanted(given: argparse.Namespace) -> Wanted:
    """Raises _Senseless."""
    since, until = _moment("FROM", given.since), _moment("TO", given.until)
    if since >= until:
        raise _Senseless(f"FROM={given.since} must come before TO={given.until}, which is excluded.")
    if given.format not in FORMS:
        raise _Senseless(f"FORMAT is {' or '.join(FORMS)}, not {given.format!r}.")
    if not given.out.strip():
        raise _Senseless("Name the folder that the files go to: OUT=folder (--out).")
    return Wanted(since, until, given.format, Path(given.out), given.persons)


def _moment(name: str, text: str) -> datetime:
    try:
        return moment(text)
    except ValueError:
        what = f"{text!r} is none" if text else "it is missing"
        raise _Senseless(f"{name} must be a day or a time, such as {name}=2026-11-01 (UTC): {what}.") from None


async def _export(wanted: Wanted, url: str) -> str:
    async with opening(url, create=False) as store:
        written = await export(store, wanted)
    told = f"{written.facts} facts and {written.conversations} conversations: {', '.join(map(str, written.files))}"
    return told if wanted.persons else f"{told} (without persons)"


async def _subject(given: argparse.Namespace) -> str:
    async with opening(given.url, create=False) as store:
        for contact in given.contacts:
            found = await store.subject([contact])
            if not (found["facts"] or found["conversations"]):
                raise NobodyKnown(f"Nobody is known by {contact}: name contacts by their ids (p_...).")
        return json.dumps(await store.subject(given.contacts), indent=2, ensure_ascii=False)


if __name__ == "__main__":
    sys.exit(main())
