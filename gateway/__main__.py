"""``python -m gateway``: one gateway process, until SIGTERM or Ctrl-C."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import sys

import uvloop

from bot.domain_files import DomainFileError
from bot.handoff.about_the_wait import WaitingError
from bot.languages.declared import LanguagesError
from bot.model.retention import RetentionError
from bot.ports import StoreUnavailable
from bot.transcript.continuity import CarryOverError
from bot.transcript.wording import WordingError
from gateway.app import serving
from gateway.observe import logs
from gateway.observe.tracing import TracingUnavailable
from gateway.settings.config import Settings
from gateway.settings.kinds import ConfigError
from knowledge.reading import ArticleError
from records.errors import RecordsRefused

DESIGNERS_FILES = (WordingError, LanguagesError, CarryOverError, WaitingError, RetentionError, DomainFileError, ArticleError)
REFUSALS = (*DESIGNERS_FILES, TracingUnavailable, RecordsRefused, StoreUnavailable, OSError)
"""What stops the start with one sentence."""


async def run(settings: Settings) -> None:
    """Serve until asked to stop."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with serving(settings):
        gc.collect()
        gc.freeze()  # what stands now stays: the collector need not walk through it every few turns
        await stop.wait()


def main() -> int:
    """0 after a clean stop, 2 when the configuration is wrong, 3 when something it needs is missing."""
    try:
        settings = Settings.from_env(os.environ)
    except ConfigError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    logs.configure(settings.log_level)
    try:
        uvloop.run(run(settings))
    except REFUSALS as error:
        sys.stderr.write(f"The gateway cannot start: {error}\n")
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main())
