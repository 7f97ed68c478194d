"""A call in the terminal, typed into a real process."""

from __future__ import annotations

import asyncio
import sys

import pytest

from tests.simulator.conftest import Stage

GATHER = (
    '<Gather input="dtmf speech" action="/2" timeout="60" speechTimeout="1" numDigits="1"><Say>How can I help?</Say></Gather>'
)


async def terminal(url: str) -> asyncio.subprocess.Process:
    pipes = {"stdin": asyncio.subprocess.PIPE, "stdout": asyncio.subprocess.PIPE, "stderr": asyncio.subprocess.PIPE}
    return await asyncio.create_subprocess_exec(sys.executable, "-m", "simulator.scripting.terminal", "--url", url, **pipes)


async def printed(output: asyncio.StreamReader, words: str) -> None:
    while words not in (line := (await output.readline()).decode()):
        assert line, f"it ended without {words!r}"


@pytest.mark.slow
async def test_prompts_are_printed_and_lines_are_said_and_keys_pressed(stage: Stage) -> None:
    stage.voice(GATHER, GATHER.replace("/2", "/3").replace("How can I help?", "And now?"), "<Say>Goodbye.</Say><Hangup/>")
    process = await terminal(str(stage.server.make_url("/simulator")))
    assert process.stdin and process.stdout
    for prompt, answer in (("How can I help?", b"my card\n"), ("And now?", b"2\n"), ("Goodbye.", b"")):
        await asyncio.wait_for(printed(process.stdout, prompt), 30)
        process.stdin.write(answer)
    await asyncio.wait_for(printed(process.stdout, "The call is over (completed)"), 30)
    await process.communicate()
    assert process.returncode == 0
    assert stage.gateway.fields("/2")[0]["SpeechResult"] == "my card"
    assert stage.gateway.fields("/3")[0]["Digits"] == "2"


async def test_without_a_simulator_it_says_what_to_start() -> None:
    process = await terminal("http://127.0.0.1:9/simulator")
    _, errors = await asyncio.wait_for(process.communicate(b""), 30)
    assert process.returncode == 1 and "make run" in errors.decode()


async def test_a_number_that_is_none_is_answered_with_a_sentence(stage: Stage) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "simulator.scripting.terminal", "--url", str(stage.server.make_url("/simulator")), "--from=abc",
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    _, said = await asyncio.wait_for(process.communicate(), 30)
    assert (process.returncode, said.decode().startswith("Not called: "), b"Traceback" in said) == (1, True, False)
