"""Every sentence that the phone line says is one of the designers'."""

from __future__ import annotations

import re
from pathlib import Path

from bot import domain_files
from tests.voice.fakes import SENTENCES

ROOT = Path(__file__).parents[3]


def names_in_code() -> set[str]:
    return {name for path in (ROOT / "voice").glob("*.py") for name in re.findall(r'"(utter_\w+)"', path.read_text("utf-8"))}


def test_the_tests_know_every_sentence_of_the_line() -> None:
    assert names_in_code() <= set(SENTENCES)


def test_the_domain_has_every_sentence_of_the_line() -> None:
    there = set(domain_files.responses(ROOT / "domain", "_notices.yml"))
    assert names_in_code() - there == set()


def test_the_docs_name_every_sentence_of_the_line() -> None:
    page = "".join((ROOT / "docs" / name).read_text("utf-8") for name in ("voice.md", "voice-prompts.md", "handoff.md"))
    assert [name for name in sorted(names_in_code()) if f"`{name}`" not in page] == []


def test_the_docs_name_every_route() -> None:
    page = "".join((ROOT / "docs" / name).read_text("utf-8") for name in ("voice.md", "handoff.md"))
    routes = ("", "/answer", "/collect", "/queue", "/queued", "/agent", "/agent/status", "/call-status")
    routes += ("/partial", "/again", "/queue/key", "/choice", "/voicemail", "/voicemail/ready", "/voicemail/text", "/music")
    routes += ("/agent/join", "/room/enter", "/room", "/talked", "/effort", "/callback", "/callback/status", "/recording")
    assert [route for route in routes if f"`/twilio/voice{route}" not in page] == []
