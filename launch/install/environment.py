"""From what a person set to what the parts get: the rest is filled in, and all is checked by the gateway's own code."""

from __future__ import annotations

import errno
import hashlib
import random
import socket
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from gateway.settings.config import Settings
from gateway.settings.kinds import ConfigError, in_url
from gateway.settings.variables import VARIABLES
from launch.install.installation import Installation, Secrets, StartError

CREDENTIALS = tuple(
    v.name
    for v in VARIABLES
    if v.name.startswith(("TWILIO_", "MESSENGER_"))
    and not v.name.endswith(("_API_URL", "_PAGE_ID", "_VERIFY_SERVICE", "_VERIFY_FALLBACK", "_VERIFY_URL"))
)
"""Variables that mean a real vendor account."""

SIMULATED_NUMBERS = ("+13125550190", "+13125550191")
"""The business's own numbers in the simulator (SMS, voice), from the range kept for fiction."""

PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "SSL_CERT_FILE", "LD_LIBRARY_PATH")
"""What every part may know of the surrounding system. PYTHONDONTWRITEBYTECODE is not among them: with it, each start
of Rasa compiles two thousand modules anew."""

LEAN = {"PYTHONUNBUFFERED": "1", "MALLOC_ARENA_MAX": "2", "OPENBLAS_NUM_THREADS": "1"}
"""For every part: logs at once, glibc's per-thread heaps kept few (measured: tens of MB in Rasa), and sums with matrices on one
core: ours are small, and two threads take longer to agree, turning in circles while they wait."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What will be started, with which settings. A port is None where a person named a server of their own."""

    settings: Settings
    gateway_env: Mapping[str, str] = field(repr=False)
    secrets: Secrets
    valkey_port: int | None
    rasa_port: int | None
    action_port: int | None

    @property
    def internal_host(self) -> str:
        """Where the internal listener can be reached from this machine."""
        return _reached_at(self.settings.internal_host)


def _reached_at(host: str) -> str:
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)


def home_of(values: Mapping[str, str], root: Path) -> Path:
    """The installation's folder; a relative one is below ``root``."""
    return (root / (values.get("ONETHREAD_HOME", "").strip() or ".onethread")).absolute()


def plan(values: Mapping[str, str], place: Installation) -> Plan:
    """Fill in and check. Raises ConfigError."""
    secrets = place.secrets()
    env = {variable.name: values[variable.name] for variable in VARIABLES if values.get(variable.name, "").strip()}
    env["ONETHREAD_HOME"] = str(place.home)
    own_valkey, own_rasa = "REDIS_URL" not in env, "RASA_URL" not in env
    if not own_rasa and "RASA_TOKEN" not in env:
        raise ConfigError("RASA_TOKEN is missing, and RASA_URL is set: your own Rasa server is asked with its token.")
    ports = iter(free_ports(3))
    valkey_port = next(ports) if own_valkey else None
    rasa_port, action_port = (next(ports), next(ports)) if own_rasa else (None, None)
    if own_valkey:
        env["REDIS_URL"] = f"redis://:{secrets.valkey_password}@127.0.0.1:{valkey_port}/0"
    if own_rasa:
        env["RASA_URL"] = f"http://127.0.0.1:{rasa_port}"
        env.setdefault("ACTION_SERVER_URL", f"http://127.0.0.1:{action_port}")
        env.setdefault("SECOND_FACTOR_URL", f"http://127.0.0.1:{action_port}/second-factor")
        env.setdefault("SECOND_FACTOR_TOKEN", hashlib.sha256(f"second factor:{secrets.internal_api_token}".encode()).hexdigest())
    env.setdefault("ACTION_TOKEN", hashlib.sha256(f"action server:{secrets.internal_api_token}".encode()).hexdigest())
    env.setdefault("RASA_TOKEN", secrets.rasa_token)
    env.setdefault("INTERNAL_API_TOKEN", secrets.internal_api_token)
    env.setdefault("DATABASE_URL", f"sqlite:///{place.home / 'bank.sqlite'}")
    env.setdefault("RECORDS_URL", f"sqlite:///{place.home / 'records.sqlite'}")
    if _simulate(env):
        env |= _simulated(env, secrets)
    settings = Settings.from_env(env)
    gateway_env = {name: value for name, value in env.items() if name != "ACTION_TOKEN"}  # Rasa's and the actions' alone
    return Plan(settings, gateway_env, secrets, valkey_port, rasa_port, action_port)


