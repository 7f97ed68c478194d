"""What a training's output says that somebody has to know: the error itself, and the warnings that are true. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

RED, PLAIN = "\x1b[91m", "\x1b[0m"
"""Rasa writes what ended it in red; https://github.com/RasaHQ/rasa/blob/3.6.x/rasa/shared/utils/cli.py"""

COLOUR = re.compile(r"\x1b\[\d*m")
WARNED = re.compile(r"^\S*/rasa/\S+\.py:\d+: UserWarning: (.*)")
KNOWN_BETTER = (
    re.compile(r"The utterance '[^']*' is not used in any story or rule\."),
    re.compile(r"The intent '[^']*' is listed in the domain file, but is not found in the NLU training data\."),
)
"""Rasa sees neither the actions' code nor the gateway, which say and send these; ``make check``, which ran before, sees both."""

OF_LIBRARIES = re.compile(r"pkg_resources|setuptools|is deprecated|was deprecated|will be removed")
"""Said to who writes libraries, not to who writes an assistant."""

LAST = 15
MOST = 30


def error(lines: Sequence[str]) -> list[str]:
    """The lines that say why it failed: what Rasa wrote in red last, else the last exception, else the end of the output."""
    begun = [number for number, line in enumerate(lines) if RED in line]
    if begun:
        return _until(lines[begun[-1] :], lambda line: PLAIN in line.split(RED)[-1])
    traced = [number for number, line in enumerate(lines) if line.startswith("Traceback (most recent call last)")]
    said = [line for line in lines[traced[-1] + 1 :] if not line.startswith((" ", "\t"))] if traced else []
    return [_plain(line) for line in (said[:MOST] or [line for line in lines if line.strip()][-LAST:])]


def _until(lines: Sequence[str], ends: Callable[[str], bool]) -> list[str]:
    """Without blank lines, up to the one that ends it."""
    found: list[str] = []
    for line in lines[:MOST]:
        found.append(_plain(line))
        if ends(line):
            break
    return [line for line in found if line]


def warnings(lines: Sequence[str]) -> list[str]:
    """Rasa's warnings of the assistant, each once, in order."""
    found = (WARNED.match(_plain(line)) for line in lines)
    said = (match[1].strip() for match in found if match)
    return list(dict.fromkeys(text for text in said if not _of_no_use(text)))


def _of_no_use(text: str) -> bool:
    return any(kind.search(text) for kind in (*KNOWN_BETTER, OF_LIBRARIES))


def _plain(line: str) -> str:
    return COLOUR.sub("", line).strip()
