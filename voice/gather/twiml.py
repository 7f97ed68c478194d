"""A script as TwiML, purely: the document that Twilio carries out.

Elements and limits: https://www.twilio.com/docs/voice/twiml (gather, say, play, enqueue, record, conference).
"""

from __future__ import annotations

from twilio.twiml.voice_response import Dial, Gather, VoiceResponse  # type: ignore[import-untyped]

from voice.script import (
    Answer,
    Ask,
    Conference,
    Enqueue,
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
    To,
    Verb,
    address,
    url,
)

QUEUE, QUEUE_SIZE = "callers", 1000
"""The vendor's one queue of this account, and how many it holds (by itself 100). It only holds callers: who is next, and each
one's place, is ours to say. A queue for each would stay at Twilio for ever."""

ROOM_EVENTS = "start end join leave mute hold"
RECORD_SILENCE = 5
"""Seconds of silence that end a message."""


def render(script: Script) -> str:
    """The document; an empty ``<Response>`` for a script without verbs."""
    response = VoiceResponse()
    for verb in script.verbs:
        _append(response, verb)
    return str(response.to_xml())


def _append(response: VoiceResponse, verb: Verb) -> None:
    match verb:
        case Say() | Pause() | Play():
            _speak(response, verb)
        case Ask():
            response.append(_gather(verb))
        case Redirect(to=to):
            response.redirect(address(to), method="POST")
        case Enqueue(step=step):
            _enqueue(response, step)
        case Leave():
            response.leave()
        case Record():
            _record(response, verb)
        case Conference():
            response.append(_dial(verb))
        case Hangup():
            response.hangup()


def _speak(into: VoiceResponse | Gather, verb: Spoken) -> None:
    match verb:
        case Say(text=text, language=language, voice=voice, rate=""):
            into.say(text, language=language, voice=voice)
        case Say(text=text, language=language, voice=voice, rate=rate):
            into.say("", language=language, voice=voice).prosody(text, rate=rate)
        case Pause(seconds=seconds):
            into.pause(length=seconds)
        case Play(source=source):
            into.play(source)


def _gather(ask: Ask) -> Gather:
    """One ``<Gather>``; attributes that its kind of input does not use are left out."""
    kinds = [name for name, listens in (("dtmf", ask.keys), ("speech", ask.speech)) if listens]
    gather = Gather(
        input=" ".join(kinds),
        action=address(ask.to),
        method="POST",
        action_on_empty_result=ask.tells_silence,
        timeout=ask.timeout,
        **(_keys(ask.keys) if ask.keys else {}),
        **(_recognition(ask.speech, ask.to) if ask.speech else {}),
    )
    for verb in ask.says:
        _speak(gather, verb)
    return gather


def _keys(keys: Keys) -> dict[str, object]:
    return {"num_digits": keys.count, "finish_on_key": keys.finish_key}


def _recognition(speech: Recognition, to: To) -> dict[str, object]:
    told = url("partial", step=to.step) if speech.partial and isinstance(to, Answer) else None
    return {
        "speech_timeout": speech.end_silence,
        "speech_model": speech.model,
        "language": speech.language,
        "hints": ",".join(speech.hints) or None,
        "profanity_filter": None if speech.profanity_filter else False,  # filtered is Twilio's own default
        "partial_result_callback": told,
    }


def _enqueue(response: VoiceResponse, step: int) -> None:
    action, wait = url("queued", step=step), url("queue", joined=step, n=0)
    response.enqueue(QUEUE, action=action, max_queue_size=QUEUE_SIZE, method="POST", wait_url=wait, wait_url_method="POST")


def _record(response: VoiceResponse, record: Record) -> None:
    response.record(
        action=url("voicemail", handoff=record.handoff_id),
        method="POST",
        max_length=record.seconds,
        timeout=RECORD_SILENCE,
        finish_on_key="#",
        play_beep=True,
        trim="trim-silence",
        recording_status_callback=url("voicemail/ready", handoff=record.handoff_id),
        recording_status_callback_method="POST",
        transcribe=True if record.text else None,
        transcribe_callback=url("voicemail/text", handoff=record.handoff_id) if record.text else None,
    )


def _dial(conference: Conference) -> Dial:
    entrance, after = conference.entrance, conference.after
    dial = Dial(action=after, method="POST") if after else Dial()
    dial.conference(
        entrance.room[:64],
        start_conference_on_enter=entrance.starts,
        end_conference_on_exit=entrance.ends,
        muted=True if entrance.muted else None,
        coach=entrance.coach,
        beep="false",
        wait_url=url("music"),
        wait_method="POST",
        participant_label=entrance.label[:128],
        status_callback=url("room", handoff=entrance.room),
        status_callback_method="POST",
        status_callback_event=ROOM_EVENTS,
        record="record-from-start" if entrance.record else None,
        recording_status_callback=url("recording", handoff=entrance.room) if entrance.record else None,
        recording_status_callback_method="POST" if entrance.record else None,
    )
    return dial
