"""libyaml's reading is Rasa's: the same values of the same types, the same errors in the same words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import rasa
import rasa.shared.utils.io as rasa_io
import rasa.shared.utils.validation as checks
import yaml
from hypothesis import given, settings
from hypothesis import strategies as some
from rasa.shared.constants import DOMAIN_SCHEMA_FILE

from bot.rasa_side.patches.yaml_swift import Unusual, kept, parser, swift

ROOT = Path(__file__).parents[3]
OURS = sorted(
    [
        *ROOT.glob("*.yml"),
        *(ROOT / "domain").rglob("*.y*ml"),
        *(ROOT / "data").rglob("*.y*ml"),
        *(ROOT / "tests" / "rasa_side" / "toy").rglob("*.y*ml"),
        *(Path(rasa.__file__).parent / "shared").rglob("*.yml"),
    ]
)
NODES = parser()
pytestmark = pytest.mark.skipif(NODES is None, reason="PyYAML was built without libyaml")
WORDS = """
    yes no on off y true True TRUE false ~ null Null NULL 0 -0 7 -7 +7 010 0o14 0x1F 1_000 1e3 1.5 -1.5 1. .5 .inf .nan 1.5e3
    12:30 1:2 2026-11-27 2026-11-27T10:00:00Z = << * & ! % @ ` | > - ? : a:b a: #x x#y 'it''s' "\\u00e9" "\\U0001F600" \\u0041
    [] {} [a,b] {a: 1} {a:1} [a: 1] "a\\tb" ${HOME} ${NOT_SET_ANYWHERE} !!str !!int !x &a *a a\u2028b \u00e9 \U0001f600 \\/ "\\/"
""".split()


def theirs(text: str) -> Any:
    return rasa_io.read_yaml.__wrapped__(text)  # type: ignore[attr-defined]


def outcome(read: Any, *args: Any) -> str:
    """The value with its types, or the error with its words."""
    try:
        return repr(read(*args))
    except Exception as error:  # noqa: BLE001 - any of them is compared
        return f"{type(error).__name__}: {error}"


@pytest.mark.parametrize("path", OURS, ids=lambda path: path.name)
def test_every_file_of_ours_and_of_rasas_means_the_same(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert outcome(rasa_io.read_yaml, text) == outcome(theirs, text)


def test_our_files_are_all_read_by_libyaml() -> None:
    assert NODES is not None
    for path in (ROOT / "domain").rglob("*.yml"):
        assert swift(path.read_text(encoding="utf-8"), NODES)


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize("text", ["{}", "a: {}", "- {}", "{}: 1", "a: [{}]", "a:\n  - b: {}\n    c: {}\n", "x: |\n  {}\n"])
def test_every_kind_of_word_means_the_same_everywhere(text: str, word: str) -> None:
    whole = text.replace("{}", word)
    assert outcome(rasa_io.read_yaml, whole) == outcome(theirs, whole)


TEXTS = [
    "",
    "# only\n",
    "a: 1\na: 2\n",
    "a: &x {b: 1}\nc: {<<: *x}\n",
    "a: &x [1]\nb: *x\n",
    "--- 1\n--- 2\n",
    "%YAML 1.1\n---\na: yes\n",
    "a: [1\n",
    "\ta: 1\n",
    "a: 'x\n  y'\n",
    "a: >\n  x\n\n  y\nb: >-\n  z\n",
    "? [1, 2]\n: 3\n",
    "1: a\nnull: b\n",
    "a: b: c\n",
    "a: [! , !]\nb: {c: !}\n",
]
REFUSED = ["intents: 3\n", "responses:\n  utter_a:\n    text: no list\n", "slots: {a: {type: 7}}\n", "a: 1\na: 2\n"]


@pytest.mark.parametrize("text", TEXTS)
def test_whole_texts_mean_the_same_or_are_refused_in_the_same_words(text: str) -> None:
    assert outcome(rasa_io.read_yaml, text) == outcome(theirs, text)


PLAIN = some.none() | some.booleans() | some.integers() | some.floats(allow_nan=False)
VALUES = some.recursive(
    PLAIN | some.text(max_size=12) | some.sampled_from(WORDS),
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.text(max_size=6), inner, max_size=3),
    max_leaves=10,
)


@settings(max_examples=60, deadline=None)
@given(VALUES, some.booleans(), some.sampled_from([None, "'", '"', "|"]))
def test_whatever_is_written_is_read_the_same(value: Any, flow: bool, style: str | None) -> None:
    text = yaml.safe_dump(value, default_flow_style=flow, default_style=style, allow_unicode=True)
    assert outcome(rasa_io.read_yaml, text) == outcome(theirs, text)


@pytest.mark.parametrize("text", REFUSED)
def test_what_a_schema_refuses_is_told_as_before_with_its_line(text: str) -> None:
    before = checks.validate_yaml_schema.__wrapped__  # type: ignore[attr-defined]
    told = outcome(before, text, DOMAIN_SCHEMA_FILE)
    assert told != "None"
    assert [outcome(checks.validate_yaml_schema, text, DOMAIN_SCHEMA_FILE) for _ in range(2)] == [told, told]


def test_a_text_is_parsed_once_and_each_reader_may_change_what_it_got() -> None:
    parsed: list[str] = []

    def parse(text: str) -> dict[str, list[str]]:
        parsed.append(text)
        return {"a": [text]}

    read = kept(parse)
    read("x")["a"].append("changed")
    assert read("x") == {"a": ["x"]} and parsed == ["x"]


def test_what_is_not_plain_goes_rasas_own_way() -> None:
    assert NODES is not None
    for text in ("a: 2026-11-27", "a: !x 1", "a: 0x1F", "a: {<<: {b: 1}}", "a\u2028: 1"):
        with pytest.raises((Unusual, yaml.YAMLError)):
            swift(text, NODES)
