"""How commands are told who is meant."""

from __future__ import annotations

import argparse
import re
import sys
from typing import NoReturn

from bot.model import Address

FORMS = "+12125550147, messenger:..., web:..., c_... or p_..."


def person(text: str) -> str:
    """For argparse: a sentence when it is neither an address nor an id. A number may be written with spaces."""
    written = text.strip()
    if not written:
        raise argparse.ArgumentTypeError(f"Name the person: PERSON={FORMS}.")
    number = re.sub(r"[\s().-]", "", written)
    if re.fullmatch(r"\+[1-9]\d{6,14}", number, re.ASCII):
        return number
    try:
        known = bool(re.fullmatch(r"[cp]_\S+", written)) or bool(Address.parse(written))
    except ValueError:
        known = False
    if not known:
        raise argparse.ArgumentTypeError(f"{written[:40]!r} is nobody: write {FORMS}")
    return written


def refused(sentence: str) -> NoReturn:
    """What was asked makes no sense: one sentence, and the exit code of a wrong usage."""
    sys.stderr.write(f"onethread: {sentence}\n")
    raise SystemExit(2)
