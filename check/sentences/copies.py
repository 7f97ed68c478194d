"""What was copied from another skill and not written anew."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping

from check.findings import WARNING, Finding
from check.reading.assistant import Assistant
from check.reading.documents import Document, Key

OF_ONE = ("utter_back_to_", "utter_offer_", "utter_welcome_back_", "utter_recap_", "utter_sure_")
"""Said of one form or wish each."""

USUAL = 3
"""Options of a title that lead to one intent: another, alone, is a slip."""


def texts(assistant: Assistant) -> Iterator[Finding]:
    """Two forms, or two wishes, of which the same is said."""
    seen: dict[tuple[str, str], str] = {}
    for name, entry in assistant.responses.items():
        kind = next((prefix for prefix in OF_ONE if name.startswith(prefix)), None)
        for key, one in entry.document.entries(*entry.key) if kind else ():
            text = one.get("text") if isinstance(one, Mapping) else None
            if isinstance(text, str) and (other := seen.setdefault((str(kind), text), name)) != name:
                yield entry.document.finding((*key, "text"), f"{name} says what {other} says: is it a copy?", WARNING)


def options(assistant: Assistant) -> Iterator[Finding]:
    """An option that leads elsewhere than all others of its title."""
    found: dict[str, list[tuple[str, Document, Key]]] = defaultdict(list)
    for entry in assistant.responses.values():
        for variation, _ in entry.document.entries(*entry.key):
            for key, button in entry.document.entries(*variation, "buttons"):
                if isinstance(button, Mapping) and isinstance(button.get("payload"), str):
                    found[str(button.get("title"))].append((button["payload"], entry.document, key))
    for title, every in found.items():
        count = Counter(payload for payload, _, _ in every)
        (usual, times), *others = count.most_common()
        for payload, document, key in every if others and times >= USUAL else ():
            if count[payload] == 1:
                text = f"{title} leads to {payload} here, and to {usual} everywhere else."
                yield document.finding(key, text, WARNING)
