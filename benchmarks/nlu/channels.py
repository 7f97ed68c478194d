"""The same sentence as each channel brings it, by rules and a seed: what is lost against the clean text is its price."""

from __future__ import annotations

import random
from collections.abc import Callable

Rule = Callable[[str, random.Random], str]

NEIGHBOURS = dict(
    zip(
        "qwertyuiopasdfghjklzxcvbnm",
        "wa qsed wrd etf ryg tuh yij uok ipl ol qsz adwx sfec drgv fthb gyjn hukm jil kop xa zcs xvd cbf vng bhm nj".split(),
        strict=True,
    )
)
"""Keys beside each key."""

TEXTED = {
    "you": "u", "your": "ur", "are": "r", "please": "pls", "to": "2", "for": "4", "why": "y", "and": "n", "have": "hv",
    "what": "wat",
    "how": "hw", "because": "cuz", "tomorrow": "2moro", "today": "2day", "before": "b4", "great": "gr8", "thanks":
    "thx", "account": "acct",
    "message": "msg", "people": "ppl", "don't": "dont", "can't": "cant", "i'm": "im", "i've": "ive", "haven't":
    "havent", "could": "cud",
    "should": "shud", "would": "wud", "the": "da", "when": "wen", "see": "c", "about": "abt", "with": "w", "transfer": "xfer",
}  # fmt: skip
PICTURES = ("😡", "🙏", "😭", "🤔", "👍", "😱", "💳", "🙄")
SPOKEN = ("um", "uh", "er", "you know", "i mean", "well", "like", "so")
MISHEARD = {"card": "cart", "payment": "pavement", "fee": "free", "pin": "pen", "cash": "catch", "account": "a count",
            "to": "two", "for": "four", "my": "mine", "there": "their", "top": "tap", "limit": "limited"}  # fmt: skip


def typing(text: str, chance: random.Random) -> str:
    """One slip for each twelve letters, one at least: a neighbouring key, two letters swapped, one left out, one doubled."""
    letters = list(text)
    for _ in range(max(1, len(text) // 12)):
        at = chance.randrange(len(letters) - 1) if len(letters) > 2 else 0
        kind = chance.randrange(4)
        if kind == 0:
            letters[at] = chance.choice(NEIGHBOURS.get(letters[at].lower()) or [letters[at]])
        elif kind == 1:
            letters[at : at + 2] = letters[at : at + 2][::-1]
        else:
            letters[at] = "" if kind == 2 else letters[at] * 2
    return "".join(letters)


def no_spaces(text: str, chance: random.Random) -> str:
    """No space at all."""
    return text.replace(" ", "")


def capitals(text: str, chance: random.Random) -> str:
    """Shouted."""
    return text.upper()


def shorthand(text: str, chance: random.Random) -> str:
    """As texted, without punctuation."""
    return " ".join(TEXTED.get(word, word) for word in text.lower().translate(str.maketrans("", "", ".,!?")).split())


def emoji(text: str, chance: random.Random) -> str:
    """Two at the end, one in between."""
    words = text.split()
    words.insert(chance.randrange(len(words) + 1), chance.choice(PICTURES))
    return " ".join([*words, chance.choice(PICTURES) + chance.choice(PICTURES)])


def spoken(text: str, chance: random.Random) -> str:
    """No punctuation, a filler for each six words, and the first word that sounds like another, misheard."""
    words = text.lower().translate(str.maketrans("", "", ".,!?")).split()
    at = next((number for number, word in enumerate(words) if word in MISHEARD), None)
    if at is not None:
        words[at] = MISHEARD[words[at]]
    for _ in range(max(1, len(words) // 6)):
        words.insert(chance.randrange(len(words) + 1), chance.choice(SPOKEN))
    return " ".join(words)


RULES: dict[str, Rule] = {
    "typing": typing, "no_spaces": no_spaces, "capitals": capitals, "shorthand": shorthand, "emoji": emoji, "spoken": spoken,
}  # fmt: skip
