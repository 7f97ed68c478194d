"""Who wants no more texts, in any words that a reasonable person understands (47 CFR 64.1200(a)(10), in force since 2025).

English and Spanish in full, the usual words of French, German and Portuguese. The carriers' own words come first, whole and
in any case, as they match them. What only may be meant is ``UNSURE``: then one text says how. Pure.
What follows is recorded and answered in ``bot.conversation.opt_out``.
"""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum

from bot.model.keywords import HELP, START, STOP


class Wish(StrEnum):
    """What the sender wants of our texts."""

    STOP = "stop"
    START = "start"
    HELP = "help"
    UNSURE = "unsure"


CLOSING = frozenset(
    {"stop", "stop it", "stop this", "unsubscribe", "unsubscribe me", "opt out", "opt me out", "remove me", "leave me alone"}
)
"""Said at the end of something, they mean the texts as they do alone."""

_COURTESY = frozenset(
    "please pls plz thanks thank you thx ok okay hey hi hello now immediately right just already sir madam guys ya "
    "por favor gracias porfa hola merci bitte danke obrigado svp".split()
)
_WHOLE = STOP | frozenset({
    "stop all", "stop it", "stop this", "stop that", "stop them", "stop these", "stop everything", "stop messages", "stop stop",
    "stop stop stop", "stop now", "make it stop", "make this stop", "unsubscribe me", "unsubscribe all", "unsub", "opt out",
    "opt me out", "i opt out", "i want out", "cancel all", "end all", "remove", "remove me", "remove my number", "take me off",
    "delete my number", "lose my number", "no more", "leave me alone", "go away", "alto", "baja", "parar", "para", "pare", "paren",
    "basta", "cancelar", "detener", "detengan", "dar de baja", "darme de baja", "dame de baja", "denme de baja", "date de baja",
    "no mas", "ya no mas", "dejame en paz", "dejenme en paz", "salir", "arret", "arreter", "arretez", "desabonner", "stopp",
    "abmelden", "aufhoren", "abbestellen", "sair", "descadastrar", "quitar", "quitame", "quitenme", "borrame",
})  # fmt: skip
_AGAIN = frozenset({
    "start again", "start texting me again", "start texting me", "start texts", "start messages", "text me again",
    "you can text me again", "you may text me again", "resume texts", "resume messages", "subscribe", "resubscribe", "opt in",
    "optin", "opt me in", "opt me back in", "opt back in", "turn texts back on", "turn my texts back on", "empezar", "comenzar",
    "iniciar", "reanudar",
})  # fmt: skip

