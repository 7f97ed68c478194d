"""The agent sees what was joined and can take it apart."""

from __future__ import annotations

import pytest

from bot.directives import Handoff
from bot.ports import DialogueTurn, HandoffRefused
from tests.bot.conftest import ANA, ANAS_BROWSER, World
from tests.bot.identity.test_linking import known, linked


async def test_the_agent_sees_the_link_and_undoes_it(world: World) -> None:
    link, _, _ = await linked(world)
    world.assistant.answer = lambda said: DialogueTurn((), (Handoff("asked"),))
    await world.texts("a person please")
    (handoff,) = await world.people.listing()
    with pytest.raises(HandoffRefused, match="Accept"):
        await world.people.unlink(handoff.id, "sam", link.id)
    await world.people.accept(handoff.id, "sam", None)
    (fact,) = (await world.people.view(handoff.id)).links
    assert (fact.id, fact.joined, fact.undone_at) == (link.id, (ANAS_BROWSER,), None)
    with pytest.raises(HandoffRefused, match="no such link"):
        await world.people.unlink(handoff.id, "sam", "l_of_somebody_else")
    await world.people.unlink(handoff.id, "sam", link.id)
    view = await world.people.view(handoff.id)
    assert view.contact == await known(world, ANA) and view.links[0].undone_at is not None
    assert (await known(world, ANAS_BROWSER)).id != view.contact.id
    assert [line.text for line in view.transcript if "browser" in line.text] == []
    assert "unlinked_elsewhere" in [message.reply.text for message in await world.sent_to(ANA)]
