"""All that is looked for, in two steps: what each file is by itself, then what they say of each other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from check import articles, config, entities, journeys, library, phone, scripts, settings, understanding, usage, wishes
from check.files import kinds, shape, unread
from check.findings import Finding
from check.flow import dialogue, forms, slot_values, steps
from check.reading import layers
from check.reading.assistant import Assistant, load
from check.sentences import copies, withheld, wording
from check.translation import languages

Rule = Callable[[Assistant], Iterator[Finding]]
SHAPE: tuple[Rule, ...] = (unread.files, shape.files, shape.tops, shape.keys, kinds.kinds)
"""Of each file by itself."""

MEANING: tuple[Rule, ...] = (
    config.config,
    config.endpoints,
    understanding.intents,
    understanding.form,
    understanding.twice,
    entities.found,
    entities.lists,
    entities.sent,
    dialogue.names,
    dialogue.contradictions,
    steps.steps,
    steps.checkpoints,
    steps.against_rules,
    slot_values.in_rules,
    slot_values.initial,
    slot_values.conditions,
    forms.forms,
    forms.mappings,
    layers.general,
    dialogue.forms_go_on,
    dialogue.answered,
    wording.channels,
    wording.by_sms,
    wording.aloud,
    wording.placeholders,
    wording.options,
    wording.gateway,
    copies.texts,
    copies.options,
    usage.dead,
    usage.missing,
    usage.actions,
    usage.twice,
    usage.slots,
    settings.levels,
    settings.slots,
    settings.wishes,
    wishes.words,
    wishes.begins,
    wishes.titles,
    settings.waiting,
    settings.signals,
    settings.retention,
    settings.desk,
    settings.queues,
    phone.voice,
    phone.commands,
    withheld.told,
    journeys.scripts,
    scripts.words,
    articles.articles,
    library.library,
    languages.languages,
    languages.by_phone,
    languages.texts,
    languages.aloud,
    languages.refusals,
    languages.articles,
    languages.examples,
)
"""Of all files together. A new kind of file is a folder in ``assistant.load`` and a rule here."""


def findings(root: Path) -> list[Finding]:
    """Everything that is wrong below ``root``. A file that cannot be read hides what it holds, so nothing is said of the
    others beside their own form then."""
    assistant = load(root)
    found = {one for document in assistant.documents for one in document.mistakes()}
    formed = {one for rule in SHAPE for one in rule(assistant)}
    found |= formed
    if all(document.parsed.readable for document in assistant.documents):
        told = _meant(assistant)
        found |= {one for rule in MEANING for one in (_as_far(rule, told) if formed else rule(told))}
    return sorted(found)


def _as_far(rule: Rule, assistant: Assistant) -> Iterator[Finding]:
    """What a rule finds until it comes upon a value of a kind that is told already."""
    with suppress(AttributeError, KeyError, TypeError, ValueError):
        yield from rule(assistant)


def _meant(assistant: Assistant) -> Assistant:
    """With the slips at the top of a file taken for what they were meant to be: each is told once."""
    return replace(assistant, domain=tuple(map(shape.meant, assistant.domain)), data=tuple(map(shape.meant, assistant.data)))
