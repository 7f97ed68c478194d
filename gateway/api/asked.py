"""What is asked of the records, read from the address: each parameter has its form, and a sentence when it is wrong."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

from bot.model import Address, AddressKind, ChannelName
from gateway.api.access import refused
from records.moments import moment
from records.sql import Question
from records.sql.queries.pages import LONGEST, MOST
from records.sql.queries.search import LONGEST_QUESTION

USUAL = 50
_TEL = re.compile(r"\+[1-9]\d{6,14}|[a-z]\S+", re.ASCII)
"""A number, or what stands for one that is withheld."""
CHANNELS = tuple(channel.value for channel in ChannelName)


@dataclass(frozen=True, slots=True)
class Asked:
    """The parameters of one request. Every method raises 400 with a sentence."""

    given: Mapping[str, str]

    @classmethod
    def of(cls, request: web.Request, *known: str) -> Asked:
        """Each of them at most once, and no others: one that is misspelt would ask for everything."""
        query = request.query
        if unknown := sorted(set(query) - set(known)):
            raise refused(400, f"there is no parameter {unknown[0][:40]!r}; known are {', '.join(known)}")
        for name in known:
            if len(values := query.getall(name, [])) > 1:
                raise refused(400, f"{name} is given {len(values)} times")
        return cls({name: value for name, value in query.items() if value})

    def text(self, name: str) -> str | None:
        """A name or an id, as it stands."""
        value = self.given.get(name)
        if value is not None and len(value) > LONGEST_QUESTION:
            raise refused(400, f"{name} may have {LONGEST_QUESTION} characters at most")
        return value

    def cursor(self, name: str) -> str | None:
        """From an earlier answer; the records say whether it is one of theirs."""
        value = self.given.get(name)
        if value is not None and len(value) > LONGEST:
            raise refused(400, f"{name} is not a cursor of ours")
        return value

    def limit(self) -> int:
        """Rows of the page."""
        value = self.given.get("limit", str(USUAL))
        if not (value.isascii() and value.isdigit() and 1 <= int(value[:9]) <= MOST):
            raise refused(400, f"limit must be a number from 1 to {MOST}")
        return int(value[:9])

    def moment(self, name: str) -> datetime | None:
        """A day or a time."""
        value = self.given.get(name)
        try:
            return moment(value) if value else None
        except ValueError:
            raise refused(400, f"{name} must be a day or a time, such as 2026-11-01 or 2026-11-01T09:00:00Z") from None

    def question(self) -> Question:
        """What to search for."""
        channel, since, until = self.text("channel"), self.moment("from"), self.moment("to")
        if channel is not None and channel not in CHANNELS:
            raise refused(400, f"channel must be one of {', '.join(CHANNELS)}")
        if since and until and since >= until:
            raise refused(400, "from must come before to, which is excluded")
        return Question(
            q=self.text("q") or "",
            channel=channel,
            since=since,
            until=until,
            intent=self.text("intent"),
            outcome=self.text("outcome"),
            contact=self.text("contact"),
        )


def address_in(text: str) -> Address:
    """``tel:+12125550147``, ``messenger:...`` or ``web:...``. Raises 400 with a sentence: a plus that was not quoted arrives as a
    blank, and a number that is none would be somebody who is not known."""
    try:
        address = Address.parse(text)
    except ValueError as error:
        raise refused(400, "address must be tel:, messenger: or web: and a value") from error
    if address.kind is AddressKind.TEL and not _TEL.fullmatch(address.value):
        quoted = " (a plus in an address line is written %2B)" if address.value.startswith(" ") else ""
        raise refused(400, f"address must be tel: and a number such as +12125550147{quoted}")
    if address.value != address.value.strip():
        raise refused(400, "address has blanks around its value")
    return address
