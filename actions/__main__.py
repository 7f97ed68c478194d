"""``python -m actions``: the action server on SANIC_HOST:ACTION_PORT (127.0.0.1:5055) with the bank at DATABASE_URL."""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from actions.bank import DATABASE, Bank, engine_for
from actions.registry import bank_skills
from bot.skills.action_server.run import serve
from bot.skills.action_server.settings import SettingError
from bot.skills.business import Business
from bot.skills.parsing.names import Names, NoPeople, People, SpacyPeople
from knowledge.library import Library
from knowledge.reading import ArticleError
from language_model.endpoint import from_environ
from language_model.model import model_at

log = logging.getLogger("actions")


def main() -> int:
    """Serve until SIGINT or SIGTERM; 2 when a setting is wrong."""
    return serve(harbour_bank)


def harbour_bank(environ: Mapping[str, str]) -> Business:
    """The bank at ``DATABASE_URL``. SettingError."""
    bank, model = Bank(_engine(environ.get("DATABASE_URL") or DATABASE)), model_at(from_environ(environ))
    return bank_skills(bank, Names(_people()), _articles(environ), model)


def _articles(environ: Mapping[str, str]) -> Library:
    """The articles in this folder, with the addresses of their pages. SettingError for one that cannot be used."""
    public = environ.get("PUBLIC_URL", "").rstrip("/")
    try:
        return Library.open(pages=f"{public}/help" if public else "").warm()
    except ArticleError as error:
        raise SettingError(str(error)) from None


def _engine(url: str) -> Engine:
    """SettingError for an address that names no database we have a driver for; it may hold a password, so it is not told."""
    try:
        return engine_for(url)
    except (SQLAlchemyError, ImportError, ValueError) as error:
        raise SettingError(
            f"DATABASE_URL cannot be used ({type(error).__name__}): write postgresql+psycopg://... or sqlite:///..."
        ) from None


def _people() -> People:
    try:
        return SpacyPeople()
    except (ImportError, OSError):
        log.warning("spaCy or its model en_core_web_sm is missing: names are found by plain rules alone")
        return NoPeople()


if __name__ == "__main__":
    sys.exit(main())