def part_env(system: Mapping[str, str], own: Mapping[str, str]) -> dict[str, str]:
    """The whole environment of one part: no more than it needs."""
    return {name: system[name] for name in PASSED_ON if name in system} | LEAN | dict(own)


def check_ports(settings: Settings) -> None:
    """Raises ConfigError when a port that people were told is taken."""
    listeners = (
        ("PUBLIC_PORT", settings.public_host, settings.public_port),
        ("INTERNAL_PORT", settings.internal_host, settings.internal_port),
    )
    for name, host, port in listeners:
        try:
            family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
            with socket.socket(family) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(address)
        except OSError as error:
            raise ConfigError(_port_sentence(name, host, port, error)) from None


def _port_sentence(name: str, host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"{name} {port} is in use by another program: stop that one, or set {name} to a free port."
    if error.errno == errno.EACCES:
        return f"{name} {port} needs more rights than this account has: set {name} above 1023."
    return f"{name.replace('PORT', 'HOST')} {host} cannot be listened on: {error.strerror}."


def free_ports(count: int) -> list[int]:
    """Loopback ports that nobody listens on at this moment, all different. Raises StartError. They lie below those that systems
    give to outgoing connections (Linux: from 32,768, BSD and macOS: from 49,152): a part listens seconds later, and till then
    a connection would take one that was found free."""
    found: list[int] = []
    for port in random.sample(INNER_PORTS, min(TRIES, len(INNER_PORTS))):
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            found.append(port)
        if len(found) == count:
            return found
    raise StartError("No free port on this machine.")


INNER_PORTS = range(12_000, 32_000)
TRIES = 1000


def _simulate(env: Mapping[str, str]) -> bool:
    """Whether the simulator stands in for the vendors: when none is configured, unless told not to."""
    wish = env.get("SIMULATOR", "").strip().lower()
    real = [name for name in CREDENTIALS if name in env]
    if real and wish == "on":
        raise ConfigError(f"SIMULATOR is on, and {real[0]} is set: it never stands beside a real account; remove one of them.")
    return not real and wish in ("", "on")


def _simulated(env: Mapping[str, str], secrets: Secrets) -> dict[str, str]:
    """The vendors' side of an installation without accounts; served by the gateway's internal listener."""
    host = in_url(_reached_at(env.get("INTERNAL_HOST", "").strip() or "127.0.0.1"))
    base = f"http://{host}:{env.get('INTERNAL_PORT', '8081').strip()}/simulator"
    return {
        "SIMULATOR": "on",
        "TWILIO_ACCOUNT_SID": secrets.simulated_account_sid,
        "TWILIO_AUTH_TOKEN": secrets.simulated_auth_token,
        "TWILIO_SMS_NUMBER": SIMULATED_NUMBERS[0],
        "TWILIO_VOICE_NUMBER": SIMULATED_NUMBERS[1],
        "TWILIO_API_URL": f"{base}/twilio",
        "TWILIO_VERIFY_URL": f"{base}/verify",
        "TWILIO_API_KEY_SID": secrets.simulated_api_key_sid,
        "TWILIO_API_KEY_SECRET": secrets.simulated_api_key_secret,
        "TWILIO_VOICE_SDK_URL": f"{base}/voice-sdk.js",
        "MESSENGER_APP_SECRET": secrets.simulated_app_secret,
        "MESSENGER_VERIFY_TOKEN": secrets.simulated_verify_token,
        "MESSENGER_PAGE_TOKEN": secrets.simulated_page_token,
        "MESSENGER_API_URL": f"{base}/graph",
    }
