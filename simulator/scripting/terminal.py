"""A call in the terminal: ``python -m simulator.scripting.terminal`` (``make call``).

Prompts are printed as they are heard. A line of digits, ``*`` and ``#`` is pressed, any other line is said, an empty line is
silence, ``/hangup`` (or the end of input) hangs up. Ends with the call.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import sys
from collections.abc import AsyncIterator

import aiohttp

from simulator.scripting.testing import Phone, Simulator

KEYS = re.compile(r"[0-9*#]+")
PATIENCE = 30.0  # seconds that a prompt may take before it listens
HELP = "Type digits to press keys, words to speak, an empty line for silence, /hangup to end."


async def call(url: str, number: str | None) -> int:
    """Play one call; 0 after it, 1 when no simulator answers there, or it does not take the number."""
    try:
        async with Simulator.at(url, pace=1.0) as sim:
            try:
                phone = await sim.call(number)
            except AssertionError as refused:
                print(f"Not called: {refused}", file=sys.stderr)
                return 1
            print(f"Calling as {number or sim.number}. {HELP}")
            speaking = asyncio.create_task(_speak(phone))
            await _listen(sim, phone)
            speaking.cancel()
    except (aiohttp.ClientError, OSError) as error:
        print(f"No simulator answers at {url} ({type(error).__name__}): start it with `make run`.", file=sys.stderr)
        return 1
    return 0


async def _listen(sim: Simulator, phone: Phone) -> None:
    """Print what is heard until the call is over."""
    printed = 0

    def news() -> dict[str, str] | None:
        over = phone.state.get("activity") == "over"
        return {"state": "over"} if len(phone.heard) > printed or over else None

    while True:
        await sim.wait_for(news, "anything more", 24 * 3600, list)
        for text in phone.heard[printed:]:
            print(f"  {text}", flush=True)
        printed = len(phone.heard)
        if phone.state.get("activity") == "over":
            print(f"The call is over ({phone.state.get('status')}).")
            return


async def _speak(phone: Phone) -> None:
    """Send each typed line into the call."""
    async for line in _typed():
        try:
            if line == "/hangup":
                break
            if KEYS.fullmatch(line):
                await phone.presses(line, PATIENCE)
            elif line:
                await phone.says(line, within=PATIENCE)
            else:
                await phone.stays_silent(PATIENCE)
        except AssertionError:
            print("  (nobody listens just now)", flush=True)
    await phone.hangs_up()


async def _typed() -> AsyncIterator[str]:
    """The lines of standard input, without holding up the call."""
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        yield line.decode(errors="replace").strip()


def main() -> int:
    """Read the command line and call."""
    parser = argparse.ArgumentParser(description="Call the simulated phone line from this terminal.")
    parser.add_argument("--url", default="http://127.0.0.1:8081/simulator", help="where the simulator is")
    parser.add_argument("--from", dest="number", help="the caller's number (E.164), or anonymous")
    given = parser.parse_args()
    try:
        return asyncio.run(call(given.url, given.number))
    except KeyboardInterrupt:
        return 0


if __name__ == "__main__":
    sys.exit(main())
