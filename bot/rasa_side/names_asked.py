"""Where a name is asked, a name is one: "Hope Goodbye" is no goodbye, and "Penny Balance" asks for no balance.

A name is told from a wish by its first word: no short example of any wish has it. Which slots hold names is the designers'
(``asks: name`` in domain/*/_voice.yml); a wish that is said as such ("goodbye", "my balance please") stays one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot import domain_files
from bot.rasa_side.meaning.examples import Examples

INFORM = "inform"
WORD = re.compile(r"[^\W\d_]+(?:['\u2019-][^\W\d_]+)*")
SHORT = 4
"""Words of an example that may be taken for a name of two or three: what is long has words of all kinds, names among them."""
NO_SURNAMES = frozenset("please now then you me us it that this there here today again now".split())


@dataclass(frozen=True, slots=True)
class NamesAsked:
    """``slots``: those that hold names; ``words``: those of all wishes' examples."""

    slots: frozenset[str] = frozenset()
    words: frozenset[str] = frozenset()

    @classmethod
    def from_domain(cls, domain: Path, examples: Examples) -> NamesAsked:
        """Read the designers' settings; without examples nothing is told apart."""
        voice = domain_files.settings(domain, "_voice.yml", "voice").get("slots") or {}
        slots = frozenset(name for name, how in voice.items() if (how or {}).get("asks") == "name")
        wishes = (sentence for intent, sentences in examples.items() if intent != INFORM for sentence in sentences)
        short = (found for sentence in wishes if len(found := WORD.findall(sentence)) <= SHORT)
        return cls(slots, frozenset(word.casefold() for found in short for word in found))

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
