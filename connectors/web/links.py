"""The chat's first frame may carry the token of a texted link (``bot.switching.switch``), or else a signed-in page's word."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.switching.switch import LOOK, OPEN, Links
from connectors.web.identity import LinkSeen, NotVouched

SignedPage = Callable[[str, str], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class LinksAndPages:
    """What a browser shows about itself. ``signed``: reads a page's JWT, where the settings have a key for it."""

    links: Links
    signed: SignedPage | None

    async def __call__(self, web_id: str, shown: str) -> LinkSeen | None:
        """Join the visitor to the thread it proves; a link is only looked at until the visitor has said that it is theirs.

        Raises NotVouched, StoreUnavailable, DialogueUnavailable.
        """
        if shown.startswith(LOOK):
            ends = await self.links.whose(shown.removeprefix(LOOK))
            if ends is None:
                raise NotVouched("link", "utter_link_over")
            return LinkSeen("whose", ends)
        if shown.startswith(OPEN):
            if not await self.links.opened(web_id, shown.removeprefix(OPEN)):
                raise NotVouched("link", "utter_link_over")
            return LinkSeen("opened")
        if self.signed is None:
            raise NotVouched("off")
        await self.signed(web_id, shown)
        return None
