"""How commands are told who is meant."""

from __future__ import annotations

import argparse
import re

from bot.model import Address


def person(text: str) -> str:
    """For argparse: a sentence when it is neither an address nor an id. A number may be written with spaces."""
    written = text.strip()
    number = re.sub(r"[\s().-]", "", written)
    if re.fullmatch(r"\+[1-9]\d{6,14}", number, re.ASCII):
        return number
    try:
        known = bool(re.fullmatch(r"[cp]_\S+", written)) or bool(Address.parse(written))
    except ValueError:
        known = False
    if not known:
        forms = "+12125550147, messenger:..., web:..., c_... or p_..."
        raise argparse.ArgumentTypeError(f"{written[:40]!r} is nobody: write {forms}")
    return written
