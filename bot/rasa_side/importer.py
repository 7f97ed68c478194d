"""How Rasa reads ``domain/`` and ``data/`` for a training (``importers`` in config.yml): a business's words take the place of the
general ones, a rule for any form, or for any deed that needs proof, is written once, and what an article answers needs none.

Rasa's own importer joins the files in no set order, and wants a rule for each form. docs/designing.md has this for designers.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import rasa.shared.utils.io as rasa_io
from rasa.shared.core.domain import Domain
from rasa.shared.core.training_data.story_reader.yaml_story_reader import CORE_SCHEMA_FILE, YAMLStoryReader
from rasa.shared.core.training_data.structures import StoryGraph
from rasa.shared.exceptions import RasaException
from rasa.shared.importers.importer import TrainingDataImporter
from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.importers.utils import training_data_from_paths
from rasa.shared.nlu.training_data.training_data import TrainingData
from rasa.shared.utils.validation import validate_yaml_schema

from bot import domain_files
from bot.languages.declared import Languages, LanguagesError
from bot.languages.texts import conditional
from bot.ports.levels import Levels, LevelsError
from bot.rasa_side import by_article
from bot.rasa_side.any_form import Meant

VERSION = "3.1"


class Importer(TrainingDataImporter):  # type: ignore[misc]  # Rasa has no types, and asks for a subclass
    """``bot.rasa_side.importer.Importer``."""

    def __init__(
        self, config_file: str | None = None, domain_path: str | None = None, training_data_paths: list[str] | str | None = None
    ) -> None:
        self._files = RasaFileImporter(config_file, domain_path, training_data_paths)
        self._domain = Path(domain_path) if domain_path else None
        self._read: dict[str, Any] | None = None

    def get_domain(self) -> Domain:
        """The general domain with the business's in and over it. Raises RasaException (nothing is trained) for a bad file."""
        content, meant = self._content(), self._meant()
        return Domain.from_dict({**content, "slots": meant.in_slots(content.get("slots") or {})}) if content else Domain.empty()

    def get_stories(self, exclusion_percentage: int | None = None) -> StoryGraph:
        """Stories as they are, rules for any form as one for each, and one for each intent that an article answers.
        ``exclusion_percentage`` is for Rasa's learning curves: none of ours."""
        domain, meant = self.get_domain(), self._meant()
        steps = [step for path in self._files._story_files for step in _steps(path, domain, meant)]
        return StoryGraph([*steps, *self._by_article(domain)])

    def get_conversation_tests(self) -> StoryGraph:
        """See Rasa."""
        return self._files.get_conversation_tests()

    def get_config(self) -> dict[str, Any]:
        """See Rasa."""
        config: dict[str, Any] = self._files.get_config()
        return config

    def get_config_file_for_auto_config(self) -> str | None:
        """See Rasa."""
        path: str | None = self._files.get_config_file_for_auto_config()
        return path

    def get_nlu_data(self, language: str | None = "en") -> TrainingData:
        """The sentences in English, and those of each other language that is declared, marked with it."""
        files: dict[str, list[str]] = {}
        for path in self._files._nlu_files:
            files.setdefault(_language_of(Path(path)), []).append(path)
        data: TrainingData = training_data_from_paths(files.get("", []), language or "en")
        for other in self._languages().others:
            more = training_data_from_paths(files.get(other, []), other)
            for example in more.training_examples:
                example.set("metadata", {**(example.get("metadata") or {}), "language": other})
            data = data.merge(more)
        return data

    def _content(self) -> dict[str, Any]:
        if self._read is None:
            content = domain_files.domain_of(map(_checked, self._paths()))
            for language in self._languages().others:
                _translate(content, domain_files.domain_of(map(_checked, self._paths(language))), language)
            self._read = content
        return self._read

    def _languages(self) -> Languages:
        try:
            return Languages.from_domain(self._domain) if self._domain and self._domain.is_dir() else Languages()
        except LanguagesError as error:
            raise RasaException(str(error)) from error

    def _paths(self, language: str = "") -> list[Path]:
        if self._domain is None:
            return []
        found = domain_files.paths(self._domain, language) if self._domain.is_dir() else [self._domain]
        return [path for path in found if Domain.is_domain_file(path)]

    def _by_article(self, domain: Domain) -> list[Any]:
        """A rule for each intent that an article beside the domain answers."""
        folder = self._domain.parent / by_article.ARTICLES if self._domain else None
        if folder is None or not folder.is_dir():
            return []
        try:
            rules = list(by_article.rules(by_article.intents(folder, domain.intents)))
        except by_article.ByArticleError as error:
            raise RasaException(str(error)) from error
        steps: list[Any] = YAMLStoryReader(domain, str(folder)).read_from_parsed_yaml({"version": VERSION, "rules": rules})
        return steps

    def _meant(self) -> Meant:
        forms = tuple(self._content().get("forms") or ())
        try:
            levels = Levels.from_domain(self._domain) if self._domain and self._domain.is_dir() else Levels()
        except LevelsError as error:
            raise RasaException(str(error)) from error
        return Meant(forms, tuple(levels.actions))


def _translate(content: dict[str, Any], given: Mapping[str, Any], language: str) -> None:
    """Put a language's texts beside the English ones; what has no English text is not said by anybody."""
    responses = content.get("responses") or {}
    for name, texts in (given.get("responses") or {}).items():
        if name in responses:
            english = [one for one in responses[name] if "condition" not in one]
            responses[name] = [*responses[name], *conditional(english, texts, language)]


def _language_of(path: Path) -> str:
    """Of a file below ``data/nlu/``, as ``domain_files`` has it for ``domain/``."""
    place = next((parent for parent in path.parents if parent.name == "nlu"), None)
    return domain_files.language_of(place, path) if place else ""


def _checked(path: Path) -> Mapping[str, Any]:
    """A domain file's content, once Rasa has found nothing wrong in it."""
    Domain.from_file(path)
    content: Mapping[str, Any] = rasa_io.read_yaml_file(path)
    return content


def _steps(path: str, domain: Domain, meant: Meant) -> list[Any]:
    """The stories and rules of one file."""
    text = rasa_io.read_file(path)
    validate_yaml_schema(text, CORE_SCHEMA_FILE)
    content = rasa_io.read_yaml(text)
    reader = YAMLStoryReader(domain, path)
    steps: list[Any] = reader.read_from_parsed_yaml({**content, "rules": list(meant.rules(content.get("rules") or ()))})
    return steps
