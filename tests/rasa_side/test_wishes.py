"""What a clause says it does not want: pure rules over the designers' words, without a model."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bot.rasa_side.meaning.speech import plain
from bot.rasa_side.wishes import LONGEST, Wishes, WishesError, clauses
from knowledge.reading import read_all

ROOT = Path(__file__).resolve().parents[2]
WISHES = Wishes.from_domain(ROOT / "domain")
SPANISH = Wishes.from_domain(ROOT / "domain", "es")


@pytest.mark.parametrize(
    ("clause", "unwanted"),
    [
        ("I don't want to activate my card", "activate my card"),
        ("I do not want you to call me", "call me"),
        ("please don't send me a code", "send me a code"),
        ("no need to call me", "call me"),
        ("there's no need for a code", "a code"),
        ("stop the activation", "activation"),
        ("stop sending me codes", "sending me codes"),
        ("a code is not needed", "a code"),
        ("no code please", "code"),
        ("why don't you activate my card", None),
        ("I don't know my PIN", None),
        ("don't have it", None),
        ("I can't activate my card", None),
        ("no code came", None),
        ("I don't mind talking to a person", None),
        ("forget everything I told you", None),
        ("I don't want to lose my money", None),
        ("don't forget to activate my card", None),
    ],
)
def test_what_follows_a_refusal_is_what_is_not_wanted(clause: str, unwanted: str | None) -> None:
    assert WISHES.unwanted(clause) == unwanted


@pytest.mark.parametrize("clause", ["I did not lose my card", "my card wasn't stolen", "nobody stole it", "it isn't really lost"])
def test_that_something_happened_is_denied(clause: str) -> None:
    assert WISHES.denied(clause) == "lost_card"


@pytest.mark.parametrize("clause", ["I lost my card", "it was stolen, not by me", "why is it not lost", "my card isn't working"])
def test_that_something_happened_is_not_denied(clause: str) -> None:
    assert WISHES.denied(clause) is None


@pytest.mark.parametrize(
    ("clause", "unwanted"),
    [
        ("No quiero activar mi tarjeta", "activar mi tarjeta"),
        ("ya no quiero que me llamen", "llamen"),
        ("no me mande código", "me mande codigo"),
        ("oiga, no me manden ningún código", "me manden ningun codigo"),
        ("por favor no bloquee la tarjeta", "bloquee la tarjeta"),
        ("un código no hace falta", "un codigo"),
        ("cancela la verificación", "verificacion"),
        ("sin códigos por favor", "codigos"),
        ("no me llega el código", None),
        ("no puedo entrar a la app", None),
        ("no me aparece la transferencia", None),
        ("¿por qué no me manda un código?", None),
        ("no quiero hablar con una máquina", None),
        ("no quiero perder mi dinero", None),
        ("para hablar con una persona", None),
        ("me dan mi saldo o no", None),
    ],
)
def test_in_spanish_a_command_is_told_from_how_things_are(clause: str, unwanted: str | None) -> None:
    found = [SPANISH.unwanted(part) for part in clauses(clause, SPANISH.speech.parts)]
    assert next((one for one in found if one), None) == unwanted


@pytest.mark.parametrize(
    ("clause", "denied"),
    [
        ("no perdí mi tarjeta", "lost_card"),
        ("nadie me robó", "lost_card"),
        ("me robaron la tarjeta", None),
        ("no la encuentro", None),
    ],
)
def test_in_spanish_that_something_happened_is_denied(clause: str, denied: str | None) -> None:
    assert SPANISH.denied(clause) == denied


@pytest.mark.parametrize("between", [" y ", ", además ", " Y también ", "? ¿", " + ", "; por cierto, ", ", ah y "])
def test_in_spanish_two_wishes_are_parted(between: str) -> None:
    assert clauses(f"mi saldo{between}dónde está mi tarjeta", SPANISH.speech.pairs) == ["mi saldo", "dónde está mi tarjeta"]


def test_in_spanish_what_is_wanted_behind_what_is_not_is_parted() -> None:
    assert SPANISH.parted("apretar teclas quiero una persona") == ("apretar teclas", "quiero una persona")
    assert SPANISH.parted("lo que quiero") == ("lo que quiero", "")


def test_a_language_without_such_words_is_parted_by_marks_alone(tmp_path: Path) -> None:
    (tmp_path / "domain").mkdir()
    other = Wishes.from_domain(tmp_path / "domain", "fr")
    assert clauses("mon solde et ma carte, 9.50", other.speech.pairs) == ["mon solde et ma carte", "9.50"]
    assert other.unwanted("je ne veux pas") is None


@given(text=some.text(max_size=400))
def test_any_text_can_be_read(text: str) -> None:
    parts = clauses(text)
    assert all(part and part in text for part in parts)
    assert len(text) <= LONGEST or parts == []
    for part in parts:
        assert (found := WISHES.unwanted(part)) is None or set(found.split()) <= set(plain(part).split())
        WISHES.denied(part)


def test_without_the_file_nothing_is_refused(tmp_path: Path) -> None:
    none = Wishes.from_domain(tmp_path)
    assert none.unwanted("I don't want to activate my card") is None and none.denied("I did not lose my card") is None


def test_a_file_that_cannot_be_read_is_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "_wishes.yml").write_text("wishes: [what")
    with pytest.raises(WishesError, match=r"_wishes\.yml: cannot be read"):
        Wishes.from_domain(tmp_path)


def test_every_intent_of_the_file_is_in_the_domain() -> None:
    declared = "\n".join(file.read_text() for file in (ROOT / "domain").rglob("*.yml") if file.name != "_wishes.yml")
    missing = [intent for intent in {*WISHES.begins, *WISHES.together} if f"  - {intent}\n" not in declared]
    assert missing == []


def test_a_second_wish_is_one_that_a_rule_or_an_article_answers() -> None:
    rules = "\n".join(file.read_text() for file in (ROOT / "data" / "rules").rglob("*.yml"))
    articles = [read.front.intents for read in read_all(ROOT / "articles")]
    named = {intent for intents in articles for intent in intents or ()}
    assert [intent for intent in WISHES.together if f"- intent: {intent}\n" not in rules and intent not in named] == []


@pytest.mark.parametrize(
    ("clause", "both"),
    [
        ("text me from now on instead of calling", ("text me from now on", "calling")),
        ("can you send me texts rather than call me", ("can you send me texts", "call me")),
        ("instead of calling text me", None),
        ("text me", None),
    ],
)
def test_what_stands_before_instead_is_wanted(clause: str, both: tuple[str, str] | None) -> None:
    assert WISHES.exchanged(clause) == both


def test_the_same_in_spanish() -> None:
    assert SPANISH.exchanged("mándeme mensajes en vez de llamarme") == ("mandeme mensajes", "llamarme")
