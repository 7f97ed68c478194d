"""``make chaos``: the whole assistant under load while its parts are killed, and a count of what became of each message.

``python -m benchmarks.chaos --minutes 10``. Everything is on this machine's loopback, on free ports, in a temporary folder;
the load is bounded and ends by itself. Vendors and browsers come through a real proxy (HAProxy, as docs/install.md has it);
the records are in PostgreSQL. At the end, once nothing waits, what is kept there is counted against what the customers sent and
the vendor took. Exit code 1 when a message or a fact was lost or doubled, or a message was out of order. The result is written to
``results/chaos.json`` too. Sends that nobody can know the fate of (a vendor's timeout or 5xx, a kill in the middle of the call)
are ``uncertain``: counted apart, shown on the desk, never sent again.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.chaos.faults import faults
from benchmarks.chaos.kept import Kept, count
from benchmarks.chaos.load import Crowd, Tally
from benchmarks.chaos.stack import Stack, running
from benchmarks.chaos.verdict import Verdict, judge, quiet
from benchmarks.machine import describe
from benchmarks.stack import ROOT

LONG = 5.0
"""Minutes from which on a run has every kind of fault once, however long that takes."""


@dataclass(frozen=True, slots=True)
class Wish:
    """How long, how many, and which faults (all, when none is named)."""

    minutes: float
    gateways: int = 2
    rasas: int = 2
    texting: int = 30
    messaging: int = 8
    chatting: int = 4
    pause: tuple[float, float] = (2.0, 6.0)
    only: Sequence[str] = ()
    seed: int | None = None
    proxied: bool = True
    kinds: int = 1
    """So many kinds of fault at least, however long they take; a run of LONG minutes has them all."""


@dataclass(slots=True)
class Result:
    """What was done and what came of it."""

    injected: dict[str, int] = field(default_factory=dict)
    verdict: Verdict = field(default_factory=Verdict)
    kept: Kept = field(default_factory=Kept)
    tally: Tally = field(default_factory=Tally)
    left: bool = False
    seconds: float = 0.0

    @property
    def good(self) -> bool:
        """Nothing lost, doubled or out of order, nothing left unanswered, and each fact kept once."""
        return self.verdict.good and self.kept.good and not self.left


async def run(wish: Wish) -> Result:
    """Start everything, do the harm, judge after each fault. Raises PartFailed and the like when it cannot start."""
    async with running(gateways=wish.gateways, rasas=wish.rasas, proxied=wish.proxied) as stack:
        return await suffer(stack, wish)


async def suffer(stack: Stack, wish: Wish) -> Result:
    """The load, the harm and the verdict, on what runs already."""
    random.seed(wish.seed)
    result, began = Result(), time.monotonic()
    crowd = Crowd(stack, wish.pause)
    result.tally = crowd.tally
    crowd.start(wish.texting, wish.messaging, wish.chatting)
    try:
        await _harm(stack, crowd, wish, result)
    finally:
        await crowd.stop()
        result.seconds = time.monotonic() - began
        _keep_logs(stack)
    return result


async def _harm(stack: Stack, crowd: Crowd, wish: Wish, result: Result) -> None:
    known = faults(minutes=wish.minutes, gateways=wish.gateways, rasas=wish.rasas, proxied=stack.front is not None)
    names = list(wish.only or known)
    ends = time.monotonic() + wish.minutes * 60
    least = len(names) if wish.minutes >= LONG else wish.kinds
    turn: list[str] = []
    while time.monotonic() < ends or len(result.injected) < least:
        turn = turn or random.sample(names, len(names))  # every kind once, in a new order each round
        name = turn.pop()
        crowd.going.set()
        await asyncio.sleep(random.uniform(1.5, 4.0))
        await known[name](stack)
        result.injected[name] = result.injected.get(name, 0) + 1
        await asyncio.sleep(random.uniform(0.5, 1.5))
        await crowd.hold()
        result.left = not await quiet(stack)
        result.verdict = await judge(stack, crowd.customers)
        print(f"{time.strftime('%H:%M:%S')} {name:32} {_short(result)}", flush=True)
        if not result.good:
            break
    result.kept = await count(stack, crowd.customers)


def _short(result: Result) -> str:
    v = result.verdict
    text = f"accepted {v.accepted}, lost {v.lost}, doubled {v.doubled}, out of order {v.out_of_order}, uncertain {v.uncertain}"
    return text + (", and something still waits" if result.left else "")


def _keep_logs(stack: Stack) -> None:
    """For the one who looks for the bug; the folder itself goes."""
    folder = ROOT / "results" / "logs" / "chaos"
    folder.mkdir(parents=True, exist_ok=True)
    for path in (stack.home / "logs").glob("*.log"):
        (folder / path.name).write_bytes(path.read_bytes()[-5_000_000:])


def table(result: Result) -> str:
    """The figures as Markdown."""
    v, t = result.verdict, result.tally
    rows: list[tuple[str, object]] = [("messages accepted", v.accepted), ("answered", v.answered)]
    rows += [("of these with an apology", v.apologies), ("webhooks not taken, brought again", t.refused)]
    rows += [("webhooks brought twice / late / reordered", f"{t.duplicates} / {t.late} / {t.reordered}")]
    rows += [("chat sockets opened, first ones too", t.sockets)]
    rows += [("longest until accepted", f"{t.slowest:.1f} s")]
    rows += [(f"fault: {name}", count) for name, count in sorted(result.injected.items())]
    rows += [("faults injected", sum(result.injected.values())), ("**lost**", v.lost), ("**doubled**", v.doubled)]
    rows += [("**out of order**", v.out_of_order), ("uncertain sends, never repeated", v.uncertain)]
    k = result.kept
    rows += [("facts kept", k.facts), ("**facts lost**", k.lost), ("**facts doubled**", k.doubled), ("set aside", k.aside)]
    rows += [("until all was kept at the end", f"{k.seconds:.0f} s" if k.drained else "**not all was kept**")]
    return "\n".join(["| | |", "|---|---|", *(f"| {name} | {value} |" for name, value in rows)])


def save(result: Result, wish: Wish, path: Path) -> None:
    """The same as JSON."""
    content: dict[str, Any] = {"machine": describe(ROOT), "wish": asdict(wish), **asdict(result), "good": result.good}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=2) + "\n")


def main() -> int:
    """0 when every accepted message was answered once and in order (or is reported as uncertain), else 1."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.chaos", description="Kill parts under load and count.")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--gateways", type=int, default=2)
    parser.add_argument("--rasas", type=int, default=2)
    parser.add_argument("--seed", type=int, default=None, help="the same order of faults again")
    parser.add_argument("--only", action="append", default=[], help="a kind of fault, as the table names it; repeatable")
    parser.add_argument("--without-proxy", action="store_true", help="vendors and browsers reach the gateways themselves")
    parser.add_argument("--json", type=Path, default=ROOT / "results" / "chaos.json")
    given = parser.parse_args()
    wish = Wish(
        given.minutes, given.gateways, given.rasas, only=tuple(given.only), seed=given.seed, proxied=not given.without_proxy
    )
    result = asyncio.run(run(wish))
    save(result, wish, given.json)
    print(table(result), *result.verdict.details[:30], *result.kept.details[:30], sep="\n")
    return 0 if result.good else 1


if __name__ == "__main__":
    sys.exit(main())
