"""TwiML: the element table against the twilio package, verbs, and what is marked as a problem."""

from __future__ import annotations

import pytest

from simulator.twiml.read import TwimlError, parse
from simulator.twiml.table import MESSAGING, VOICE, Element
from simulator.twiml.verbs import Dial, DialNumber, DialQueue, Enqueue, Gather, NotPlayed, Pause, Play, Redirect, Say
from tests.simulator.twiml import derive

URL = "https://bank.example/twilio/voice?step=1"
XML = "{http://www.w3.org/XML/1998/namespace}"


@pytest.mark.parametrize(("table", "derived"), [(VOICE, derive.voice()), (MESSAGING, derive.messaging())])
def test_the_table_is_the_packages(table: dict[str, Element], derived: derive.Table) -> None:
    ours = {name: (element.attributes, element.children) for name, element in table.items()}
    theirs = {name: (frozenset(a.replace(XML, "xml:") for a in attributes), kids) for name, (attributes, kids) in derived.items()}
    assert ours == theirs


def test_verbs_are_read_and_urls_resolved() -> None:
    document = parse(
        '<Response><Say loop="2" language="en-GB"> Hello <w role="x">you</w> </Say><Play>/a.wav</Play><Pause length="3"/>'
        '<Enqueue waitUrl="wait" action="/after" maxQueueSize="5">people</Enqueue>'
        '<Dial timeout="9"><Queue url="w">people</Queue></Dial><Dial>+12125550160</Dial><Redirect>../x</Redirect></Response>',
        URL,
    )
    assert document.problems == ()
    assert document.verbs == (
        Say("Hello you", 2, "en-GB"),
        Play("https://bank.example/a.wav"),
        Pause(3),
        Enqueue("people", "https://bank.example/after", "POST", "https://bank.example/twilio/wait", "POST", 5),
        Dial(None, "POST", 9, 14_400, None, False, (), DialQueue("people", "https://bank.example/twilio/w")),
        Dial(None, "POST", 30, 14_400, None, False, (DialNumber("+12125550160"),)),
        Redirect("https://bank.example/x"),
    )


def test_gather_has_twilios_defaults() -> None:
    (verb,) = parse("<Response><Gather/></Response>", URL).verbs
    assert isinstance(verb, Gather)
    assert (verb.dtmf, verb.speech, verb.timeout, verb.speech_timeout, verb.finish_on_key) == (True, False, 5, 5, "#")
    assert (verb.action, verb.method, verb.action_on_empty, verb.num_digits, verb.barge_in) == (None, "POST", False, None, True)


PROBLEMS = [
    ('<Gather speechTimeut="2"/>', 12200, "no attribute 'speechTimeut'"),
    ('<Gather input="voice"/>', 12200, "<Gather input>"),
    ('<Gather numDigits="0"/>', 12200, "whole number from 1"),
    ('<Gather finishOnKey="##"/>', 12200, "one key"),
    ('<Gather speechModel="phone_call" speechTimeout="auto"/>', 13334, "must be a number"),
    ('<Gather input="speech" language="multi" speechModel="phone_call"/>', 13331, "multi is heard with deepgram_nova-3 alone"),
    ('<Gather input="speech" language="es"/>', 13331, "with its country"),
    ('<Say language="en-US" voice="Polly.Lupe-Neural">hi</Say>', 13511, "speaks es-US, not en-US"),
    ('<Say language="en-US" voice="Google.es-US-Wavenet-A">hi</Say>', 13511, "does not speak en-US"),
    ('<Gather speechModel="whisper"/>', 12200, "speech model"),
    (f'<Gather hints="{"a" * 101}"/>', 12200, "at most 500 hints"),
    ('<Gather action="x" method="PUT"/>', 12200, "GET, POST"),
    ('<Gather actionOnEmptyResult="yes"/>', 12200, "true, false"),
    ("<Gather><Hangup/></Gather>", 12200, "<Hangup> may not stand inside <Gather>"),
    ("<say>hi</say>", 12200, "<say> may not stand inside <Response>"),
    ("<Say></Say>", 13520, "nothing to say"),
    (f"<Say>{'word ' * 1000}</Say>", 13521, "too long"),
    (f"<Say>{'ü' * 800}</Say>", 13521, "4800 URL-encoded"),
    ('<Say voice="Robot">hi</Say>', 12200, "<Say voice>"),
    ('<Say loop="-1">hi</Say>', 12200, "<Say loop>"),
    ("<Hangup/><Say>never</Say>", 12200, "never reached"),
    ("<Dial action='/a'><Queue>q</Queue></Dial><Say>never</Say>", 12200, "never reached"),
    ("<Dial></Dial>", 13201, "calls nobody"),
    ('<Dial timeout="700">+12125550160</Dial>', 12200, "1 to 600"),
    ('<Dial><Number statusCallbackEvent="ended">+12125550160</Number></Dial>', 12200, "words among"),
    ("<Dial><Sim>DE123</Sim></Dial>", 12200, "not played"),
    ("<Dial><Client>sam@desk</Client></Dial>", 13223, "letters, figures and _"),
    ("<Dial><Conference muted='yes'>room</Conference></Dial>", 12200, "one of true, false"),
    ("<Dial><Conference/></Dial>", 13249, "no name"),
    (f"<Enqueue>{'q' * 65}</Enqueue>", 12200, "64 characters"),
    ("<Redirect>mailto:x@y.example</Redirect>", 11100, "not an http"),
    ("<Redirect>http://under_score.example/</Redirect>", 11100, "underscore"),
    ('<Reject reason="rude"/>', 12200, "rejected, busy"),
    ('<Record maxLength="0"/>', 12200, "<Record maxLength>"),
]


@pytest.mark.parametrize(("body", "code", "text"), PROBLEMS)
def test_problems_are_marked(body: str, code: int, text: str) -> None:
    found = parse(f"<Response>{body}</Response>", URL).problems
    assert [p.code for p in found if text in p.text] == [code], found


def test_inline_documents_need_absolute_actions() -> None:
    assert [p.code for p in parse("<Response><Gather/></Response>").problems] == [11100]
    assert [p.code for p in parse('<Response><Gather action="/x"/></Response>').problems] == [11100]
    assert parse(f'<Response><Gather action="{URL.partition("?")[0]}"/></Response>').problems == ()


def test_a_known_verb_that_is_not_played_says_so() -> None:
    document = parse('<Response><Connect><Stream url="wss://x"/></Connect></Response>', URL)
    assert document.verbs == (NotPlayed("Connect"),)
    assert "not played" in document.problems[0].text


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("<Response>", 12100),
        ("\n<?xml version='1.0'?><Response/>", 12100),
        ("<!DOCTYPE x [<!ENTITY a 'b'>]><Response/>", 12100),
        ("<Say/>", 12102),
        (f"<Response>{' ' * 65_536}</Response>", 11750),
    ],
)
def test_what_cannot_be_executed(text: str, code: int) -> None:
    with pytest.raises(TwimlError) as caught:
        parse(text)
    assert caught.value.code == code
