"""A turn's replies as the next question of a call, and the same question asked again in other words. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from bot.menus.menu import spoken
from bot.model import Reply
from bot.ports import TurnResult
from voice.script import Prompt
from voice.speech.prompts import Prompts
from voice.speech.spoken import aloud


@dataclass(frozen=True, slots=True)
class Question:
    """``lead`` is said before the prompt and not repeated with it. ``missed``: the assistant did not understand the answer
    before; ``lead`` then says so, and the prompt may be asked in shorter words."""

    prompt: Prompt
    lead: tuple[str, ...] = ()
    missed: bool = False


@dataclass(frozen=True, slots=True)
class Asker:
    """Puts the designers' settings to the assistant's replies. ``render`` gives a reply's own words."""

    prompts: Prompts
    render: Callable[[Reply], str]

    def question(self, result: TurnResult, otherwise: str) -> Question:
        """What a turn asks; ``otherwise`` when it said nothing."""
        digits = result.expects_digits or result.collect is not None
        last = result.replies[-1] if result.replies else Reply("")
        settings = self.prompts.settings(last, digits=digits)
        if not digits and isinstance(settings.count, int) and settings.count > 1:
            digits, settings = True, self.prompts.settings(last, digits=True)
        marked = [self.prompts.settings(reply, digits=False).not_understood for reply in result.replies]
        words = [aloud(self.render(replace(reply, options=()))) for reply in result.replies]
        menu = aloud(spoken(Reply("", last.options), settings.option_words))
        if settings.options == "read" and menu:
            words[-1] = f"{words[-1]} {menu}".strip()
        apart = any(marked) and not marked[-1]
        prompt = Prompt(
            text=(words[-1] if apart else " ".join(words)) or otherwise,
            hints=tuple(option.title for option in last.options),
            digits=digits,
            count=result.collect,
            secret=result.secret,
            menu=menu if settings.options == "later" else "",
            settings=settings,
        )
        return Question(prompt, tuple(words[:-1]) if apart else (), any(marked))

    def words(self, result: TurnResult) -> list[str]:
        """All that a turn said, where no question follows."""
        return [aloud(self.render(reply)) for reply in result.replies]


def again(prompt: Prompt, time: int) -> str:
    """The question asked again: shorter the first time, with keys and all options from the second on."""
    how = prompt.settings
    if time <= 1:
        return how.short or prompt.text
    return " ".join(filter(None, (how.with_keys or how.short or prompt.text, prompt.menu)))
