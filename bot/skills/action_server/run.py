"""Serving a business's assistant: what ``python -m actions`` does."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import uvloop
from aiohttp import web

from bot.ports.levels import Levels, LevelsError
from bot.skills.action_server.app import create_app
from bot.skills.action_server.guard import executor_for
from bot.skills.action_server.second_factor import second_factor
from bot.skills.action_server.settings import SettingError, Settings
from bot.skills.business import Business
from bot.skills.registry import all_actions


def serve(make: Callable[[Mapping[str, str]], Business]) -> int:
    """Serve the general skills and those of the business that ``make`` builds from the environment (it may raise
    SettingError), until SIGINT or SIGTERM; 2 when a setting is wrong."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("rasa_sdk").setLevel(logging.WARNING)
    try:
        settings, levels = Settings.from_environ(os.environ), Levels.from_domain(Path("domain"))
        business = make(os.environ)
    except (SettingError, LevelsError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    routes = second_factor(business.pin_is, settings.second_factor_token)
    app = create_app(
        executor_for(all_actions(business), levels), settings.token, routes, partial(asyncio.to_thread, business.reached)
    )
    web.run_app(app, host=settings.host, port=settings.port, access_log=None, print=None, loop=uvloop.new_event_loop())
    return 0
