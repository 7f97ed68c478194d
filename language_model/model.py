"""``bot.ports.language_model.LanguageModel`` over a server: asked within its deadline, checked, or not asked at all."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from bot.model import ChannelName
from bot.model.answers import Answer
from bot.ports.language_model import LanguageModel, NoLanguageModel, Use, Worded
from language_model.breaker import Breaker
from language_model.client import ChatClient, NoAnswer
from language_model.endpoint import Endpoint
from language_model.purposes import Draft, Purpose, Rephrase, Suggest

AT_ONCE = 8
"""Questions on their way from one process; further ones go the built-in way."""

WELL = frozenset({"broken", "cut_short", "declined"})
"""Reasons that say nothing against the server: it answered, only not as it was asked."""

log = logging.getLogger(__name__)


def model_at(endpoint: Endpoint | None) -> LanguageModel:
    """The model there; without an endpoint nothing is ever called."""
    return Checked(ChatClient(endpoint)) if endpoint else NoLanguageModel()


@dataclass(slots=True)
class Checked:
    """``clock`` gives seconds that only go forward."""

    client: ChatClient
    clock: Callable[[], float] = time.monotonic
    breaker: Breaker = field(init=False)
    _asking: int = 0

    def __post_init__(self) -> None:
        self.breaker = Breaker(self.clock)

    async def rephrase(self, question: str, answer: Answer, channel: ChannelName | None) -> Worded:
        """See the port."""
        return await self._asked(Rephrase(question, answer, channel))

    async def suggest(self, words: str, titles: Mapping[str, str]) -> Worded:
        """See the port. Without titles there is nothing to choose from."""
        return await self._asked(Suggest(words, titles)) if titles else Worded()

    async def draft(self, reason: str, tried: Sequence[str], said: Sequence[str]) -> Worded:
        """See the port."""
        return await self._asked(Draft(reason, tried, said))

    async def _asked(self, purpose: Purpose) -> Worded:
        began = self.clock()
        if self._asking >= AT_ONCE or not self.breaker.asks():
            return Worded(use=self._use(purpose, began, "busy" if self._asking >= AT_ONCE else "resting"))
        self._asking += 1
        try:
            text, why = purpose.taken(await self.client.ask(purpose.question))
            self.breaker.answered()
        except NoAnswer as none:
            text, why = "", none.why
            self._missed(none)
        except asyncio.CancelledError:
            self.breaker.failed()
            raise
        except Exception:  # the edge: whatever went wrong, the built-in way is gone and the breaker hears of it
            text, why = "", "broken"
            self.breaker.failed()
            log.exception("asking the language model failed", extra={"model": self.client.endpoint.model})
        finally:
            self._asking -= 1
        return Worded(text, self._use(purpose, began, why))

    def _missed(self, none: NoAnswer) -> None:
        if none.why in WELL:
            self.breaker.answered()
            return
        self.breaker.failed(none.wait)
        log.warning("the language model gave no answer", extra={"why": none.why, "model": self.client.endpoint.model})

    def _use(self, purpose: Purpose, began: float, why: str) -> Use:
        return Use(purpose.name, round((self.clock() - began) * 1000), not why, why, self.client.endpoint.model)
