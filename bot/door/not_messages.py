"""What looks like a text and is none: a reaction as words, an answer of a machine, a signature. Pure.

Phones that cannot show a reaction ("tapback") send it as a text that quotes the message it is about; so do iPhones to
Android and back, in the sender's language.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.door.signs import meaning

_OPEN, _CLOSE = "“\"«„‟＂「『'‘”", "”\"»“‟＂」』'’"
_QUOTE = rf"[{_OPEN}]\s*(?P<quote>.*?)\s*[{_CLOSE}]?\.?$"
_THING = (
    r"(?:an? |the |una? |un |une |eine? |einen |uma? |um )?(?:your |tu |su )?(?:image|photo|picture|movie|video|attachment|sticker|gif|"
    r"audio message|voice message|message|contact|location|link|imagen|foto|v[ií]deo|mensaje|archivo adjunto|nota de voz|photo|"
    r"image|vid[ée]o|message|pi[èe]ce jointe|bild|foto|nachricht|anhang|imagem|mensagem|anexo|immagine|messaggio)$"
)

_VERBS: dict[str, str] = {
    # English (Apple; Google writes "Reacted 👍 to")
    r"liked": "👍", r"loved": "❤️", r"disliked": "👎", r"laughed at": "😂", r"emphasi[sz]ed": "‼️", r"questioned": "❓",
    # Spanish
    r"le gust[óo](?: a \w+)?|le gusta|me gusta|indic[óo] que le gusta": "👍", r"le encant[óo]|le encanta|me encanta|am[óo]": "❤️",
    r"no le gust[óo]|no le gusta|no me gusta": "👎", r"se ri[óo] de|se r[íi]e de|le dio risa": "😂",
    r"enfatiz[óo]|destac[óo]|exclam[óo] (?:por|ante)": "‼️", r"cuestion[óo]|pregunt[óo] (?:por|sobre)": "❓",
    # French
    r"a aim[ée]|aime": "👍", r"a ador[ée]|adore": "❤️", r"n['’]a pas aim[ée]|n['’]aime pas": "👎", r"a ri [àa]|rit de": "😂",
    r"a insist[ée] sur|a mis l['’]accent sur|a soulign[ée]": "‼️", r"s['’]interroge sur|a mis en doute|a questionn[ée]": "❓",
    # German
    r"gef[äa]llt|gefiel|mag": "👍", r"liebt|liebte": "❤️", r"gef[äa]llt nicht|mag nicht": "👎", r"lacht(?:e)? [üu]ber": "😂",
    r"betont|betonte|hob hervor": "‼️", r"hinterfragt|hinterfragte": "❓",
    # Portuguese, Italian
    r"curtiu|gostou de": "👍", r"amou|adorou": "❤️", r"n[ãa]o gostou de|n[ãa]o curtiu": "👎", r"riu de": "😂",
    r"enfatizou|destacou": "‼️", r"questionou": "❓",
    r"ha messo [“\"«]?mi piace[”\"»]? a|piace|ha apprezzato": "👍", r"ha adorato": "❤️", r"ha riso (?:a|per|di)": "😂",
    r"ha enfatizzato|ha evidenziato": "‼️", r"ha messo in dubbio": "❓",
}  # fmt: skip
_SIGN = r"(?P<sign>[^\w\s“”\"'«»„‘’]{1,12})"
_TO = r"(?:to|a|al?|à|zu|auf|an|em|au)"
_SIGNS = tuple(_VERBS.values())
_WORDED = re.compile(
    rf"(?:{'|'.join(f'(?P<verb{n}>{verb})' for n, verb in enumerate(_VERBS))})\s*:?\s+(?:{_QUOTE}|{_THING})",
    re.IGNORECASE | re.DOTALL,
)
"""All verbs in one pattern, the earlier first: forty patterns took longer to compile than the rest of the door."""
_SIGNED = re.compile(
    rf"(?:(?:reacted|added|reaccion[óo]|reagierte|reagiu|ha reagito|hat)\s+(?:with |con |com |mit )?|a r[ée]agi\s+(?:avec |par )?)?{_SIGN}\s+{_TO}\s+"
    rf"(?:{_QUOTE}|{_THING})",
    re.IGNORECASE | re.DOTALL,
)
_GERMAN = re.compile(rf"hat mit {_SIGN} auf\s+{_QUOTE[:-1]}\s*reagiert$", re.IGNORECASE | re.DOTALL)
_MARKED = re.compile(
    rf"hat {_QUOTE[:-1]}\s*mit [„“\"»](?P<how>gefällt mir(?: nicht)?|herz|liebe)[“”\"«] markiert$", re.IGNORECASE | re.DOTALL
)
"""As iPhones in German put it."""
_REMOVED = re.compile(
    rf"(?:removed|quit[óo]|elimin[óo]|a supprim[ée]|a retir[ée]|entfernte|removeu|ha rimosso)\s.{{1,60}}?\s(?:from|de|du|von|da)\s+(?:{_QUOTE}|{_THING})",
    re.IGNORECASE | re.DOTALL,
)

_MACHINE = re.compile(
    r"^\W*(?:\[?auto(?:matic|mated)?[ -]?(?:reply|response|message|text)\]?\b|automatic(?:ally generated)?\b.{0,12}\b(?:reply|response)"
    r"|respuesta autom[áa]tica|mensaje autom[áa]tico|r[ée]ponse automatique|automatische antwort|abwesenheitsnotiz|resposta autom[áa]tica"
    r"|out of (?:the )?office\s*(?:[:.\-(]|$|reply|auto)|fuera de (?:la )?oficina\s*(?:[:.\-]|$))"
    r"|\bthis is an? auto(?:mated|matic)[ -]?(?:reply|response|message|text)\b"
    r"|\bi(?:'|’)?m driving\b.{0,40}\b(?:do not disturb|focus|notifications?)\b|\bdo not disturb while driving\b"
    r"|\bi(?:'|’)?m driving\b.{0,60}\b(?:i(?:'|’)?ll|will) (?:see|read|get|reply|respond|call|text)\b.{0,40}\b(?:later|when|where|once)\b"
    r"|\bi(?:'|’)?m not receiving notifications\b|\bhas (?:notifications|focus) (?:silenced|turned on)\b"
    r"|\b(?:i am|i(?:'|’)m|we are|we(?:'|’)re)(?: currently| now)? out of (?:the |my |our )?office\b.{0,160}\b(?:return|back|until|respond|reply|contact|access)\b"
    r"|\b(?:this|the) (?:number|inbox|mailbox|line) (?:is not|isn(?:'|’)t) (?:monitored|in service|able to receive)"
    r"|\b(?:this|your) (?:number|message) (?:does not|doesn(?:'|’)t|cannot|can(?:'|’)t) (?:accept|receive|be delivered to)\b.{0,40}"
    r"|\bmessage (?:blocking is active|not delivered|could not be delivered)\b"
    r"|\b(?:read|delivery) (?:receipt|report|notification)\s*[:\-]",
    re.IGNORECASE | re.DOTALL,
)
_SIGNATURE = re.compile(
    r"(?:^|\n)\s*(?:-- ?\n)?(?:sent from (?:my|yahoo|outlook|mail)\b.{0,40}|get outlook for \w+.{0,40}|enviado desde (?:mi|el)\b.{0,40}|"
    r"envoy[ée] de(?:puis)? mon\b.{0,40}|von meinem \w+ gesendet|enviado do meu\b.{0,40}|sent via \w+.{0,30})\s*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Reaction:
    """A sign on something that was said: ``about`` is what the phone quotes of it. ``gone``: it was taken back."""

    sign: str
    about: str = ""
    gone: bool = False


def reaction(text: str) -> Reaction | None:
    """The reaction that a text is, in the words of phones."""
    if len(text) > 4000:
        return None
    if found := _REMOVED.fullmatch(text):
        return Reaction("", _about(found), gone=True)
    if found := _WORDED.fullmatch(text):
        return Reaction(next(sign for n, sign in enumerate(_SIGNS) if found[f"verb{n}"]), _about(found))
    if found := _MARKED.fullmatch(text):
        return Reaction({"gefällt mir": "👍", "gefällt mir nicht": "👎"}.get(found["how"].lower(), "❤️"), _about(found))
    found = _GERMAN.fullmatch(text) or _SIGNED.fullmatch(text)
    if found and (meaning(found["sign"]) or not found["sign"].isascii()):
        return Reaction(found["sign"], _about(found))
    return None


def quotes(quote: str, said: str) -> bool:
    """Whether a phone's quote, which may be cut or hold the options too, is of these words of ours."""
    one, other = (re.sub(r"\W+", "", re.sub(r"^\(\d+/\d+\)", "", text.strip())).casefold() for text in (quote, said))
    short = min(len(one), len(other))
    return bool(short) and (one == other or (short >= 10 and (one.startswith(other) or other.startswith(one))))


def of_a_machine(text: str) -> bool:
    """Whether a machine wrote it: out of office, driving, no such number."""
    return _MACHINE.search(text) is not None


def unsigned(text: str) -> str:
    """Without the line that a mail program puts under each message; nothing is left of one that is only that."""
    return _SIGNATURE.sub("", text).strip()


def _about(found: re.Match[str]) -> str:
    return (found["quote"] or "").strip()
