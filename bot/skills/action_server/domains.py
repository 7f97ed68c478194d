"""The domains that Rasa servers have sent, by digest, so that they need not come with every call.

The other end is ``bot.rasa_side.patches.domain_once``.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

MOST = 8
"""Domains that are kept: while a new model is rolled out, two are in use."""


class UnknownDomain(Exception):
    """A call names a domain that was never sent here, or was sent to the process before this one."""


@dataclass(frozen=True, slots=True)
class Domains:
    """Domains by digest, the latest used last."""

    kept: OrderedDict[str, Any] = field(default_factory=OrderedDict)

    def complete(self, call: dict[str, Any]) -> str | None:
        """Put the domain into a call that only names it, or keep the one that it brings; its digest. UnknownDomain."""
        digest = call.pop("domain_digest", None)
        if not isinstance(digest, str):
            return None
        if call.get("domain"):
            self.kept[digest] = call["domain"]
        elif digest not in self.kept:
            raise UnknownDomain
        self.kept.move_to_end(digest)
        while len(self.kept) > MOST:
            self.kept.popitem(last=False)
        call["domain"] = self.kept[digest]
        return digest
