"""Shorthand and forgotten apostrophes, by the words that are meant."""

from __future__ import annotations

import re

TABLE = """
about: abt
account: acc acct acnt
accounts: accts accs
address: addr addrs
all right: aight
amount: amt
and: n nd
anyone: ne1 any1
appointment: appt appts appmt apptmt
are: r
aren't: arent arnt
as soon as possible: asap
balance: bal
bank: bnk
because: bc bcoz cos coz cuz bcz
before: b4
birthday: bday
call back: cb
can't: cant
cancel: cxl cncl
card: crd
cards: crds
change: chg chng
charge: chrg
charges: chrgs chgs
check: chk chck
checking: chkng
could: cud
couldn't: couldnt
credit card: cc
deposit: dep
didn't: didnt
doesn't: doesnt
don't: dont
don't know: dunno
forgot: 4got
from: frm
give me: gimme
going to: gonna
good morning: gm
good night: gn
grandma: gma
great: gr8
hadn't: hadnt
hasn't: hasnt
have: hv
have to: gotta
haven't: havent
hour: hr
hours: hrs
how: hw
how's: hows
i don't care: idc
i don't know: idk
i'm: im
i've: ive
international: intl
isn't: isnt aint
kind of: kinda
late: l8
later: l8r
let me: lemme
let me know: lmk
limit: lmt
lock: lck
locked: lckd
lost: lst
love: luv
message: msg mssg
messages: msgs
minutes: mins
money: mny
month: mnth
months: mnths
mortgage: mtg
need: nid
never mind: nvm
next: nxt
night: nite
no one: no1
number: nbr num
of course: ofc
oh my god: omg
ok: k
out of: outta
password: pw pwd pswd passwd psswd
payment: pmt pmnt pymnt pymt
payments: pmts pmnts pymts
people: ppl
phone: fone phn
picture: pic
please: pls plz plzz
probably: prob prolly
really: rly rlly
received: recd rcvd
replacement: replmnt
reschedule: resched
right now: rn
routing: rtng
savings: svgs
see you: cya
send: snd
service: svc
should: shud
shouldn't: shouldnt
someone: some1 sum1
something: sumthing sumthin somethin
sorry: sry
statement: stmt
statements: stmts
still: stil
stopped: stopd
supposed: sposed
tell: tel
text: txt
texts: txts
thank you: ty
thank you so much: tysm
thanks: thx tnx tx thanx thnx thks
that's: thats
the: da
there's: theres
though: tho
through: thru
thursday: thurs thur
to be honest: tbh
today: 2day
tomorrow: 2moro tmrw tmw tmr 2mrw 2mro
tonight: 2nite
transaction: txn
transactions: txns
transfer: xfer trnsfr xfr trsf
trying to: tryna
tuesday: tues tue
unlock: unlck
urgent: urgnt
want to: wanna
wasn't: wasnt
wednesday: weds
week: wk
weeks: wks
weren't: werent
what: wat wot wut
what are you doing: wyd
what do you mean: wdym
what's: whats wats
when: wen
where is: wers
where's: wheres
who's: whos
why: y
won't: wont
work: wrk
working: wrkng workin
would: wud
wouldn't: wouldnt
years: yrs
yes: yess yas yessir
yesterday: yest yday
you: u
you all: yall
you're: youre
your: ur yr
"""
"""None of the short forms is a word of its own in a customer's sentence."""

SHORT = {
    short: meant for meant, _, shorts in (line.partition(":") for line in TABLE.split("\n") if line) for short in shorts.split()
}

SIGNS = (
    (re.compile(r"\bw/o\b"), "without"),
    (re.compile(r"\bw/\s*(?=\w)"), "with "),
    (re.compile(r"(?<=\s)@(?=\s)"), "at"),
    (re.compile(r"\b4 (?=(?:a|me|my|ur?|the|this|some1)\b)"), "for "),
    (re.compile(r"\b2 (?=(?:b|buy|c|change|do|get|go|make|me|my|pay|see|send|some1|speak|talk|the|this|u)\b)"), "to "),
)
"""Signs and figures that stand for words, where what follows tells that they do."""

SPANISH = """
a ver: aver
adios: a2
ayer: aier
bien: bn
con: cn
cuando: cdo cndo qando cuand
cuanto: cuant qanto kuanto
cuenta: cta
de: d
dinero: dnro
donde: dond dnd ande
esta: sta
estoy: toy
gracias: grax grcs grs thx ty
hay: ai
mañana: mñn
mensaje: msj msg
mucho: mxo mcho
numero: num nro
para: pa pra
perdi: perdy
pero: pro
por favor: porfa porfis pf plis plz xfa xfavor pls
por: x
por que: xq xk pq porq porke
que: q k ke qe
quiero: kiero qiero kero
saber: saver
saludos: slds
tambien: tb tmb tbn
tarjeta: tarj tjt tarjta targeta
te: t
telefono: tel tlf tfno
tengo: tngo
todo: to2
trabajo: trab
transferencia: transf
usted: ud vd
ustedes: uds
ya: ia
"""
"""As it is texted in Latin America and Spain; the left side is read without its accents."""


def _abroad(table: str) -> dict[str, str]:
    plain = str.maketrans("áéíóúüñ", "aeiouun")
    lines = (line.partition(":") for line in table.split("\n") if line)
    return {short.translate(plain): meant.translate(plain) for meant, _, shorts in lines for short in shorts.split()}


ABROAD = {"es": _abroad(SPANISH)}
"""By language, for those that have such a table."""
