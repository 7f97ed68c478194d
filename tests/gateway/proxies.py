"""The reverse proxies of docs/install.md, run as they stand there: only addresses, ports and the certificate are the test's."""

from __future__ import annotations

import asyncio
import re
import shutil
import subprocess
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.conftest import free_port

ROOT = Path(__file__).parents[2]
NAMES = ("nginx", "caddy", "haproxy")


def installed(name: str) -> str | None:
    """Where the program is (Debian keeps servers where an ordinary user's PATH does not look)."""
    return shutil.which(name) or shutil.which(name, path="/usr/sbin")


def documented(name: str) -> str:
    """Its first configuration in the page on installing."""
    found = re.search(rf"```{name}\n(.*?)```", (ROOT / "docs/install.md").read_text(), re.DOTALL)
    assert found, f"docs/install.md has no example for {name}"
    return found[1]


@dataclass
class Front:
    """Proxies of one kind, each before one port."""

    name: str
    folder: Path
    processes: list[asyncio.subprocess.Process] = field(default_factory=list)

    async def before(self, port: int) -> str:
        """A proxy before this port of ours; its own address as browsers use it."""
        own = free_port()
        place = self.folder / str(own)
        place.mkdir()
        command = WRITERS[self.name](place, own, port)
        with (place / "output").open("wb") as output:
            process = await asyncio.create_subprocess_exec(*command, cwd=place, stdout=output, stderr=output)
        self.processes.append(process)
        await self._listens(own, process, place / "output")
        return f"{'http' if self.name == 'caddy' else 'https'}://127.0.0.1:{own}"

    async def _listens(self, port: int, process: asyncio.subprocess.Process, output: Path) -> None:
        async with asyncio.timeout(15):
            while True:
                assert process.returncode is None, f"it ended at once: {output}"
                try:
                    _, writer = await asyncio.open_connection("127.0.0.1", port)
                except OSError:
                    await asyncio.sleep(0.02)  # a foreign process tells no event of being ready
                    continue
                writer.close()
                return

    async def stop(self) -> None:
        for process in self.processes:
            if process.returncode is None:
                process.terminate()
        await asyncio.gather(*(process.wait() for process in self.processes))


@asynccontextmanager
async def proxies(name: str, folder: Path) -> AsyncIterator[Front]:
    front = Front(name, folder)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(front.stop)
        yield front


def _nginx(place: Path, own: int, port: int) -> list[str]:
    certificate, key = _certificate(place)
    server = _with(
        documented("nginx"),
        {
            "listen 443 ssl": f"listen 127.0.0.1:{own} ssl",
            "/etc/ssl/bank.example/fullchain.pem": str(certificate),
            "/etc/ssl/bank.example/privkey.pem": str(key),
            "127.0.0.1:8080": f"127.0.0.1:{port}",
        },
    )
    kept = "".join(f"{kind}_temp_path {place}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    around = f"daemon off; pid {place}/pid; error_log stderr; events {{}} http {{ access_log off; {kept}\n{server}\n}}"
    (place / "nginx.conf").write_text(around)
    return [str(installed("nginx")), "-p", str(place), "-c", str(place / "nginx.conf"), "-e", "stderr"]


def _caddy(place: Path, own: int, port: int) -> list[str]:
    """Without TLS: for a name of this machine Caddy would make a certificate authority and ask to install it."""
    site = _with(documented("caddy"), {"bank.example": f"http://127.0.0.1:{own}", "127.0.0.1:8080": f"127.0.0.1:{port}"})
    (place / "Caddyfile").write_text("{\n\tadmin off\n\tauto_https off\n}\n" + site)
    return [str(installed("caddy")), "run", "--config", str(place / "Caddyfile"), "--adapter", "caddyfile"]


def _haproxy(place: Path, own: int, port: int) -> list[str]:
    certificate, key = _certificate(place)
    both = place / "haproxy.pem"
    both.write_text(certificate.read_text() + key.read_text())
    changes = {
        "bind :443 ssl crt /etc/ssl/bank.example/haproxy.pem": f"bind 127.0.0.1:{own} ssl crt {both}",
        "127.0.0.1:8080": f"127.0.0.1:{port}",
    }
    (place / "haproxy.cfg").write_text(_with(documented("haproxy"), changes))
    return [str(installed("haproxy")), "-db", "-f", str(place / "haproxy.cfg")]


WRITERS: Mapping[str, Callable[[Path, int, int], list[str]]] = {"nginx": _nginx, "caddy": _caddy, "haproxy": _haproxy}


def _with(text: str, changes: Mapping[str, str]) -> str:
    for old, new in changes.items():
        assert old in text, f"{old!r} is not in the example"
        text = text.replace(old, new)
    return text


def _certificate(place: Path) -> tuple[Path, Path]:
    certificate, key = place / "certificate.pem", place / "key.pem"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
    command += ["-subj", "/CN=bank.example", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(command, check=True, capture_output=True)
    return certificate, key
