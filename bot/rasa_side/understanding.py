"""What a message means beyond its one intent: a wish that is refused does not begin, of two wishes none is lost, what destroys
is asked first, and a sentence with a figure in it is no detail.

The classifier of config.yml is asked about parts of the message; nothing is trained here. A "not" that refuses nothing ("why
don't you activate my card", "I don't know my PIN") changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rasa.shared.exceptions import RasaException

from bot.domain_files import DomainFileError
from bot.rasa_side.meaning import examples
from bot.rasa_side.meaning.asked_first import UNSURE, Doubt
from bot.rasa_side.meaning.details import INFORM, Details
from bot.rasa_side.meaning.signals import Signals
from bot.rasa_side.meaning.speech import plain
from bot.rasa_side.names_asked import NamesAsked
from bot.rasa_side.parse_data import confidence_of, entity, intent_of, parsed
from bot.rasa_side.several import FALLBACK, SeveralWishes
from bot.rasa_side.wishes import Wishes, WishesError, clauses
from bot.rasa_side.words import parse_words
from bot.signals import SLOT as SIGNALS

DOMAIN = Path("domain")
REFUSE = "refuse"
CERTAIN = 0.5
"""Below this a part of a sentence is no wish of its own."""

AGREES = 0.3
"""From this on a part of a sentence may mean what the whole does."""

SURE = 0.9
"""From this on a whole message means its wish beside something that it denies."""


class Understanding:
    """Rasa's parse data of a customer's words."""

    def __init__(
        self,
        wishes: Wishes,
        names: NamesAsked,
        details: Details | None = None,
        doubt: Doubt | None = None,
        signals: Signals | None = None,
        several: SeveralWishes | None = None,
    ) -> None:
        self._wishes = wishes
        self._several = several or SeveralWishes(wishes)
        self._names = names
        self._details = details or Details()
        self._doubt = doubt or Doubt()
        self._signals = signals or Signals()

    @classmethod
    def from_domain(cls, folder: Path = DOMAIN, language: str = "") -> Understanding:
        """What is said in that language. Raises RasaException (Rasa does not start) when the designers' file is wrong."""
        given = examples.read(folder.parent / "data" / "nlu", language)
        try:
            wishes, names = Wishes.from_domain(folder, language), NamesAsked.from_domain(folder, given)
            signals = Signals.from_domain(folder, language)
        except (WishesError, DomainFileError) as error:
            raise RasaException(str(error)) from error
        doubt = Doubt.of(wishes.asks_first, wishes.sure, given)
        return cls(wishes, names, Details.from_examples(given), doubt, signals, SeveralWishes(wishes, given))

    async def parse(self, agent: Any, text: str, conversation: str = "") -> dict[str, Any]:
        """As Rasa's own ``parse_message``, with refusals and second wishes; a wish that is to be asked for first is ``unsure``;
        signs of mood and urgency are noted. ``conversation``: what is asked in it counts, too."""
        data = await self._meant(agent, text, conversation)
        return self._signals.noted(text, data) if SIGNALS in agent.domain.entities else data

    async def _meant(self, agent: Any, text: str, conversation: str) -> dict[str, Any]:
        data = await parse_words(agent, text) if text.strip().startswith("/") else await parsed(agent, text)
        if conversation and await self._is_name(agent, text, conversation, data):
            return {**data, "intent": {"name": INFORM, "confidence": 1.0}}
        if intent_of(data) == INFORM and not await self._is_detail(agent, text, conversation):
            data = _doubtful(data)
        if REFUSE in agent.domain.intents and self._wishes.begins:
            data = await self._without_refused(agent, text, data) or await self._one_of(agent, text, conversation, data)
        return self._doubt.asked(text, data) if UNSURE in agent.domain.intents else data

    async def _one_of(self, agent: Any, text: str, conversation: str, data: dict[str, Any]) -> dict[str, Any]:
        """The first of several wishes; the tracker is looked at only in doubt."""
        asked = intent_of(data) == FALLBACK and bool(conversation) and await _asked(agent, conversation)
        return await self._several.first(agent, text, data, asked=asked) or data

    async def _is_detail(self, agent: Any, text: str, conversation: str) -> bool:
        """Whether it can be one by its words; where nothing is asked, it has to say so, or to have figures."""
        if not self._details.may_be(text):
            return False
        return self._details.announced(text) or (bool(conversation) and await _asked(agent, conversation))

    async def _is_name(self, agent: Any, text: str, conversation: str, data: dict[str, Any]) -> bool:
        """Whether what was taken for a wish is the name that was asked for. The tracker is looked at only where it may be."""
        if INFORM not in agent.domain.intents or intent_of(data) in (INFORM, FALLBACK) or not self._names.may_be(text):
            return False
        return await self._names.asked(agent, conversation)

    async def _without_refused(self, agent: Any, text: str, data: dict[str, Any]) -> dict[str, Any] | None:
        """What is wanted in place of what is not; a refusal when nothing is; None when nothing is refused."""
        wanted: list[str] = []
        refused: str | None = None
        for clause in clauses(text, self._wishes.speech.parts):
            if (denied := self._wishes.denied(clause)) is not None:
                refused = refused or denied
            elif (pair := self._wishes.exchanged(clause)) is not None and self._wishes.unwanted(pair[0]) is None:
                wanted.append(pair[0])
                refused = refused or await self._exchanged(agent, *pair, data)
            elif (unwanted := self._wishes.unwanted(clause)) is not None:
                unwanted, instead = self._wishes.parted(unwanted)
                refused = refused or await self._begun(agent, unwanted, data)
                wanted += [instead] if instead else []
            elif wanted and "?" in text and plain(clause) in self._wishes.speech.answers_no:  # "activate my card? no thanks"
                refused = refused or await self._begun(agent, wanted.pop(), data)
            else:
                wanted.append(clause)
        if refused is None:
            return None
        if meant := await self._instead(agent, wanted, data, refused):
            return meant
        return None if intent_of(data) in self._wishes.says_no else self._refusal(data, refused)

    async def _instead(self, agent: Any, wanted: Sequence[str], data: dict[str, Any], refused: str) -> dict[str, Any] | None:
        """What is wanted, in the clauses that refuse nothing: one that is a wish alone, or, in doubt, means what the whole does
        ("don't cancel it just pause it")."""
        whole = intent_of(data) if intent_of(data) in self._wishes.wishes else None
        for clause in wanted:
            found = await parsed(agent, clause)
            if intent_of(found) in self._wishes.wishes and confidence_of(found) >= CERTAIN:
                return {**found, "text": data["text"]}
            if whole and _likeliest(found) == whole:
                return data
        other = whole not in (None, refused) and refused in self._wishes.facts  # what was denied is told, another thing is wished
        return data if wanted and other and confidence_of(data) >= SURE else None

    async def _exchanged(self, agent: Any, wanted: str, unwanted: str, data: dict[str, Any]) -> str | None:
        """What is not wanted; None when the whole says what its first part does ("send it to the office instead of my house"),
        or surely another thing than the second ("texts instead of calls, please")."""
        refused, whole = self._beginning(await parsed(agent, unwanted)), intent_of(data)
        surely = whole not in (FALLBACK, refused) and confidence_of(data) >= SURE
        return None if surely or whole == _likeliest(await parsed(agent, wanted)) else refused

    async def _begun(self, agent: Any, unwanted: str, data: dict[str, Any]) -> str | None:
        """The intent of what is not wanted, when it would begin something."""
        found = await parsed(agent, unwanted)
        already = intent_of(data) if intent_of(data) in self._wishes.says_no else None
        return self._beginning(found) or self._beginning(data) or already

    def _beginning(self, data: dict[str, Any]) -> str | None:
        """In doubt the likeliest, when one or another is likely: which of two codes is not to be sent makes no difference."""
        if (intent := intent_of(data)) != FALLBACK:
            return intent if intent in self._wishes.begins else None
        likely = [one for one in data.get("intent_ranking") or () if one["name"] in self._wishes.begins]
        return str(likely[0]["name"]) if sum(one["confidence"] for one in likely) >= CERTAIN else None

    def _refusal(self, data: dict[str, Any], refused: str) -> dict[str, Any]:
        entities = [entity("refused", refused)]
        if form := self._wishes.begins.get(refused):
            entities.append(entity("refused_form", form))
        return {**data, "intent": {"name": REFUSE, "confidence": 1.0}, "entities": entities}


async def _asked(agent: Any, conversation: str) -> bool:
    """Whether anything is asked in it: by a form, or by the way."""
    tracker = await agent.tracker_store.retrieve(conversation)
    return tracker is not None and bool(tracker.active_loop_name or tracker.get_slot("offered"))


def _likeliest(data: dict[str, Any]) -> str | None:
    """The intent, and of what is in doubt the first that it may be."""
    likely = (one["name"] for one in data.get("intent_ranking") or () if one["name"] != FALLBACK and one["confidence"] >= AGREES)
    return next(likely, None) if intent_of(data) == FALLBACK else intent_of(data)


def _doubtful(data: dict[str, Any]) -> dict[str, Any]:
    """Taken for a detail, and none: not understood; what else it may mean stays in order."""
    others = [one for one in data.get("intent_ranking") or () if one["name"] != INFORM]
    doubt = {"name": FALLBACK, "confidence": confidence_of(data)}
    return {**data, "intent": doubt, "intent_ranking": [doubt, *others]}
