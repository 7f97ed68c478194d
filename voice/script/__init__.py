"""A step of a call as a script: what is said, asked and done, in verbs, and not yet in any vendor's document or message.

Pure functions build it; ``voice.gather.twiml`` renders it as TwiML, ``voice.relay.rendering`` as messages of a ConversationRelay
socket. So a call can change from the one to the other between two steps.
"""

from voice.script.addresses import Answer, Collect, To, address, url
from voice.script.call import enqueue, filler, goodbye, leave, nothing, onward, patience
from voice.script.conferences import conference, whisper
from voice.script.questions import MOST_OPTIONS, Prompt, ask, renumbered
from voice.script.store import remember, remembered
from voice.script.tongues import EITHER, EITHER_MODEL, Tongue, Tongues
from voice.script.verbs import (
    Ask,
    Conference,
    Enqueue,
    Entrance,
    Hangup,
    Keys,
    Leave,
    Pause,
    Play,
    Recognition,
    Record,
    Redirect,
    Say,
    Script,
    Spoken,
    Verb,
)
from voice.script.waiting import choose, listen, message, music, wait
from voice.script.words import RATES, Foreign, Speech, chunks, sentences

__all__ = [
    "EITHER",
    "EITHER_MODEL",
    "MOST_OPTIONS",
    "RATES",
    "Answer",
    "Ask",
    "Collect",
    "Conference",
    "Enqueue",
    "Entrance",
    "Foreign",
    "Hangup",
    "Keys",
    "Leave",
    "Pause",
    "Play",
    "Prompt",
    "Recognition",
    "Record",
    "Redirect",
    "Say",
    "Script",
    "Speech",
    "Spoken",
    "To",
    "Tongue",
    "Tongues",
    "Verb",
    "address",
    "ask",
    "choose",
    "chunks",
    "conference",
    "enqueue",
    "filler",
    "goodbye",
    "leave",
    "listen",
    "message",
    "music",
    "nothing",
    "onward",
    "patience",
    "remember",
    "remembered",
    "renumbered",
    "sentences",
    "url",
    "wait",
    "whisper",
]
