"""The running assistant under faults, in short (``make chaos`` is the long form), and two gateways beside two Rasa servers."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from benchmarks.chaos.database import Mode
from benchmarks.chaos.kept import count
from benchmarks.chaos.load import Chat, Customer, Tally, Webhooks
from benchmarks.chaos.proxy import NAME
from benchmarks.chaos.run import Wish, suffer
from benchmarks.chaos.stack import Stack, running
from benchmarks.chaos.verdict import judge, quiet
from bot.model import Address
from gateway.workers.partitions.ownership import owner_of
from tests.partitions import all_partitions, partition_of

pytestmark = [pytest.mark.stack, pytest.mark.asyncio(loop_scope="module")]

MOVED_WITHIN = 12.0
"""Seconds: a lease of 6, a round of 1.5, a turn, and a busy machine."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stack() -> AsyncIterator[Stack]:
    """Two gateways behind a real proxy and two Rasa servers on one Redis, with a vendor that outlives them."""
    async with running(gateways=2, rasas=2, proxied=True) as made:
        yield made


async def answered(stack: Stack, ana: Customer, n: int) -> float:
    """Seconds until the n-th message of a customer is at the vendor."""
    began = time.monotonic()
    async with asyncio.timeout(60):
        while True:
            record = f"ot:{partition_of(Address.parse(ana.address))}:sent:{ana.accepted[n]}>1"
            if await stack.client.hget(record, "state") in ("sent", "delivered"):
                return time.monotonic() - began
            await asyncio.sleep(0.02)


async def test_messages_that_come_in_by_two_gateways_stay_in_order(stack: Stack) -> None:
    ana, doors = Customer("tel:+12125559001", 9001), Webhooks(stack, Tally())
    for n in range(12):
        ana.accepted.append(await doors.bring(ana, n))
        await doors.bring_again(ana, n)
    assert await quiet(stack, 30)
    verdict = await judge(stack, [ana])
    assert (verdict.accepted, verdict.answered, verdict.apologies, verdict.details) == (12, 12, 0, [])
    leases = {await owner_of(stack.client, partition) for partition in all_partitions()}
    assert len(leases) == 2, "the gateways share the partitions"


async def test_a_killed_gateways_conversations_move_within_seconds(stack: Stack) -> None:
    """Both ways: whichever gateway has the partition, the other one goes on when it is killed, before it is back."""
    ana, doors = Customer("tel:+12125559002", 9002), Webhooks(stack, Tally())
    ana.accepted.append(await doors.bring(ana, 0))
    await answered(stack, ana, 0)
    for name in ("gateway", "gateway2"):
        stack.kill(name)
        ana.accepted.append(await doors.bring(ana, len(ana.accepted)))
        assert await answered(stack, ana, len(ana.accepted) - 1) < MOVED_WITHIN
        await stack.ready(name)
    verdict = await judge(stack, [ana])
    assert (verdict.lost, verdict.doubled, verdict.out_of_order, verdict.uncertain) == (0, 0, 0, 0)


async def test_a_visitor_keeps_the_socket_while_the_proxy_is_reloaded(stack: Stack) -> None:
    """And the thread when the gateway behind it is killed: the browser opens a new socket, which leads to the other one."""
    ana, tally = Customer("web:", 9201), Tally()
    chat = Chat(stack, tally)
    ana.accepted.append(await chat.bring(ana, 0))
    stack.kill(NAME, signal.SIGUSR2)
    await stack.ready(NAME)
    ana.accepted.append(await chat.bring(ana, 1))
    assert (tally.sockets, tally.refused) == (1, 0)
    for n, name in enumerate(("gateway", "gateway2"), 2):
        stack.kill(name)
        ana.accepted.append(await chat.bring(ana, n))
        await stack.ready(name)
    assert tally.sockets >= 2 and await quiet(stack, 60)
    verdict = await judge(stack, [ana])
    assert (verdict.accepted, verdict.answered + verdict.uncertain, verdict.details) == (4, 4, [])


async def test_conversations_go_on_with_one_rasa_less(stack: Stack) -> None:
    people = [Customer(f"tel:+1212555{n}", n) for n in range(9100, 9108)]
    doors = Webhooks(stack, Tally())
    stack.kill("rasa2")
    for ana in people:
        ana.accepted.append(await doors.bring(ana, 0))
    for ana in people:
        assert await answered(stack, ana, 0) < MOVED_WITHIN
    verdict = await judge(stack, people)
    assert (verdict.answered, verdict.details) == (8, [])


async def test_nothing_is_lost_doubled_or_out_of_order_under_faults(stack: Stack) -> None:
    some = (
        "kill -9 gateway, proxy reloaded",
        "kill -9 Redis",
        "full disk for Redis",
        "vendor: took it, answer lost",
        "kill -9 proxy",
        "kill -9 records",
        "full disk for records",
        "records away",
    )
    wish = Wish(minutes=0.35, texting=16, messaging=4, chatting=2, only=some, kinds=2)
    result = await suffer(stack, wish)
    verdict = result.verdict
    assert (verdict.lost, verdict.doubled, verdict.out_of_order, verdict.details) == (0, 0, 0, [])
    assert (result.kept.drained, result.kept.lost, result.kept.doubled, result.kept.details) == (True, 0, 0, [])
    assert result.kept.facts > 3 * verdict.accepted
    assert not result.left and verdict.accepted > 20 and len(result.injected) >= 2
    assert verdict.answered + verdict.uncertain == verdict.accepted


async def test_what_happens_while_the_records_are_away_is_kept_once_they_are_back(stack: Stack) -> None:
    """Messages are answered meanwhile as ever; and a message that nobody has kept is missed by the count."""
    ana, doors = Customer("tel:+12125559300", 9300), Webhooks(stack, Tally())
    for n, mode in enumerate((Mode.OPEN, Mode.CLOSED, Mode.SILENT)):
        stack.database.road.becomes(mode)
        ana.accepted.append(await doors.bring(ana, n))
        await answered(stack, ana, n)
    stack.database.road.becomes(Mode.OPEN)
    kept = await count(stack, [ana])
    assert (kept.drained, kept.lost, kept.doubled, kept.aside, kept.details) == (True, 0, 0, 0, [])
    ana.accepted.append("sms:SMnever")
    assert (await count(stack, [ana])).details == ["lost: no fact of message_in sms:SMnever", "lost: no fact of turn sms:SMnever"]
