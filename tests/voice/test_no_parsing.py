"""What the line says is built, and rendered last: nobody in ``voice/`` reads TwiML back."""

from __future__ import annotations

import ast
from pathlib import Path

import voice

READERS = ("xml.etree", "xml.dom", "xml.parsers", "xml.sax.expatreader", "xml.sax.handler", "lxml", "defusedxml", "bs4")
WRITERS = {"gather/twiml.py", "relay/twiml.py"}
"""The two modules that write TwiML: a script's, and the document that opens a session."""

FOLDER = Path(voice.__path__[0])


def imported(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def modules_that_import(*libraries: str) -> set[str]:
    return {
        str(path.relative_to(FOLDER)) for path in FOLDER.rglob("*.py") if any(n.startswith(libraries) for n in imported(path))
    }


def test_nobody_reads_xml() -> None:
    assert modules_that_import(*READERS) == set()


def test_twiml_is_written_in_two_places() -> None:
    assert modules_that_import("twilio.twiml") == WRITERS
