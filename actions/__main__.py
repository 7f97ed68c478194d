"""``python -m actions``: the action server on SANIC_HOST:ACTION_PORT (127.0.0.1:5055) with the bank at DATABASE_URL."""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path

import uvloop
from aiohttp import web

from actions.bank import Bank, engine_for
from actions.names import Names, NoPeople, People, SpacyPeople
from actions.registry import all_actions, executor_for
from actions.second_factor import second_factor
from actions.server import create_app
from actions.settings import SettingError, Settings
from bot.levels import Levels, LevelsError

log = logging.getLogger("actions")


def main() -> int:
    """Serve until SIGINT or SIGTERM; 2 when a setting is wrong."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("rasa_sdk").setLevel(logging.WARNING)
    try:
        settings, levels = Settings.from_environ(os.environ), Levels.from_domain(Path("domain"))
    except (SettingError, LevelsError) as error:
        print(error, file=sys.stderr)
        return 2
    bank = Bank(engine_for(settings.database_url))
    executor = executor_for(all_actions(bank, Names(_people())), levels)
    web.run_app(
        create_app(executor, second_factor(bank, settings.second_factor_token)),
        host=settings.host,
        port=settings.port,
        access_log=None,
        print=None,
        loop=uvloop.new_event_loop(),
    )
    return 0


def _people() -> People:
    try:
        return SpacyPeople()
    except (ImportError, OSError):
        log.warning("spaCy or its model en_core_web_sm is missing: names are found by plain rules alone")
        return NoPeople()


if __name__ == "__main__":
    sys.exit(main())
