"""A script's words with the customer's own figures in them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from journeys.customers import Customer
from journeys.seats import SmsSeat

CODE = re.compile(r"(?<!\d)\d{6}(?!\d)")
LINK = re.compile(r"[?&#]t=([A-Za-z0-9_-]+)")


@dataclass(slots=True)
class Words:
    """Fills in what the customer is called, and what was texted to them; each code and link once."""

    customer: Customer
    sms: SmsSeat
    _used: set[str] = field(default_factory=set)

    async def filled(self, words: str) -> str:
        """With ``{number}``, ``{name}``, ``{card}``, ``{code}`` (the newest one texted) and ``{link}`` filled in."""
        values = {"number": self.customer.number, "name": self.customer.name, "card": self.customer.card}
        for name, value in values.items():
            words = words.replace("{" + name + "}", value)
        if "{code}" in words:
            words = words.replace("{code}", await self.code())
        if "{link}" in words:
            words = words.replace("{link}", await self._newest(LINK, "a link by text"))
        return words

    async def code(self) -> str:
        """The newest code."""
        return await self._newest(CODE, "a code by text")

    async def _newest(self, pattern: re.Pattern[str], what: str) -> str:
        """The newest one, waiting for the first; one that was used before waits for the next."""

        def found() -> list[str]:
            return [one for line in self.sms.lines for one in pattern.findall(line.text) if one not in self._used]

        await self.sms.changed(lambda: bool(found()), f"{what} was expected and did not come")
        newest = found()[-1]
        self._used.add(newest)
        return newest
