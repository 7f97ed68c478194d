"""Where a name is asked, a name is one: "Hope Goodbye" is no goodbye, and "Penny Balance" asks for no balance.

A name is told from a wish by its first word: no example of any wish has it. Which slots hold names is the designers'
(``asks: name`` in domain/*/_voice.yml); a wish that is said as such ("goodbye", "my balance please") stays one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot import domain_files
from bot.yaml_text import parse

INFORM = "inform"
ENTITY = re.compile(r"\[([^\]]*)\](?:\([^)]*\)|\{[^}]*\})")
WORD = re.compile(r"[^\W\d_]+(?:['\u2019-][^\W\d_]+)*")
NO_SURNAMES = frozenset("please now then you me us it that this there here today again now".split())


@dataclass(frozen=True, slots=True)
class NamesAsked:
    """``slots``: those that hold names; ``words``: those of all wishes' examples."""

    slots: frozenset[str] = frozenset()
    words: frozenset[str] = frozenset()

    @classmethod
    def from_folders(cls, domain: Path, data: Path) -> NamesAsked:
        """Read both; without the data nothing is told apart."""
        voice = domain_files.settings(domain, "_voice.yml", "voice").get("slots") or {}
        slots = frozenset(name for name, how in voice.items() if (how or {}).get("asks") == "name")
        words = frozenset(word for path in sorted(data.rglob("*.yml")) for word in _examples(_read(path)))
        return cls(slots, words)

    def may_be(self, text: str) -> bool:
        """Whether nothing but a name of two or three words stands there."""
        found = WORD.findall(text)
        alone = not re.sub(r"[\W_]", "", WORD.sub("", text))
        if not self.words or not alone or len(found) not in (2, 3) or any(word.casefold() in NO_SURNAMES for word in found):
            return False
        return len(found[0]) > 1 and found[0].casefold() not in self.words

    async def asked(self, agent: Any, conversation: str) -> bool:
        """Whether the open question is one for a name."""
        tracker = await agent.tracker_store.retrieve(conversation)
        return tracker is not None and tracker.get_slot("requested_slot") in self.slots


def _examples(content: dict[str, Any]) -> Iterator[str]:
    """The words of every wish's examples; those of ``inform`` are answers, and among them names."""
    for item in content.get("nlu") or ():
        if item.get("intent") not in (None, INFORM):
            yield from (word.casefold() for word in WORD.findall(ENTITY.sub(r"\1", str(item.get("examples") or ""))))


def _read(path: Path) -> dict[str, Any]:
    content = parse(path.read_text(encoding="utf-8")) if path.exists() else None
    return content if isinstance(content, dict) else {}
