"""A shop that speaks English and Spanish, in a few words."""

from __future__ import annotations

from pathlib import Path

import pytest

FILES = {
    "domain/general/_languages.yml": "languages: {en: {name: English, asked: [english please, in english]}}",
    "domain/shop/_languages.yml": "languages: {es: {name: Español, line: es-US, asked: [en español por favor, spanish]}}",
    "domain/shop/words.yml": """
responses:
  utter_hello:
    - text: "Hello, what can I do for you?"
      buttons: [{title: Opening hours, payload: /hours}]
    - channel: voice
      text: "Hello {name}."
      buttons: [{title: Opening hours, payload: /hours}]
      metadata: {voice: {timeout: 9, short: "Yes?"}}
""",
    "domain/shop/es/words.yml": 'responses: {utter_hello: [{text: "Hola, ¿en qué le puedo ayudar?"}]}',
    "domain/shop/es/_words.yml": """
words: {"Opening hours": "Horario"}
days:
  weekdays: [lunes, martes, miércoles, jueves, viernes, sábado, domingo]
  months: [enero, febrero, marzo, abril, mayo, junio, julio, agosto, septiembre, octubre, noviembre, diciembre]
  long: "{weekday} {day} de {month}"
""",
    "domain/shop/es/_said.yml": 'answers: {"me llamo": "my name is", "termina en": "ending in"}',
    "data/nlu/shop/hours.yml": "nlu: [{intent: hours, examples: '- when do you open today\\n- what are your hours'}]",
    "data/nlu/shop/es/hours.yml": "nlu: [{intent: hours, examples: '- a qué hora abren hoy\\n- cuál es el horario\\n- hola'}]",
}


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """The folder above its ``domain`` and ``data``."""
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path