_MSG = (
    r"(?:(?:text|sms|phone|marketing|automated|promotional|these|those|your|the|any|all|more|so many|further|other|stupid|annoying)\s+)*"
    r"(?:texts?|txts?|messages?|msgs?|sms(?:es)?|notifications?|alerts?|spam|reminders?|texting|messaging)"
)
_ME = r"(?:me|us|this (?:number|phone)|my (?:number|phone|cell))"
_TAIL = r"(?: (?:anymore|any more|again|ever|ever again|please|at all|now|at this number|on this number|from you|here|ok|thanks|back))*"
_DOING = r"(?:text(?:ing)?|txt(?:ing)?|messag(?:e|ing)|msg(?:ing)?|contact(?:ing)?|spam(?:ming)?|bother(?:ing)?|harass(?:ing)?|bug(?:ging)?|sms(?:ing)?)"
_NOT = r"(?:dont|do not|don t|never|stop|quit|cease|no longer|not)"
_SENTENCES = tuple(map(re.compile, (
    # stop texting me, quit sending these messages, turn off notifications
    rf"\b(?:stop|quit|cease(?: and desist)?|halt|discontinue|end|knock off)(?: with)?(?: all)?(?: (?:the|this|these|your))? {_DOING}(?: {_ME})?{_TAIL}$",
    rf"\b(?:stop|quit|cease|halt|discontinue)(?: with)?(?: all)?(?: (?:the|this|these|your))? {_DOING} {_ME}\b",
    rf"\b(?:stop|quit|cease|halt|discontinue|end|cancel|disable|turn off|shut off|no more)(?: with)?(?: to)?(?: all(?: of)?)?(?: {_ME})? {_MSG}{_TAIL}$",
    rf"\b(?:stop|quit|cease|halt|discontinue|end|cancel|disable|turn off|shut off)(?: with)? {_MSG}(?: (?:to|from|for|and|or|because|i|it|you)\b.*)?$",
    rf"\b(?:stop|quit|cease|halt|discontinue)(?: ever)? sending(?: {_ME})?(?: (?:any|all|so many|these|those|this|the|your|stuff|things|anything|more|that|crap|{_MSG}))*(?: to (?:this|my) (?:number|phone))?{_TAIL}$",
    rf"\b(?:turn|shut|switch) {_MSG} off$",
    # don't text me, I do not want your messages, no more texts
    rf"\b{_NOT} (?:ever |keep )?{_DOING} {_ME}{_TAIL}$",
    rf"\b{_NOT} (?:ever )?{_DOING}(?: (?:anymore|any more|again|please))+$",
    rf"\b{_NOT} (?:ever |keep )?send(?:ing)? (?:{_ME} )?(?:any )?(?:more )?{_MSG}{_TAIL}$",
    rf"\b{_NOT} (?:want|wish|need|like|care)(?: to (?:get|receive|have|be sent))?(?: any)?(?: more)?(?: of)? {_MSG}{_TAIL}(?: (?:from .{{1,40}}|to (?:this|my) (?:number|phone)))?$",
    rf"\b{_NOT} (?:want|wish|like) (?:you )?(?:to (?:be )?)?(?:text|message|contact)(?:ed|ing)?(?: {_ME})?(?: by (?:you|text|sms))?{_TAIL}$",
    rf"^(?:i (?:want|would like|need|wish) |we (?:want|need) )?no more {_MSG}{_TAIL}$",
    rf"^(?:i )?(?:want|need|would like) {_MSG} to (?:stop|end)\b",
    rf"\b{_MSG} (?:must|need to|have to|should|gotta) (?:stop|end)$",
    # stop blowing up my phone, cease all communication, wrong number, stop; I said stop
    r"\b(?:stop|quit)(?: with)? (?:blowing up|flooding|filling up|cluttering) (?:my (?:phone|inbox|cell|messages)|me)\b",
    rf"\b(?:stop|cease|end|discontinue|no more|no further) (?:all |any |every |your |these |this )*(?:communications?|correspondence|contact)(?: (?:with|to|at) (?:me|us|this number|my number))?{_TAIL}$",
    r"^(?:(?:i|we) (?:just |already |repeat )?(?:said|told you(?: to)?|asked you to|want you to|say)|for the last time|seriously|omg|lol|ugh) (?:please )?(?:stop|unsubscribe|opt out)(?: (?:please|already|now))*$",
    r"^reply stop$",
    rf"\b(?:i|we) (?:do not|dont|did not|didnt|never|no longer) (?:consent|agreed?|subscribed?|sign(?:ed)? up)(?: (?:to|for) (?:get|receive|getting|receiving|be sent|being sent))?(?: (?:to|for))? (?:this|it|{_MSG}){_TAIL}(?: from .{{1,40}})?$",
    # lists and consent
    r"\b(?:remove|take|delete|get|drop|scratch|erase) (?:me|us|my (?:number|phone|phone number|name|info)|this (?:number|phone)) (?:off|from|out)(?: of)?(?!.*\b(?:account|card|loan|deed|policy|branch|application)s?\b)",
    r"\b(?:remove|delete|erase|forget|lose) (?:my|this) (?:number|phone number)(?: from .*)?$",
    r"\b(?:i|we)(?: do)?(?: hereby)?(?: want to| wanna| would like to| need to)? (?:opt out|opt me out|unsubscribe)\b(?! (?:of|from) (?!.*\b(?:texts?|txts?|messages?|msgs?|sms|alerts?|notifications?|this|these|list|you|your)\b))",
    r"^(?:opt|opting|opted) (?:me )?out\b", r"\bopt me out\b", r"^(?:im|i am) opting out\b",
    r"^(?:unsubscribe|unsub)(?: me| us| this number| my number)?(?: from .*)?$", r"^(?:want|like|wanna)(?: to)? unsubscribe\b",
    r"\b(?:revoke|withdraw|cancel) (?:my |all )?(?:consent|permission|authorization|subscription to (?:the |your )?(?:texts|messages|sms))\b",
    r"^(?:you )?(?:do not|dont|no longer) have (?:my )?(?:permission|consent)\b",
    # Spanish
    r"\bno (?:me|nos) (?:envi(?:es|e|en|eis)|mand(?:es|e|en)|escrib(?:as|a|an)|texte(?:es|e|en)|mensaje(?:es|e|en)|contact(?:es|e|en)|molest(?:es|e|en)|texteen)\b(?: (?:mas|ya|nunca|mensajes?|textos?|sms|de texto|otra vez|por favor))*$",
    r"\b(?:deja|deje|dejen|dejad|para|pare|paren) (?:ya )?de (?:enviar|mandar|escribir|textear|mensajear|contactar|molestar)(?:me|nos)?\b",
    r"\bno (?:quiero|deseo) (?:recibir )?(?:mas |sus |tus |estos |los )*(?:mensajes|textos|sms)\b", r"\bno mas (?:mensajes|textos|sms)\b",
    r"\bno (?:mas|quiero) .{0,12}(?:mensajes|textos|sms)\b", r"^(?:quiero |deseo |solicito |necesito )?(?:dar(?:me)?|dame|deme|denme) de baja(?: de .*(?:mensajes|lista|sms|textos).*)?$",
    r"\b(?:quita(?:me|rme)|quitenme|saca(?:me|rme)|saquenme|elimina(?:me|rme)|eliminenme|borra(?:me|rme)|borrenme) de (?:la|su|tu|esta|sus) (?:lista|listas|base)",
    r"\b(?:cancelar|detener|parar|alto a|basta de) (?:los |mis |sus |estos |la suscripcion|mi suscripcion)*(?:mensajes|textos|sms|notificaciones)\b",
    # French, German, Portuguese
    r"\b(?:arrete|arretez|cesse|cessez) de (?:m|me|nous) ?(?:envoyer|ecrire|contacter|texter)", r"\b(?:plus de|pas d autres) (?:messages|textos|sms)\b",
    r"\bne (?:m|me) ?(?:envoyez|envoie|ecrivez|contactez|ecris) plus\b", r"^(?:me )?des(?:abonner|inscrire)(?: moi)?$", r"\bdesabonnez moi\b",
    r"\bkeine (?:weiteren |mehr )?(?:sms|nachrichten|textnachrichten)(?: mehr)?(?: schicken| senden)?$", r"\b(?:schreib|schreibt|schreiben sie) (?:mir |uns )?(?:bitte )?(?:nicht|nie) (?:mehr|wieder)\b",
    r"\bhor(?:t|en sie)? auf mir zu schreiben\b", r"\bpar(?:a|e|em) (?:ja )?de (?:me |nos )?(?:enviar|mandar|escrever)\b", r"\bnao (?:me )?(?:envie|envia|mande|manda)m? mais\b",
    r"\bnao quero (?:mais )?(?:receber )?(?:mais )?(?:mensagens|sms)\b", r"\b(?:sair|remover|remova me|me tire) da lista\b",
)))  # fmt: skip
_MAYBE = tuple(map(re.compile, (
    r"^(?:sorry )?(?:(?:i think )?(?:you|u) (?:have|got|ve got)|you(?:ve| have) got|this is|its|it is)? ?(?:the |a )?wrong (?:number|person)(?: (?:here|dude|man|buddy|friend|for .{1,30}))?$",
    r"^(?:i am|im|we are|were)? ?(?:really )?not interested(?: (?:please )?(?:remove|in (?:this|these|your (?:offers|texts|messages))))?$", r"^(?:sotp|stpo|tsop|sto|stp|stip|unsubcribe|unsuscribe)$",
    rf"\b(?:too many|so many|enough|sick of|tired of|fed up with|hate)(?: of)? {_MSG}\b",
    rf"\bwhy (?:are|do|did) you (?:keep |always )?(?:{_DOING}|send(?:ing)?)\b(?!.*\b(?:stop|card|code)\b)",
    rf"\b(?:stop|quit|end|cancel|halt) (?:sending |getting )?{_MSG}\b", r"\bunsubscri\w+\b", r"\bopt(?:ing|ed)? ?out\b", r"\bdont (?:text|message|contact) me\b", r"\bdo not (?:text|message|contact) me\b",
    r"\b(?:stop|quit) (?:bothering|annoying|harassing|spamming)\b", r"\bdo not contact\b", r"\bdont contact\b", r"\bno me escrib\w+\b",
    r"^(?:you|these) (?:are )?(?:spam|scam)$", r"^spam$", r"^enough$", r"^go away$", r"\bstop sending\b(?! .*\b(?:card|money|payment|check)\b)",
    r"^(?:can|could|will|would) (?:you|i) (?:please )?stop$",
)))  # fmt: skip
_HOW = re.compile(
    rf"\bhow (?:do|can|to)\b.{{0,20}}\b(?:stop|opt out|unsubscribe|end|cancel|turn off|get off)\b(?:.{{0,30}}\b(?:{_MSG}|list)\b|$|\bof\b)"
)
_DENIED = re.compile(
    r"\b(?:dont|do not|never|cant|cannot|can not|couldnt|could not|wont|will not|didnt|did not|doesnt|does not|not|havent|shouldnt|should not|"
    r"no) (?:want (?:you )?to |ever |you |wanna |need to |like to |have to |please )*(?:stop|quit|cease|end|cancel|unsubscribe|opt|turn off|remove|revoke)\b"
)
_TOLD = re.compile(
    r"\b(?:did|do|does|if|when|since|after|before|until|because|has|have|had|did you|once) (?:you|they|it|he|she|we|i)(?: ever| just| all)? "
    r"(?:stop|quit|cease|unsubscribe|opt|not|cancel)"
)


