"""Which list an agent looks at, and what of it: as it stands in the page's address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlencode

from bot.model import ChannelName

SHOWN = 100
"""Rows that are sent at first."""
MOST = 1000
LONGEST_SEARCH = 100


class ListName(StrEnum):
    """The lists of the left column."""

    ALL = "all"
    QUEUE = "queue"
    MINE = "mine"
    OTHERS = "others"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Wanted:
    """``channel`` and ``queue``: only those, where given; ``rows``: how many; ``q``: who or what is looked for."""

    list: ListName = ListName.ALL
    channel: ChannelName | None = None
    queue: str = ""
    q: str = ""
    rows: int = SHOWN

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Wanted:
        """What an address line says; what it says wrongly is left out."""
        channel, rows = query.get("channel", ""), query.get("rows", "")
        return cls(
            ListName(query["list"]) if query.get("list") in set(ListName) else ListName.ALL,
            ChannelName(channel) if channel in set(ChannelName) else None,
            " ".join(query.get("queue", "").split())[:80],
            " ".join(query.get("q", "").split())[:LONGEST_SEARCH],
            min(int(rows), MOST) if rows.isascii() and rows.isdigit() and rows[:5] == rows else SHOWN,
        )

    def address(self, **other: object) -> str:
        """The query of a page with this, or with ``other`` parts of it; empty where all is as at first."""
        parts = {"list": self.list, "channel": self.channel, "queue": self.queue, "q": self.q, "rows": self.rows} | other
        first = {"list": ListName.ALL, "rows": SHOWN}
        said = {name: str(value) for name, value in parts.items() if value and value != first.get(name)}
        return f"?{urlencode(said)}" if said else ""
