"""The packet over the API: a whole gateway, whose customer asks for a person by text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient

from bot.model import Address, Attachment, now
from gateway.api import Access, PacketsApi, Reads
from gateway.observe.middleware import failures
from gateway.packets import earlier_in
from records.facts import Fact, decode
from tests.bot.conftest import facts_on
from tests.bot.test_handoff_packet import VALIDATOR
from tests.gateway.conftest import House
from tests.gateway.conftest import changes as changes
from tests.gateway.conftest import house as house
from tests.gateway.conftest import outside as outside
from tests.records.stories import NOW

ANA = Address.parse("tel:+12125550147")
WANTED = {
    "onethread": {"do": "handoff", "reason": "The name did not match", "code": "name_not_matched", "tried": ["Asked twice"]}
}
BEARER = {"Authorization": f"Bearer {'i' * 32}"}


@pytest.fixture
async def api(house: House, aiohttp_client: Callable[..., Any]) -> TestClient[Any, Any]:
    metrics = house.core.base.observed.metrics
    access = Access("i" * 32, metrics)
    made = PacketsApi(access, Reads(house.core.base.store.facts, now), house.core.packets.of)
    app = web.Application(middlewares=[failures(metrics)])
    app.add_routes(made.routes())
    found: TestClient[Any, Any] = await aiohttp_client(app)
    return found


async def handed_over(house: House) -> str:
    """The id of the handoff."""
    house.outside.rasa = lambda _said: web.json_response({"messages": [{"custom": WANTED}], "failed_actions": []})
    await house.texts("i want a person", "SM" + "0" * 32)
    await house.outside.has(house.outside.texts, 1)
    (one,) = await house.core.people.listing()
    return one.id


async def test_the_packet_is_shown_to_who_has_the_token_and_the_read_is_written_down(
    house: House, api: TestClient[Any, Any]
) -> None:
    handoff_id = await handed_over(house)
    answer = await api.get(f"/handoffs/{handoff_id}/packet", headers=BEARER)
    packet = await answer.json()
    VALIDATOR.validate(packet)
    assert answer.status == 200 and packet["handoff"]["id"] == handoff_id
    assert packet["reason"] == {"code": "name_not_matched", "text": "The name did not match"}
    assert packet["tried_and_failed"] == ["Asked twice"] and packet["promises"][0]["what"] == "answer"
    assert packet["customer"]["addresses"] == [{"address": str(ANA), "proof": "claimed"}]
    assert packet["options_offered"][0]["options"] == ["Go on without a colleague", "Be called back instead"]
    redis = house.core.base.store.client
    told = [decode(str(f["fact"]).encode()) for s in await redis.keys("ot:facts:*") for _, f in await redis.xrange(s)]
    reads = [one for one in told if isinstance(one, Fact) and one.kind == "transcript_read"]
    assert [one.conversation_id for one in reads] == [packet["handoff"]["conversation"]]


async def test_a_fetched_file_is_written_down(house: House, aiohttp_client: Callable[..., Any]) -> None:
    async def fetched(_handoff_id: str, key: str) -> Attachment | None:
        return Attachment(b"x", "image/png", "card.png", shown=True) if key == "0" * 24 else None

    store, metrics = house.core.base.store, house.core.base.observed.metrics
    made = PacketsApi(Access("i" * 32, metrics), Reads(store.facts, now), house.core.packets.of, fetched)
    app = web.Application(middlewares=[failures(metrics)])
    app.add_routes(made.routes())
    client = await aiohttp_client(app)
    assert (await client.get(f"/handoffs/h_1/attachments/{'1' * 24}", headers=BEARER)).status == 404
    assert (await client.get(f"/handoffs/h_1/attachments/{'0' * 24}", headers=BEARER)).status == 200
    (seen,) = [one for one in await facts_on(store.client) if one.kind == "access_read"]
    assert (seen.body["what"], seen.body["by"]) == ("attachment of h_1", "INTERNAL_API_TOKEN")


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/handoffs/h_none/packet", BEARER, 404),
        ("/handoffs/h_none/packet", {}, 401),
        ("/handoffs/packet-schema/1", {}, 401),
        ("/handoffs/packet-schema/1", BEARER, 200),
    ],
)
async def test_others_get_a_sentence(api: TestClient[Any, Any], path: str, headers: dict[str, str], status: int) -> None:
    answer = await api.get(path, headers=headers)
    assert answer.status == status and (status == 200 or set(await answer.json()) == {"error"})


def test_earlier_handoffs_are_put_together_out_of_their_facts() -> None:
    def fact(kind: str, handoff: str, **body: Any) -> Fact:
        return Fact(f"{kind}{handoff}", kind, 1, NOW, "x", {"handoff_id": handoff, **body})

    found = earlier_in(
        [
            fact("handoff_opened", "h1", reason="asked", queue="cards"),
            fact("handoff_closed", "h1", outcome="talked", note=""),
            fact("handoff_closed", "h1", outcome="agreed", note="A new card was sent"),
            fact("handoff_wrapped_up", "h1", code="card_ordered"),
            fact("handoff_closed", "h_of_which_the_beginning_is_gone", outcome="left"),
        ]
    )
    assert [(one.id, one.outcome, one.agreed, one.code, one.reason) for one in found] == [
        ("h1", "agreed", "A new card was sent", "card_ordered", "asked")
    ]
