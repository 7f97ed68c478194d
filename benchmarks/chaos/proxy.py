"""HAProxy before several gateways, configured as docs/install.md says: only addresses, ports and TLS are the test's."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Sequence
from pathlib import Path

from benchmarks.stack import ROOT
from launch.install.environment import part_env
from launch.install.installation import StartError
from launch.processes.health import http_ok
from launch.processes.supervisor import Part

NAME = "proxy"


def program() -> str:
    """Where HAProxy is. StartError with what to do when it is not there."""
    found = shutil.which("haproxy") or shutil.which("haproxy", path="/usr/sbin")
    if found is None:
        raise StartError(
            "The proxy of this run is missing: `launch/install/test_tools.sh haproxy` installs it (make chaos does)."
        )
    return found


def configuration(port: int, gateways: Sequence[int], page: Path = ROOT / "docs" / "install.md") -> str:
    """The page's frontend on ``port``, and its backend for several gateways."""
    front, backend = map(str, re.findall(r"```haproxy\n(.*?)```", page.read_text(), re.DOTALL))
    front = front[: front.index("\nbackend gateway") + 1]
    front = front.replace("bind :443 ssl crt /etc/ssl/bank.example/haproxy.pem", f"bind 127.0.0.1:{port}")
    lines = [line for line in backend.splitlines() if not line.strip().startswith("server ")]
    one = next(line for line in backend.splitlines() if line.strip().startswith("server "))
    servers = [re.sub(r"gateway-1 \S+", f"gateway-{n} 127.0.0.1:{own}", one) for n, own in enumerate(gateways, 1)]
    return front + "\n".join([*lines, *servers]) + "\n"


def proxy(folder: Path, port: int, gateways: Sequence[int]) -> Part:
    """The part: its master process takes SIGUSR2 as a reload. Raises StartError."""
    path = folder / "haproxy.cfg"
    path.write_text(configuration(port, gateways))
    return Part(
        name=NAME,
        command=(program(), "-W", "-db", "-f", str(path)),
        ready=http_ok("127.0.0.1", port, "/health?ready"),
        env=part_env(os.environ, {}),
        port=port,
        stop_seconds=2,
    )
