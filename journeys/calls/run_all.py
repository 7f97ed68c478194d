"""Every scripted call, several at a time where they do not feel one another."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from journeys.calls.parts import Parts
from journeys.calls.run import CallWalk
from journeys.calls.script import ScriptedCall
from journeys.outcome import Outcome
from journeys.stage import Stage


async def run_calls(stage: Stage, calls: Iterable[ScriptedCall], at_once: int = 6) -> list[Outcome]:
    """Those that others would feel one after another, the others several at a time before them."""
    wanted, parts, slots = list(calls), Parts(stage.home), asyncio.Semaphore(at_once)

    async def one(call: ScriptedCall) -> Outcome:
        async with slots:
            return await (await CallWalk.on(stage, call, parts)).goes()

    together = await asyncio.gather(*(one(call) for call in wanted if not call.alone))
    return [*together, *[await _alone(stage, call, parts) for call in wanted if call.alone]]


async def _alone(stage: Stage, call: ScriptedCall, parts: Parts) -> Outcome:
    """One that may change the clock, the network or the parts, which are as before when it is over."""
    walk = await CallWalk.on(stage, call, parts)
    if call.pace:
        await stage.sim.post("options", pace=call.pace)
    try:
        return await walk.goes()
    finally:
        await stage.sim.faults(duplicate_next=0, rest_next=0)
        await stage.sim.post("options", pace=0)