def wish(text: str) -> Wish | None:
    """What a text (in its normal form) wants of our texts to its sender; None: it is about something else."""
    body = text.strip().casefold()
    if body in HELP:
        return Wish.HELP
    said = _words(text)
    if not said or len(said) > 60:
        return None
    bare = " ".join(_without_courtesy(said))
    if bare in START or bare in _AGAIN:
        return Wish.START
    if bare in _WHOLE or set(bare.split()) == {"stop"} or "".join(said) == "stop":
        return Wish.STOP
    whole = " ".join(said)
    if _DENIED.search(whole) or (_TOLD.search(whole) and "how" not in said[:1]):
        return None
    if _HOW.search(bare):
        return Wish.UNSURE
    if _closing(text) or any(pattern.search(bare) for pattern in _SENTENCES):
        return Wish.STOP
    return Wish.UNSURE if any(pattern.search(bare) for pattern in _MAYBE) else None


def _closing(text: str) -> bool:
    """Whether a short text ends with the word alone: "wrong number, stop", "not interested. Unsubscribe!"."""
    parts = [
        " ".join(_without_courtesy(words)) for part in re.split(r"[.,;!?\n]+| [-\u2013\u2014] ", text) if (words := _words(part))
    ]
    return len(parts) > 1 and parts[-1] in CLOSING and len(_words(text)) <= 10


def exact(text: str) -> Wish | None:
    """The word that carriers act upon and answer themselves: the whole body, in any case."""
    body = text.strip().casefold()
    for words, meant in ((STOP, Wish.STOP), (START, Wish.START), (HELP, Wish.HELP)):
        if body in words:
            return meant
    return None


def about_texts(text: str) -> bool:
    """Whether the words name texts, so that they mean them on other channels too."""
    return bool(set(_words(text)) & {
        "text", "texts", "texting", "txt", "txts", "sms", "textos", "textearme", "textee", "texteen", "unsubscribe",
    }) or "opt out" in " ".join(_words(text))  # fmt: skip


def _words(text: str) -> list[str]:
    plain = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return re.findall(r"[^\W_]+", re.sub(r"['’‘`´]", "", plain))


def _without_courtesy(said: list[str]) -> list[str]:
    kept = list(said)
    while len(kept) > 1 and kept[0] in _COURTESY and kept[0] != "you":
        kept.pop(0)
    while len(kept) > 1 and kept[-1] in _COURTESY:
        kept.pop()
    return kept
