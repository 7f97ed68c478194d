"""Facts as a gateway appends them for messages that nobody wrote: for what must be measured in hundreds of thousands."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from bot.model import Fact
from records.facts import About, fact_of
from records.facts.talk import Delivery, MessageIn, ReplyOut, SlotSet, Turn

BEGAN = datetime(2026, 1, 5, 8, tzinfo=UTC)
BETWEEN = timedelta(seconds=7)
KEY = b"a key for measurements"
SAYS = ("where is the nearest branch", "10013", "thanks, and when does it open", "what does an account cost", "hello")
ANSWERS = (
    "What is your ZIP code? I will look for the branch that is nearest to you.",
    "The branch at 60 Hudson Street is 0.4 miles away, and open today until 5 pm.",
    "It opens at 9 am from Monday to Friday, and is closed on Saturday and Sunday.",
    "Nothing in the first year, and 4 dollars a month after that. Shall I open one for you?",
)


def messages(conversation: int, count: int, began: datetime = BEGAN) -> Iterator[Fact]:
    """``count`` messages of one customer, each with what it brings about: a line, a turn, an answer (a second line), its
    deliveries, and a slot now and then: 4.2 facts a message."""
    about = About(f"c_invented{conversation}", f"p_invented{conversation}", "sms")
    for number in range(count):
        yield from _message(about, f"sms:SM{conversation:016x}{number:016x}", number, began + number * BETWEEN)


def _message(about: About, message_id: str, number: int, at: datetime) -> Iterator[Fact]:
    words, answer = SAYS[number % len(SAYS)], ANSWERS[number % len(ANSWERS)]
    address, reply_id = f"tel:+1999{about.contact}", f"{message_id}>1"
    bodies: list[object] = [MessageIn(message_id=message_id, text=f"{words} ({number})", address=address)]
    if number % 5 == 1:
        bodies.append(SlotSet(slot="zip_code", value="10013", words=words))
    bodies.append(
        Turn(
            message_id=message_id, intent="find_branch", confidence=0.97, runner_up="opening_hours", runner_up_confidence=0.02,
            model="20260105-080000", policy="RulePolicy", action="utter_branch", latency_ms=28,
        )
    )  # fmt: skip
    for body in bodies:
        yield fact_of(body, cause=message_id, at=at, about=about, key=KEY)
    said = ReplyOut(message_id=reply_id, author="bot", text=answer, address=address, response="utter_branch")
    yield fact_of(said, cause=reply_id, at=at + timedelta(milliseconds=28), about=about, key=KEY)
    sent = Delivery(message_id=reply_id, state="sent")
    yield fact_of(sent, cause=reply_id, at=at + timedelta(milliseconds=40), about=about, key=KEY)
