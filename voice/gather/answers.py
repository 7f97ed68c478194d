"""What follows from an answer: a turn, a wish, the question again in other words, or in the end a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.handoff.availability import PERSON
from bot.identity.undelivered_codes import lost_key
from bot.model import Call
from bot.ports import Conversations, TurnResult
from voice import script
from voice.gather.asking import again
from voice.gather.forms import VoiceForm
from voice.gather.hearing import Heard, hear
from voice.gather.saying import Saying
from voice.script import RATES, Foreign, Prompt, Script
from voice.speech.commands import Commands, Wish
from voice.speech.spoken import say_digits

LATE_FINISH = 4.0
"""Seconds for the ``#`` (or ``*``) that ends figures which had ended by their number: in that time it is none of the new
question's keys. What a caller means by it later, they have heard the question."""


@dataclass(frozen=True, slots=True)
class Answers:
    """Takes the answer to the step that is asked. Each method raises StoreUnavailable."""

    saying: Saying

    @property
    def commands(self) -> Commands:
        """Words and keys that mean a wish on every question."""
        return self.saying.prompts.commands

    @property
    def conversations(self) -> Conversations:
        """Who has the turns."""
        return self.saying.conversations

    async def after_figures(self, call: Call, step: int, prompt: Prompt, form: VoiceForm) -> Script | None:
        """The key that ends figures came when their number had ended them already: it is dropped, and what it cut short is
        said again. None for anything else."""
        late = self.saying.clock().timestamp() - prompt.asked_at > LATE_FINISH
        if form.digits not in ("#", "*") or late or await self.saying.calls.remembered(_figures_key(call.sid, step - 1)) is None:
            return None
        asked = await script.remembered(self.saying.calls, f"{call.sid}:{step - 1}")
        words = script.renumbered(asked, step) if asked else None
        again = await self.saying.ask(call, step, prompt)
        return words or again

    async def last_words(self, call: Call, step: int, prompt: Prompt, form: VoiceForm) -> Script:
        """Said just before the end, and overtaken by the news of it: the thread has it, and nobody hears the answer. Figures
        that were only begun are no answer."""
        heard = hear(form, prompt, self.commands, self.saying.tongues.asked)
        begun = bool(form.digits) and _unfinished(prompt, heard.keys)
        if not begun and (heard.keys or (heard.text and not heard.wish)):
            text = "" if heard.keys else heard.text
            await self.conversations.receive(self.saying.message(call, str(step), digits=heard.keys or None, text=text))
        return script.nothing()

    async def taken(self, call: Call, step: int, prompt: Prompt, heard: Heard, form: VoiceForm) -> Script:
        """What was heard as an answer, by what it is: a wish, silence, noise, hardly understood, or the assistant's turn."""
        if prompt.purpose == "there":
            return await self._there(call, step, heard)
        if prompt.secret and not heard.wish and await self.saying.calls.remembered(lost_key(call.sid)):
            await self.saying.calls.remember(lost_key(call.sid), "")
            return await self.saying.spoken(call, step, await self.conversations.code_lost(self.saying.message(call, str(step))))
        if prompt.purpose == "confirm" and not heard.nothing and not heard.wish:
            return await self._confirmed(call, step, prompt, heard, form)
        if heard.wish:
            return await self._wished(call, step, prompt, heard)
        if heard.speak:
            return await self._in_language(call, step, heard)
        if heard.language:
            language, answer = heard.language
            return await self._missed(call, step, prompt, [Foreign(answer, language)], text=heard.text)
        if heard.sworn:
            return await self._missed(call, step, prompt, [self._say("utter_sworn_at")])
        if heard.nothing:
            return await self._agreed(call, step) or await self._silent(call, step, prompt)
        if heard.words > prompt.settings.noise_words and call.noise + 1 >= prompt.settings.no_match:
            return await self._anybody(call, step, prompt)
        if heard.confidence is not None and heard.confidence < prompt.settings.confirm_below:
            if prompt.secret:
                return await self._missed(call, step, prompt, [])
            return await self._confirm(call, step, prompt, heard)
        if form.digits and prompt.digits and len(form.digits) == prompt.count:  # ended by their number; a # may follow
            await self.saying.calls.remember(_figures_key(call.sid, step), "1")
        return await self._turn(call, step, heard.keys, heard.text, prompt)

    async def _turn(self, call: Call, step: int, keys: str, text: str, prompt: Prompt) -> Script:
        """The assistant's turn."""
        message = self.saying.message(call, str(step), digits=keys or None, text="" if keys else text)
        noise = not keys and len(text.split()) > prompt.settings.noise_words
        told = await self._told_late(call, step)
        lead = self.saying.asker.words(told) if told else []
        return await self.saying.spoken(call, step, await self.conversations.receive(message), lead, noise=noise)

    async def _agreed(self, call: Call, step: int) -> Script | None:
        """To who is silent: what an agent has written down meanwhile, as on the way back from them."""
        told = await self._told_late(call, step)
        return await self.saying.spoken(replace(call, silences=0), step, told) if told else None

    async def _told_late(self, call: Call, step: int) -> TurnResult | None:
        """The assistant's turn with what was agreed, when the agent wrote it down after the caller was back."""
        handoff = await self.saying.handoffs.get(call.handoff_id) if call.handoff_id else None
        message = self.saying.message(call, f"{step}:agreed")
        if handoff is None or not handoff.noted_late or handoff.handed_back not in ("", message.id):
            return None
        result = await self.conversations.caller_returned(message, "")
        return None if apologised(result) else result

    async def _wished(self, call: Call, step: int, prompt: Prompt, heard: Heard) -> Script:
        name = heard.wish or ""
        wish: Wish = getattr(self.commands, name)
        call = replace(call, silences=0)
        if name == "person" and not (heard.text and wish.intent):  # by key: also when the assistant is down
            message = self.saying.message(call, str(step), digits=wish.key)
            result = await self.conversations.wants_person(message, f"The caller pressed {wish.key}")
            return await self.saying.spoken(call, step, result, wanted=True)
        if wish.intent:
            shown = heard.text or (wish.say[0] if wish.say else name)
            result = await self.conversations.wishes(self.saying.message(call, str(step), text=shown), f"/{wish.intent}", shown)
            if name == "person" and apologised(result):  # who asks for a person gets one without the assistant, too
                result = await self.conversations.wants_person(
                    self.saying.message(call, f"{step}:person"), "The caller asked for a person"
                )
                return await self.saying.spoken(call, step, result, wanted=True)
            return await self.saying.spoken(call, step, result)
        if name == "slower":
            slower = replace(call, slow=min(call.slow + 1, max(RATES)))
            return await self.saying.ask(slower, step, prompt, [self._say("utter_slower")])
        return await self.saying.ask(call, step, prompt)

    async def _in_language(self, call: Call, step: int, heard: Heard) -> Script:
        """Another language of the line, by its key or in words."""
        shown = heard.text or self.saying.tongues.named(heard.speak).name
        message = replace(self.saying.message(call, str(step), text=shown), language=heard.speak)
        return await self.saying.spoken(replace(call, silences=0), step, await self.conversations.receive(message))

    async def person_asked(self, call: Call, step: int) -> Script:
        """A person was asked for in words that were understood only on the way."""
        shown = next(iter(self.commands.person.say), "")
        message = self.saying.message(call, str(step), text=shown)
        result = await self.conversations.wants_person(message, "The caller asked for a person")
        return await self.saying.spoken(replace(call, silences=0), step, result, wanted=True)

    async def _confirm(self, call: Call, step: int, prompt: Prompt, heard: Heard) -> Script:
        """Ask back before anything is done with words that were hardly understood."""
        asked = Prompt(
            self._say("utter_confirm_heard", heard=say_digits(heard.keys) if heard.keys else heard.text),
            hints=tuple(wish.say[0] for wish in (self.commands.yes, self.commands.no) if wish.say),
            settings=replace(prompt.settings, listen="both", barge_in="both", count=None, short=None, with_keys=None),
            purpose="confirm",
            pending=heard.keys or heard.text,
            original=prompt.to_json(),
        )
        return await self.saying.ask(replace(call, silences=0), step, asked)

    async def _confirmed(self, call: Call, step: int, asked: Prompt, heard: Heard, form: VoiceForm) -> Script:
        """Yes: that was the answer. No: the question again. Anything else is a new answer, and taken as it is."""
        prompt = Prompt.from_json(asked.original)
        meant = self.commands.answer(heard.keys, heard.text)
        if meant is None:
            anew = replace(hear(form, prompt, self.commands, self.saying.tongues.asked), confidence=None)
            return await self.taken(call, step, prompt, anew, form)
        if not meant:
            return await self._missed(call, step, prompt, [self._say("utter_heard_wrong")])
        keys = asked.pending if asked.pending.isdecimal() else ""
        return await self._turn(call, step, keys, asked.pending, prompt)

    # -- not understood, nobody there ------------------------------------------------------------------------------

    async def _missed(self, call: Call, step: int, prompt: Prompt, lead: Sequence[str | Foreign], text: str = "") -> Script:
        """An answer that nothing can be done with: ask again in other words, in the end put through to a person."""
        call = replace(call, misses=call.misses + 1, silences=0)
        if call.misses < prompt.settings.no_match:
            return await self.saying.ask(call, step, prompt, lead, again(prompt, call.misses))
        message = self.saying.message(call, str(step), text=text)
        result = await self.conversations.wants_person(message, "The caller was not understood")
        return await self.saying.spoken(call, step, result, [*lead, self._say("utter_no_match_person")], last=True)

    async def _silent(self, call: Call, step: int, prompt: Prompt) -> Script:
        silences = call.silences + 1
        if silences < prompt.settings.no_input:
            keys = "utter_silence_figures" if prompt.collecting else "utter_silence_keys"
            said = self._say("utter_silence_again" if silences == 1 else keys, prompt=again(prompt, silences))
            return await self.saying.ask(replace(call, silences=silences), step, prompt, said=said)
        result = await self.conversations.wants_person(self.saying.message(call, str(step)), "The caller was silent")
        return await self.saying.spoken(call, step, result, [self._say("utter_silence_person")], last=True)

    async def _anybody(self, call: Call, step: int, prompt: Prompt) -> Script:
        """Music or another talk has been on the line for a while: only a person can press a key."""
        listening = replace(prompt.settings, listen="keys", barge_in="both", timeout=10, count=1, short=None)
        asked = Prompt(self._say("utter_anybody_there"), settings=listening, purpose="there", original=prompt.to_json())
        return await self.saying.ask(call, step, asked)

    async def _there(self, call: Call, step: int, heard: Heard) -> Script:
        if heard.nothing:
            return await self.saying.ends(call, step, [self._say("utter_nobody_there")])
        message = self.saying.message(call, str(step), digits=heard.keys or None)
        result = await self.conversations.wants_person(message, "The line was too noisy")
        return await self.saying.spoken(replace(call, noise=0), step, result, wanted=True)

    def _say(self, name: str, **values: object) -> str:
        return self.saying.say(name, **values)


def apologised(result: TurnResult) -> bool:
    """Whether the assistant failed: then the way to a person that needs no assistant is on offer."""
    return not result.handoff and any(option.payload == PERSON for reply in result.replies for option in reply.options)


def _unfinished(prompt: Prompt, keys: str) -> bool:
    """Fewer figures than were asked for."""
    return prompt.digits and prompt.count is not None and len(keys) < prompt.count


def _figures_key(sid: str, step: int) -> str:
    """Kept when the answer to ``step`` were figures that ended by their number."""
    return f"{sid}:{step}:figures"
