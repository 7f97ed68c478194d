"""What the gateway costs: a whole turn, webhook in to vendor's API, against ``Agent.handle_message`` alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from statistics import mean, median

import psutil

from benchmarks import numbers
from benchmarks.measures.alone import AgentAlone, agent_alone
from benchmarks.measures.stages import Before, stage_means
from benchmarks.results import Figure, Found, at_most
from benchmarks.stack import Stack, running
from benchmarks.traffic import SCRIPT, Missing, Senders, line, reply_counts, texts

MS = 1000.0
SENDERS, MESSAGES = 2, 30
"""New senders of one run, and messages of each: one sender may write 40 a minute."""


@dataclass(slots=True)
class Sides:
    """Seconds of each turn, by run."""

    whole: list[list[float]] = field(default_factory=list)
    alone: list[list[float]] = field(default_factory=list)
    stock: list[list[float]] = field(default_factory=list)
    stages: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))


Agents = tuple[AgentAlone, AgentAlone]
"""Ours and stock Rasa's."""


async def one_run(stack: Stack, agents: Agents, senders: Senders, counts: list[int], sides: Sides, run: int) -> None:
    """Turn by turn, one side after the other: whatever disturbs the machine disturbs all."""
    agent, stock = agents
    for side in (sides.whole, sides.alone, sides.stock):
        side.append([])
    for part in range(SENDERS):
        tel = senders.new()
        for number, replies in enumerate(counts):
            sides.whole[-1].append(await texts(stack, tel, line(number), replies))
            answer = await agent.turn(f"c_alone_{run}_{part}", line(number), f"bench:{run}:{part}:{number}")
            if answer["messages"] != replies:
                raise Missing(f"{line(number)!r}: {replies} replies through the gateway, {answer['messages']} without it")
            sides.alone[-1].append(float(answer["seconds"]))
            other = await stock.turn(f"c_stock_{run}_{part}", line(number), f"bench:{run}:{part}:{number}")
            sides.stock[-1].append(float(other["seconds"]))
            for name, seconds in answer["stages"].items():
                sides.stages[name].append(float(seconds))


async def measure(runs: int) -> list[Found]:
    """The ratio, both sides, and where the time goes."""
    sides, senders = Sides(), Senders()
    async with running() as stack, agent_alone(stack) as agent, agent_alone(stack, "stock") as stock:
        counts = await reply_counts(stack, senders, MESSAGES)
        for words in SCRIPT * 2:
            for one in (agent, stock):
                await one.turn("c_warm", words, f"warm:{words}")
        before, busy = await Before.read(stack), processor_seconds(stack.pids())
        for run in range(runs):
            await one_run(stack, (agent, stock), senders, counts, sides, run)
        gateway = await stage_means(stack, before)
        spent = {name: seconds - busy[name] for name, seconds in processor_seconds(stack.pids()).items()}
    return [_found(sides, runs), _where_it_goes(sides, gateway, runs), _processor(sides, spent, runs)]


def processor_seconds(pids: Mapping[str, int]) -> dict[str, float]:
    """Seconds of processor time, user and system, that each part has used so far."""
    times = {name: psutil.Process(pid).cpu_times() for name, pid in pids.items()}
    return {name: found.user + found.system for name, found in times.items()}


def _processor(sides: Sides, spent: dict[str, float], runs: int) -> Found:
    """What a turn costs whatever else the machine does: the base of docs/capacity.md."""
    turns = sum(map(len, sides.whole))
    # the action server and Redis also served the two that handle messages alone, a turn each for each of ours
    shared = {"actions": 3, "valkey": 3}
    each = {name: seconds / turns / shared.get(name, 1) * MS for name, seconds in spent.items()}
    rows = [Figure(name, value, "ms") for name, value in sorted(each.items(), key=lambda item: -item[1])]
    rows.append(Figure("**all**", sum(each.values()), "ms"))
    note = "Time on a processor, not waiting; the gateway's holds what it does while idle. A busy machine makes it larger, too."
    return Found("processor", "Processor time of one turn, by process", runs, tuple(rows), (note,))


def _found(sides: Sides, runs: int) -> Found:
    whole, alone = [median(run) * MS for run in sides.whole], [median(run) * MS for run in sides.alone]
    figures = (
        at_most("whole turn / `handle_message` alone, Rasa as it is, median", numbers.ratio_of(sides.whole, sides.stock), 1.3),
        Figure("the same at the 95th percentile", numbers.ratio_of(sides.whole, sides.stock, numbers.p95)),
        at_most(
            "whole turn / `handle_message` alone, with our patches and store, median",
            numbers.ratio_of(sides.whole, sides.alone),
            1.3,
        ),
        Figure("the same at the 95th percentile", numbers.ratio_of(sides.whole, sides.alone, numbers.p95)),
        Figure("whole turn, median", median(whole), "ms"),
        Figure("whole turn, p95", median(numbers.p95(run) * MS for run in sides.whole), "ms"),
        Figure("`handle_message` alone, Rasa as it is, median", median(median(run) * MS for run in sides.stock), "ms"),
        Figure("`handle_message` alone, with our patches and store, median", median(alone), "ms"),
        Figure("the same, p95", median(numbers.p95(run) * MS for run in sides.alone), "ms"),
        Figure("added by everything around it, median of whole turns less median alone", median(whole) - median(alone), "ms"),
    )
    notes = (
        f"{len(sides.whole[0])} turns of each side in a run, one after the other in turn; the figures are medians over the runs.",
        "Whole turn: signed SMS webhook sent, stored, worked on, reply stored, last reply's request at the vendor's API.",
        "Alone: the same model, Redis and action server; no HTTP in front. Rasa as it is: its own Redis stores, no patch that "
        "makes it faster; conversations of 30 messages, as it gets slower with each.",
        "The second ratio is the harder one: what makes Rasa's part faster makes it larger, while the whole turn gets faster.",
    )
    return Found("hop", "A whole turn against `agent.handle_message`", runs, figures, notes)


def _where_it_goes(sides: Sides, gateway: dict[str, float], runs: int) -> Found:
    turns = sum(map(len, sides.alone))
    inside = {name: sum(values) / turns * MS for name, values in sides.stages.items()}
    alone = mean(seconds for run in sides.alone for seconds in run) * MS
    whole = mean(seconds for run in sides.whole for seconds in run) * MS
    rows = [Figure("**whole turn** (mean, so that the parts add up)", whole, "ms")]
    rows += [Figure(label, gateway[name] * MS, "ms") for name, label in GATEWAY_STAGES.items() if name in gateway]
    rows += [Figure("**`handle_message` alone**", alone, "ms")]
    rows += [Figure(f"... {name}", value, "ms") for name, value in sorted(inside.items(), key=lambda item: -item[1])]
    rows += [Figure("... the rest of Rasa: responses, events, copies of the tracker", alone - sum(inside.values()), "ms")]
    return Found("profile", "Where a turn's time goes", runs, tuple(rows))


GATEWAY_STAGES = {
    "queue": "webhook's arrival to taken up (stored, read from the stream)",
    "lock": "... of the turn: waiting for the conversation's lock",
    "rasa": "... of the turn: asking Rasa over HTTP (this holds `handle_message`)",
    "turn": "turn: taken up to replies in the outbox, Rasa in it",
    "send": "sending: the vendor's API called and answered",
}
