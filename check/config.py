"""``config.yml`` and ``endpoints.yml``: components and policies that there are, with thresholds that can be."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from check.files.shape import unknown
from check.findings import WARNING, Finding, near
from check.reading.assistant import Assistant
from check.reading.documents import Document, Key

CONFIG = frozenset("recipe assistant_id language importers pipeline policies version".split())
ENDPOINTS = frozenset("action_endpoint nlg tracker_store lock_store event_broker models model nlu".split())
ENDPOINT = frozenset(
    "url type headers token token_name token_type basic_auth params cafile verify_ssl host port db username password "
    "key_prefix use_ssl ssl_certfile ssl_keyfile ssl_ca_certs socket_timeout record_exp dialect query timeout topic "
    "queues exchange_name".split()
)
RECIPES = frozenset({"default.v1", "graph.v1"})
COMPONENTS = frozenset(
    "WhitespaceTokenizer JiebaTokenizer MitieTokenizer SpacyTokenizer RegexFeaturizer LexicalSyntacticFeaturizer "
    "CountVectorsFeaturizer MitieFeaturizer SpacyFeaturizer ConveRTFeaturizer LanguageModelFeaturizer MitieNLP SpacyNLP "
    "DIETClassifier LogisticRegressionClassifier SklearnIntentClassifier KeywordIntentClassifier MitieIntentClassifier "
    "FallbackClassifier CRFEntityExtractor DucklingEntityExtractor MitieEntityExtractor SpacyEntityExtractor "
    "RegexEntityExtractor EntitySynonymMapper ResponseSelector".split()
)
POLICIES = frozenset("MemoizationPolicy AugmentedMemoizationPolicy RulePolicy TEDPolicy UnexpecTEDIntentPolicy".split())
LEARN = POLICIES - {"RulePolicy"}
"""Policies that learn from stories."""

SETTINGS: Mapping[str, frozenset[str]] = {
    name: frozenset(("name", *settings.split()))
    for name, settings in {
        "WhitespaceTokenizer": "intent_tokenization_flag intent_split_symbol token_pattern prefix_separator_symbol",
        "RegexFeaturizer": "case_sensitive use_lookup_tables use_regexes use_word_boundaries number_additional_patterns",
        "LexicalSyntacticFeaturizer": "features alias",
        "CountVectorsFeaturizer": "use_shared_vocab analyzer strip_accents stop_words min_df max_df min_ngram max_ngram "
        "max_features lowercase OOV_token OOV_words use_lemma alias additional_vocabulary_size",
        "LogisticRegressionClassifier": "class_weight max_iter solver tol random_state ranking_length",
        "FallbackClassifier": "threshold ambiguity_threshold",
        "bot.rasa_side.nlu.vectors.SentenceVectors": "alias",
        "bot.rasa_side.nlu.ngrams.Ngrams": "alias words shortest longest least",
        "bot.rasa_side.nlu.classifier.CalibratedClassifier": "dense_weight rate decay seed ranking_length",
        "EntitySynonymMapper": "",
        "MemoizationPolicy": "max_history priority enable_feature_string_compression use_nlu_confidence_as_score",
        "AugmentedMemoizationPolicy": "max_history priority enable_feature_string_compression use_nlu_confidence_as_score",
        "RulePolicy": "core_fallback_threshold core_fallback_action_name enable_fallback_prediction priority "
        "restrict_rules check_for_contradictions use_nlu_confidence_as_score",
    }.items()
}
"""Of the components that are listed here; others take what they like."""


def config(assistant: Assistant) -> Iterator[Finding]:
    """``config.yml``."""
    document = assistant.settings.get("config.yml")
    if document is None:
        yield Finding("config.yml", 1, "The file is missing: it says how the assistant is trained.")
        return
    yield from unknown(document, (), CONFIG, "config.yml")
    recipe = document.value("recipe")
    if recipe is not None and recipe not in RECIPES:
        yield document.finding(("recipe",), f"There is no recipe {recipe}.{near(recipe, RECIPES)}")
    for key, kind, known in (("pipeline", "component", COMPONENTS), ("policies", "policy", POLICIES)):
        if key in (document.content or {}) and not isinstance(document.value(key), list):
            yield document.finding((key,), f"{key}: needs a list below it: - name: ...")
        yield from _parts(assistant.root, document, key, kind, known)
    yield from _imported(assistant.root, document)
    yield from _whole(assistant, document)


def _parts(root: Path, document: Document, section: str, kind: str, known: Collection[str]) -> Iterator[Finding]:
    for key, part in document.entries(section):
        name = part.get("name") if isinstance(part, Mapping) else None
        if not isinstance(name, str):
            yield document.finding(key, f"A {kind} has a name: - name: ...")
        elif "." in name:
            yield from _dotted(root, document, (*key, "name"), name)
            yield from (unknown(document, key, SETTINGS[name], name.rpartition(".")[2]) if name in SETTINGS else ())
        elif name not in known:
            yield document.finding((*key, "name"), f"There is no {kind} {name}.{near(name, known)}")
        else:
            yield from (unknown(document, key, SETTINGS[name], name) if name in SETTINGS else ())
            yield from _numbers(document, key, part)


def _numbers(document: Document, key: Key, part: Mapping[str, Any]) -> Iterator[Finding]:
    for name, value in part.items():
        if str(name).endswith("threshold") and not (isinstance(value, int | float) and 0 <= value <= 1):
            yield document.finding((*key, name), f"{name} is a number from 0 to 1, not {value}.")
        if name in COUNTED and value is not None and not (isinstance(value, int) and value > 0):
            yield document.finding((*key, name), f"{name} is a whole number, not {value}.")
    low, high = part.get("min_ngram"), part.get("max_ngram")
    if isinstance(low, int) and isinstance(high, int) and low > high:
        yield document.finding((*key, "min_ngram"), f"min_ngram is {low}, and max_ngram only {high}.")


def _dotted(root: Path, document: Document, key: Key, name: str) -> Iterator[Finding]:
    """A class of ours: its file has to be there, with a class of that name. Others' are Python's to find."""
    module, _, cls = name.rpartition(".")
    path = root / (module.replace(".", "/") + ".py")
    if module.split(".")[0] not in ("bot", "actions"):
        return
    text = path.read_text(encoding="utf-8") if path.is_file() else None
    if text is None:
        there = [one.stem for one in path.parent.glob("*.py")] if path.parent.is_dir() else []
        yield document.finding(key, f"There is no file {module.replace('.', '/')}.py.{near(path.stem, there)}")
    elif not re.search(rf"^class {cls}\b", text, re.M):
        classes = [line.split()[1].split("(")[0].rstrip(":") for line in text.splitlines() if line.startswith("class ")]
        yield document.finding(key, f"{path.relative_to(root)} has no class {cls}.{near(cls, classes)}")


def _imported(root: Path, document: Document) -> Iterator[Finding]:
    for key, part in document.entries("importers"):
        name = part.get("name") if isinstance(part, Mapping) else None
        if isinstance(name, str) and "." in name:
            yield from _dotted(root, document, (*key, "name"), name)


def _whole(assistant: Assistant, document: Document) -> Iterator[Finding]:
    """What rules and the fallback need of the pipeline."""
    policies = {part.get("name") for _, part in document.entries("policies") if isinstance(part, Mapping)}
    components = {part.get("name") for _, part in document.entries("pipeline") if isinstance(part, Mapping)}
    if (
        policies
        and "RulePolicy" not in policies
        and not near("RulePolicy", policies - POLICIES)
        and any(assistant.sections("rules"))
    ):
        yield document.finding(("policies",), "There are rules in data/, and no RulePolicy that would follow them.")
    if policies and not policies & LEARN and not policies - POLICIES and any(_stories(assistant)):
        text = "There are stories in data/, and no policy learns from them: MemoizationPolicy would."
        yield document.finding(("policies",), text, WARNING)
    yield from _order(document)
    unsure = "nlu_fallback" in assistant.intents and components and "FallbackClassifier" not in components
    if unsure and not near("FallbackClassifier", components - COMPONENTS):
        text = "Nothing makes nlu_fallback of what is not understood: FallbackClassifier is missing."
        yield document.finding(("pipeline",), text, WARNING)
    for key, part in document.entries("policies"):
        action = part.get("core_fallback_action_name") if isinstance(part, Mapping) else None
        if action is not None and action not in assistant.actions:
            place = (*key, "core_fallback_action_name")
            yield document.finding(place, f"The domain has no action {action}.{near(action, assistant.actions)}")


CLASSIFIERS = frozenset(name for name in (*COMPONENTS, *SETTINGS) if name.endswith("Classifier")) - {"FallbackClassifier"}
COUNTED = ("max_history", "max_iter", "min_ngram", "max_ngram", "epochs")


EXTRACTORS = frozenset(name for name in COMPONENTS if name.endswith("EntityExtractor")) | {"DIETClassifier"}


def _stories(assistant: Assistant) -> Iterator[Any]:
    return (one for document in assistant.data for one in document.entries("stories"))


def _order(document: Document) -> Iterator[Finding]:
    """A tokenizer first, then features, then a classifier; a component of somebody's own may be any of them."""
    names = [(key, str(part.get("name"))) for key, part in document.entries("pipeline") if isinstance(part, Mapping)]
    own = any(name not in COMPONENTS and name not in SETTINGS for _, name in names)
    tokens = next((number for number, (_, name) in enumerate(names) if name.endswith("Tokenizer")), None)
    for number, (key, name) in enumerate(names):
        if not own and name.endswith("Featurizer") and (tokens is None or number < tokens):
            yield document.finding(key, f"{name} needs words: a tokenizer stands before it, such as WhitespaceTokenizer.")
    yield from _after(document, names, "FallbackClassifier", CLASSIFIERS, "it doubts what a classifier found")
    yield from _after(document, names, "EntitySynonymMapper", EXTRACTORS, "it renames what an extractor found")
    if names and not own and not CLASSIFIERS & {name for _, name in names}:
        yield document.finding(
            ("pipeline",), "Nothing tells intents apart: a classifier is missing, such as LogisticRegressionClassifier."
        )


