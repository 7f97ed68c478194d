"""A token of the admins' opens the routes of its scopes and no other; what it read stands under its name."""

from __future__ import annotations

import pytest
from aiohttp import web

from bot.model import now
from desk.access.table import SCOPES, WHO_MAY
from desk.accounts.tokens import ApiTokens, Scope
from gateway.app import desk_of, internal_app
from tests.bot.conftest import facts_on
from tests.desk.access.test_table import routes_of
from tests.gateway.conftest import House

OPEN = {("GET", "/health"), ("GET", "/metrics")}
"""Of the internal listener, for whoever reaches it; and the simulator, where one is."""


def internal(house: House) -> web.Application:
    return internal_app(house.core, desk_of(house.core))


def path_of(path: str) -> str:
    return path.replace("{id}", "x").replace("{key}", "0" * 24)


async def test_every_route_of_the_internal_listener_says_who_may(house: House) -> None:
    found = {route for route in routes_of(internal(house)) if not route[1].startswith("/simulator")}
    assert found - set(WHO_MAY) - set(SCOPES) == OPEN and set(SCOPES) <= found


@pytest.mark.parametrize("scope", Scope)
async def test_a_token_opens_what_it_is_for(house: House, aiohttp_client, scope: Scope) -> None:
    store = house.core.base.store
    tokens = ApiTokens(store.client, clock=now, facts=store.facts)
    token = await tokens.make("The report", [scope], 7, "ana")
    client = await aiohttp_client(internal(house))
    for (method, path), wanted in SCOPES.items():
        answer = await client.request(method, path_of(path), headers={"Authorization": f"Bearer {token}"})
        assert (answer.status in (401, 403)) is (wanted is not scope), (method, path, answer.status)
    (one,) = await tokens.all()
    await tokens.revoke(one.id, "ana")
    for method, path in SCOPES:
        answer = await client.request(method, path_of(path), headers={"Authorization": f"Bearer {token}"})
        assert answer.status == 401
    assert (await client.get("/desk/admin", headers={"Authorization": f"Bearer {token}"})).status == 401


@pytest.mark.parametrize(("query", "wanted"), [("?address=tel:%2B12125550147", Scope.CONVERSATIONS), ("?q=card", Scope.RECORDS)])
async def test_what_is_kept_for_good_is_searched_with_its_own_scope(
    house: House, aiohttp_client, query: str, wanted: Scope
) -> None:
    store = house.core.base.store
    tokens, client = ApiTokens(store.client, clock=now, facts=store.facts), await aiohttp_client(internal(house))
    for scope in (Scope.CONVERSATIONS, Scope.RECORDS):
        token = await tokens.make("The report", [scope], 7, "ana")
        answer = await client.get(f"/conversations{query}", headers={"Authorization": f"Bearer {token}"})
        assert (answer.status == 403) is (scope is not wanted), (scope, answer.status)


async def test_what_was_read_stands_under_the_tokens_name(house: House, aiohttp_client) -> None:
    store = house.core.base.store
    token = await ApiTokens(store.client, clock=now, facts=store.facts).make("The report", [Scope.CONVERSATIONS], 7, "ana")
    await house.texts("hello", "SM" + "1" * 32)
    await house.outside.has(house.outside.texts, 1)
    client = await aiohttp_client(internal(house))
    headers = {"Authorization": f"Bearer {token}"}
    answer = await client.get("/conversations?address=tel:%2B12125550147", headers=headers)
    assert answer.status == 200
    (read,) = [fact for fact in await facts_on(store.client) if fact.kind == "transcript_read"]
    assert (read.body["reader"], read.body["where"]) == ("token The report", "API")
