"""The real launcher over stand-in parts: launcher.py HOME JOURNAL PUBLIC_PORT INTERNAL_PORT [behaviours of the gateway ...]."""

import asyncio
import sys
from pathlib import Path

from launch.__main__ import Launch
from launch.install.environment import free_ports, plan
from launch.install.installation import Installation
from launch.processes.health import http_ok
from launch.processes.supervisor import Part

HOME, JOURNAL, PUBLIC, INTERNAL, *BEHAVIOURS = sys.argv[1:]
STANDIN = Path(__file__).with_name("standin.py")


def part(name: str, *behaviours: str) -> Part:
    port = free_ports(1)[0]
    command = (sys.executable, "-I", str(STANDIN), name, str(port), JOURNAL, *behaviours)
    return Part(name=name, command=command, ready=http_ok("127.0.0.1", port, "/"), port=port, stop_seconds=60)


async def prepare() -> list[Part]:
    return [part("valkey"), part("rasa"), part("gateway", *BEHAVIOURS)]


place = Installation.open(Path(HOME))
with place.lock():
    planned = plan({"PUBLIC_PORT": PUBLIC, "INTERNAL_PORT": INTERNAL}, place)
    sys.exit(asyncio.run(Launch(place, planned, prepare, timings=True).run()))
