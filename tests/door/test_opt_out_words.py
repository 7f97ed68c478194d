"""Any reasonable wording of "no more texts", and none of what only sounds so."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.door.opt_out_words import Wish, exact, wish
from bot.model.keywords import HELP, START, STOP

STOPS = """Stop. | STOP!!! | "stop" | stop please | please stop | STOP STOP | Stop it | stop now | please stop texting me |
don't text me anymore | Don’t text me any more | do not text me | do not text me again | remove me from your list |
take me off this list please | no more messages | no more texts please | I don't want your texts |
I do not want to receive messages from you anymore | stop sending me messages | stop sending me these |
Please stop sending texts to this number | can you stop texting me | could you please stop messaging me? | I want to opt out |
opt-out | opt me out | Unsubscribe. | unsubscribe me please | stop contacting me | leave me alone | quit texting me | lose my number |
i revoke my consent | stop all messages | cease and desist texting me | turn off notifications | stop texting | no more sms |
I want these texts to stop | stop txting me | plz stop | get me off your list | wrong number stop texting me | please quit |
Stop texting me!! I already activated my card | never text me again | don't send me any more messages | ＳＴＯＰ |
no me envíes más mensajes | no me manden más mensajes | ya no quiero recibir mensajes | alto | baja | BAJA. | no más mensajes |
dejen de enviarme mensajes | quiero darme de baja | deja de escribirme | no me escriban más | por favor no me envien mensajes |
no quiero más mensajes | sáquenme de su lista | dar de baja | pare de me mandar mensagens | keine SMS mehr | Abmelden |
arrêtez de m'envoyer des messages | plus de sms | desabonner | S T O P | s.t.o.p | wrong number, stop | I'm not interested, stop |
not interested. Unsubscribe! | I said stop | I told you to stop already | reply STOP | please cease all communication |
no further contact with this number | I do not consent to these messages | we never signed up for your texts | I didn't subscribe to this |
omg can u guys pls stop blowing up my phone | para de me mandar mensagens | remove my name from your list | I want to unsubscribe |
I want to unsubscribe from your texts | no deseo recibir sus mensajes"""
OTHERS = """stop the activation | don't stop | don't stop texting me | I can't stop my card | cancel my card | end of the month |
stop my card | stop payment | stop the payment on my check | how do I stop my card | the bus stop | non-stop | cancel my order |
why did you stop texting me | did you stop sending texts | don't send me a code | I don't want to activate my card | the end | no |
no thanks | cancel the activation | when does it end | I quit my job | please end this call | stop it from being declined |
text me | I didn't get any messages | I have no messages | quiero dar de baja mi tarjeta | para mi tarjeta | no quiero la tarjeta |
remove my card | send me a text | stop sending my card to the wrong address | can you stop the card | text messages are fine |
I want messages | I never got the text message | do you text me when it ships | what's my balance | it stopped working |
if I stop paying | I dont need text messages to activate my card do I | my card was cancelled | activate my card | hello? |
I was on hold and then it said the end | I cannot unsubscribe from my gym | the texts are helpful |
remove my name from the account | take me off the joint account | remove my phone from the loan application |
quiero recibir mensajes | sí, quiero recibir sus mensajes | deseo recibir los mensajes |
the branch next to the bus stop | is this the right stop, the one on Main Street | I don't agree to the fee | we never signed up for a card |
the reader says stop when I put the card in | I am not interested in a higher limit | wrong card | the wrong number is on my card"""
UNSURE = """how do I stop these texts | how can I opt out? | don't text me the code, call me | too many texts | why are you texting me |
is there a way to unsubscribe | enough | spam | you have the wrong number | wrong number | Sorry, wrong person | not interested | not interested please remove | sotp |
I want to unsubscribe from overdraft protection"""


def each(block: str) -> list[str]:
    return [" ".join(one.split()) for one in block.split("|")]


@pytest.mark.parametrize("text", [*each(STOPS), *sorted(STOP), *sorted(word.upper() for word in STOP)])
def test_a_wish_for_no_more_texts(text: str) -> None:
    from bot.door.normal import folded

    assert wish(folded(text)) is Wish.STOP


@pytest.mark.parametrize("text", each(OTHERS))
def test_what_is_about_something_else(text: str) -> None:
    assert wish(text) is None


@pytest.mark.parametrize("text", each(UNSURE))
def test_what_only_may_be_meant(text: str) -> None:
    assert wish(text) is Wish.UNSURE


@pytest.mark.parametrize(
    "text", [*sorted(START), "START", "Start!", "start texting me again", "text me again please", "opt back in", "UNSTOP"]
)
def test_texts_wanted_again(text: str) -> None:
    assert wish(text) is Wish.START


@pytest.mark.parametrize("text", [*sorted(HELP), "HELP", " Info "])
def test_help(text: str) -> None:
    assert wish(text) is Wish.HELP and exact(text) is Wish.HELP


@given(
    st.sampled_from(sorted(STOP)),
    st.sampled_from(["", ".", "!", "!!!", " ", "…", "?", ","]),
    st.sampled_from(["", "please ", "Ok, "]),
)
def test_marks_and_courtesies_change_nothing(word: str, mark: str, before: str) -> None:
    assert wish(f"{before}{word}{mark}") is Wish.STOP


@given(st.text(max_size=400))
def test_any_text_gets_an_answer(text: str) -> None:
    assert wish(text) in (None, *Wish)
