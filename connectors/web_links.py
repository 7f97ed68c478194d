"""The chat's first frame may carry the token of a texted link (``bot.moving``), or else a signed-in page's word."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.moving import MARK, Links
from connectors.web_identity import NotVouched

SignedPage = Callable[[str, str], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class LinksAndPages:
    """What a browser shows about itself. ``signed``: reads a page's JWT, where the settings have a key for it."""

    links: Links
    signed: SignedPage | None

    async def __call__(self, web_id: str, shown: str) -> None:
        """Join the visitor to the thread it proves. Raises NotVouched, StoreUnavailable, DialogueUnavailable."""
        if shown.startswith(MARK):
            if not await self.links.opened(web_id, shown.removeprefix(MARK)):
                raise NotVouched("link")
            return
        if self.signed is None:
            raise NotVouched("off")
        await self.signed(web_id, shown)
