"""``python -m journeys.chat``: the assistant in a terminal, through everything that a customer's words go through.

An installation is started for the talk, from the assistant as it is in ``domain/``, ``data/`` and ``actions/``, with a customer
of its own: menus, levels, wishes, codes by text and a person's desk are as on the channel itself.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from journeys.outcome import as_told
from journeys.run import Walk
from journeys.script import CHANNELS, Journey
from journeys.seats import PATIENCE, Line, Missed
from journeys.stage import Stage, StageError, open_stage, started
from journeys.understood import of_turn
from launch.install.environment import free_ports

QUIET = 0.8
"""Seconds without anything new after which all that follows from a message has come."""

Read = Callable[[], Awaitable[str]]
Show = Callable[[str], None]


@dataclass(slots=True)
class Terminal:
    """One customer on one channel, and what comes to their other ones: the code by text."""

    stage: Stage
    walk: Walk
    channel: str
    why: bool
    show: Show
    _shown: dict[str, int] = field(default_factory=dict)
    _turns: int = 0

    async def talks(self, read: Read) -> None:
        """Until an empty line or the end of the input."""
        await self._arrives()
        while line := (await read()).strip():
            try:
                await self._says(line)
            except Missed as error:
                self.show(f"[{error}]")
                continue
            await self._follows()

    async def _arrives(self) -> None:
        if self.channel == "web":
            await self.walk.web.opens()
        elif self.channel == "voice":
            await self.walk.voice.calls()
            await self._follows()

    async def _says(self, line: str) -> None:
        """A number takes the option under it, where options are tapped; on the phone figures are keys."""
        seat = self.walk.seat(self.channel)
        newest = seat.lines[-1].options if seat.lines else ()
        if self.channel == "voice" and all(sign in "0123456789*#" for sign in line):
            await self.walk.voice.presses(line)
        elif line.isascii() and line.isdigit() and len(line) < 3 and 1 <= int(line) <= len(newest):
            await seat.taps(newest[int(line) - 1])
        else:
            await seat.says(line)

    async def _follows(self) -> None:
        """Show what comes, until nothing more does; then why, if that was asked for."""
        clock = asyncio.get_running_loop().time
        began = last = clock()
        heard = False
        while clock() - last < (QUIET if heard else PATIENCE):
            if self._news():
                heard, last = True, clock()
            await asyncio.sleep(0.05)
        if not heard:
            self.show(f"[nothing came within {clock() - began:.0f} s]")
        if self.why:
            await self._tells_why()

    def _news(self) -> bool:
        came = False
        for channel, seat in self.walk.seats.items():
            for line in seat.lines[self._shown.get(channel, 0) :]:
                came = True
                self._print(channel, line)
            self._shown[channel] = len(seat.lines)
        return came

    def _print(self, channel: str, line: Line) -> None:
        if channel != self.channel:
            self.show("\n".join(as_told(channel, line)))
            return
        self.show(line.text)
        for number, title in enumerate(line.options, 1):
            self.show(f"  {number}. {title}")

    async def _tells_why(self) -> None:
        thread = await self.walk.thread_of(self.channel)
        if thread is None:
            return
        lines, self._turns = await of_turn(self.stage, thread["id"], self._turns)
        slots = {slot["name"]: slot["value"] for slot in thread["slots"] if slot["value"] not in (None, "", [])}
        known = ", ".join(f"{name}={value!r}" for name, value in slots.items())
        self.show("\n".join([*(f"    {line}" for line in lines), *([f"    known: {known}"] if known else [])]))


async def converse(home: Path, channel: str, like: str, *, why: bool, read: Read, show: Show) -> None:
    """Talk with the installation that runs from ``home``, as a customer like that one (docs/journeys.md)."""
    async with open_stage(home) as stage:
        walk = await Walk.of(stage, Journey("chat", like, ()))
        show(f"You are {walk.customer.name}, {walk.customer.number}, card {walk.customer.card}.")
        try:
            await Terminal(stage, walk, channel, why, show).talks(read)
        finally:
            await walk.leaves()


async def _typed() -> str:
    try:
        return await asyncio.to_thread(input, "> ")
    except EOFError:
        return ""


def main() -> int:
    """0, or 2 with a sentence when the installation did not start."""
    parser = argparse.ArgumentParser(prog="python -m journeys.chat", description="Talk to the assistant in a terminal.")
    parser.add_argument("--channel", choices=CHANNELS, default="web")
    parser.add_argument("--customer", default="ana", help="whose records yours are like (docs/journeys.md)")
    parser.add_argument("--why", action="store_true", help="below each answer: intent, runner-up, rule, action, slots")
    parser.add_argument("--home", type=Path, help="talk with the installation that runs from this folder")
    given = parser.parse_args()

    def talk(home: Path) -> None:
        print("\nType what a customer would say, a number to take an option, or an empty line to leave.")
        asyncio.run(converse(home, given.channel, given.customer, why=given.why, read=_typed, show=print))

    try:
        if given.home:
            talk(given.home)
            return 0
        with tempfile.TemporaryDirectory(prefix="onethread-chat-") as folder, started(Path(folder), *free_ports(2)) as home:
            talk(home)
    except (StageError, FileNotFoundError) as error:
        print(f"chat: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