def _after(document: Document, names: list[tuple[Key, str]], late: str, early: Collection[str], why: str) -> Iterator[Finding]:
    """A component stands behind those whose work it goes on with."""
    for number, (key, name) in enumerate(names):
        behind = [other for _, other in names[number + 1 :] if other in early]
        if name == late and behind:
            yield document.finding(key, f"{late} stands behind {behind[-1].rpartition('.')[2]}: {why}.")


def endpoints(assistant: Assistant) -> Iterator[Finding]:
    """``endpoints.yml``."""
    document = assistant.settings.get("endpoints.yml")
    if document is None:
        yield Finding("endpoints.yml", 1, "The file is missing: it says where the actions run.")
        return
    yield from unknown(document, (), ENDPOINTS, "endpoints.yml")
    if "action_endpoint" not in (document.content or {}) and not near("action_endpoint", (document.content or {}).keys()):
        yield document.finding((), "action_endpoint: is missing: no action would be run.")
    for key, part in document.entries():
        if isinstance(part, Mapping):
            if key[0] == "action_endpoint" and not part.get("url") and not any(near("url", {name}) for name in part):
                yield document.finding(key, "action_endpoint needs the url of the action server.")
            ours = isinstance(part.get("type"), str) and "." in part["type"]  # takes what settings it likes
            if ours:
                yield from _dotted(assistant.root, document, (*key, "type"), part["type"])
            else:
                yield from unknown(document, key, ENDPOINT, str(key[0]))
        elif key[0] in ENDPOINTS:
            yield document.finding(key, f"{key[0]} needs names with their values below it.")
