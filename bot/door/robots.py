"""Machines that answer every text of ours with the same words: how such a loop is known. Pure.

Only an answer to an answer makes a loop: the same words, moments after ours, and ours the same again. Nothing of the words can
be read from what is kept.
"""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import dataclass, fields, replace
from datetime import datetime

from bot.door.figures import numbers, rest
from bot.model import ChannelName, InboundMessage

CHANNELS = (ChannelName.SMS, ChannelName.MESSENGER)
"""Where something may answer by itself."""
MOMENTS = 20
"""Seconds after our answer in which a machine's comes."""
QUIET = 600
"""Seconds that the words of a loop get no answer; a machine that hears nothing has said nothing more by then."""
SECONDS = 3600
"""How long the talk with one sender is remembered after its last message."""
SAME, ALIKE = 5, 1
"""What one more exchange counts: the same text within moments; only the same but for figures (a ticket's number, or a person
who asks for one order after the other), or the same text at leisure."""
IN_A_ROW, ALL_IN_ALL = 20, 40
"""So much, one after the other or with others between, is a loop."""
_WORDS, _ANSWERS = 4, 6


@dataclass(frozen=True, slots=True)
class Said:
    """Words that came, by their mark, with the answers they got. ``text``: the latest with its figures; ``at``: when it was
    answered (POSIX seconds); ``count`` and ``row``: what was counted in all, and one after the other.
    """

    words: str
    answers: tuple[str, ...] = ()
    text: str = ""
    at: float = 0.0
    count: int = 0
    row: int = 0
    robot: bool = False


SHORT = {"words": "w", "answers": "a", "text": "t", "at": "s", "count": "n", "row": "r", "robot": "x"}
"""How each is called where it is kept: one record for every sender of the last hour."""
LONG = {short: name for name, short in SHORT.items()}
_BEGINS = {field.name: field.default for field in fields(Said)}


@dataclass(frozen=True, slots=True)
class Talk:
    """The latest words of one sender, newest first."""

    said: tuple[Said, ...] = ()

    @classmethod
    def read(cls, text: str | None) -> Talk:
        """As ``written``; none without a text, or with one of an older version."""
        found = json.loads(text) if text else []
        if any(not isinstance(one, dict) for one in found):
            return cls()
        told = [{LONG.get(name, name): value for name, value in one.items()} for one in found]  # before 2027 all had long names
        return cls(tuple(Said(**{**one, "answers": tuple(one["answers"])}) for one in told))

    def written(self) -> str:
        """For the store: what is as it begins is left out."""
        said = [{SHORT[name]: getattr(one, name) for name in SHORT if getattr(one, name) != _BEGINS[name]} for one in self.said]
        return json.dumps([{"a": (), **one} for one in said], separators=(",", ":"))

    def of_a_robot(self, message: InboundMessage) -> bool:
        """Whether these words are known as a loop's, and lately so."""
        said = self._of(_mark(_bare(message.text)))
        return said.robot and message.received_at.timestamp() - said.at <= QUIET

    def after(self, message: InboundMessage, answer: str, at: datetime) -> Talk:
        """With one more exchange, answered ``at``; ``said[0]`` is it."""
        words, text, answered = _mark(_bare(message.text)), _mark(message.text), _mark(_bare(answer))
        before = self._of(words)
        if before.robot:  # it rested since, or it would have got no answer
            before = Said(words)
        again = answered in before.answers
        straight = bool(self.said) and self.said[0].words == words
        worth = self._worth(message, text == before.text) if again else 0
        count, row = before.count + worth, before.row + worth if straight else 0
        answers = before.answers if again else (answered, *before.answers)[:_ANSWERS]
        now = Said(words, answers, text, at.timestamp(), count, row, row >= IN_A_ROW or count >= ALL_IN_ALL)
        return replace(self, said=(now, *(s for s in self.said if s.words != words))[:_WORDS])

    def _worth(self, message: InboundMessage, same: bool) -> int:
        """A machine waits for our latest answer, and not long."""
        quick = 0 <= message.received_at.timestamp() - self.said[0].at <= MOMENTS
        return SAME if same and quick else ALIKE if same or quick else 0

    def _of(self, words: str) -> Said:
        return next((said for said in self.said if said.words == words), Said(words))


def countable(message: InboundMessage) -> bool:
    """Whether something may have answered by itself, in words of its own: figures alone may be a code, of which nothing is
    kept."""
    if message.channel not in CHANNELS or message.choice is not None or not message.text:
        return False
    return bool(rest(message.text)) or not numbers(message.text)


def _tenth(at: datetime) -> float:
    """POSIX seconds, never later than it was: what comes the moment after is after it."""
    return math.floor(at.timestamp() * 10) / 10


def _bare(text: str) -> str:
    """The words without figures and marks; what has no letters and no figures, as it is."""
    return " ".join(rest(text)) or ("" if numbers(text) else text)


def _mark(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
