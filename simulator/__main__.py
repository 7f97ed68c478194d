"""``python -m simulator --port 8090 --public-url http://127.0.0.1:8080``: the simulator alone.

Secrets are read from a file (``--secrets``, JSON: ``auth_token``, ``app_secret``, ``verify_token``, ``page_token``, and
``api_key_secret`` for browsers that are rung), never from the command line, where every user of the machine could see them.
Without one, fresh secrets are made and written to that file.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import sys
from pathlib import Path

from aiohttp import web

from simulator.app import create_app
from simulator.settings import SimulatorSettings

BROWSERS = "api_key_secret"
SECRETS = ("auth_token", "app_secret", "verify_token", "page_token")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m simulator", description="A stand-in for Twilio and Messenger, with a page.")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--public-url", required=True, help="where webhooks go: the installation's public base URL")
    parser.add_argument("--secrets", type=Path, required=True, help="JSON file with the shared secrets; made when absent")
    parser.add_argument("--account-sid", default="AC" + "0" * 32)
    parser.add_argument("--api-key-sid", default="SK" + "0" * 32)
    parser.add_argument("--sms-number", default="+12125550100")
    parser.add_argument("--voice-number", default="+12125550101")
    parser.add_argument("--pace", type=float, default=1.0, help="1: speech takes its time; 0: none")
    return parser.parse_args()


def load_secrets(path: Path) -> dict[str, str]:
    """The secrets of the file, which is made (mode 0600) when it does not exist."""
    if not path.exists():
        made = {name: secrets.token_hex(16) for name in (*SECRETS, BROWSERS)}
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump(made, file)
    known = json.loads(path.read_text())
    if missing := [name for name in SECRETS if not isinstance(known.get(name), str)]:
        raise SystemExit(f"{path} lacks {', '.join(missing)}")
    return {BROWSERS: str(known.get(BROWSERS, "")), **{name: known[name] for name in SECRETS}}


def main() -> None:
    """Serve on the loopback address until interrupted."""
    wanted = _arguments()
    own_url = f"http://127.0.0.1:{wanted.port}/simulator"
    shared = load_secrets(wanted.secrets)
    settings = SimulatorSettings(
        public_url=wanted.public_url,
        own_url=own_url,
        account_sid=wanted.account_sid,
        sms_number=wanted.sms_number,
        voice_number=wanted.voice_number,
        pace=wanted.pace,
        auth_token=shared["auth_token"],
        app_secret=shared["app_secret"],
        verify_token=shared["verify_token"],
        page_token=shared["page_token"],
        api_key_sid=wanted.api_key_sid,
        api_key_secret=shared[BROWSERS],
    )
    sys.stdout.write(f"simulator: {own_url}/\n")
    outer = web.Application()
    outer.add_subapp("/simulator", create_app(settings))
    web.run_app(outer, host="127.0.0.1", port=wanted.port, access_log=None, print=lambda _: None)


if __name__ == "__main__":
    main()
