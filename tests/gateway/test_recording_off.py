"""Without records nobody is told that something was kept."""

from __future__ import annotations

import pytest
from aiohttp import web

from gateway.app import desk_of
from tests.gateway.conftest import House


def paths(house: House) -> set[str]:
    """What the desk answers."""
    return {route.path for route in desk_of(house.core).routes() if isinstance(route, web.RouteDef)}


async def test_replies_are_proposed_where_they_are_kept(house: House) -> None:
    assert {"/desk/articles", "/desk/proposals"} <= paths(house)


@pytest.mark.parametrize("changes", [{"RECORDING": "off"}])
async def test_with_recording_off_the_desk_searches_articles_and_proposes_none(house: House) -> None:
    found = paths(house)
    assert "/desk/articles" in found and "/desk/proposals" not in found
    assert not [path for path in found if path.endswith("/propose")]
