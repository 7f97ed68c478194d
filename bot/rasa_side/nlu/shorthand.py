"""Shorthand and forgotten apostrophes, by the words that are meant."""

from __future__ import annotations

TABLE = """
about: abt
account: acc acct
and: n nd
anyone: ne1
are: r
as soon as possible: asap
balance: bal
because: bc bcoz cos coz cuz
before: b4
birthday: bday
can't: cant
check: chk
could: cud
didn't: didnt
doesn't: doesnt
don't: dont
don't know: dunno
forgot: 4got
give me: gimme
going to: gonna
great: gr8
have: hv
have to: gotta
haven't: havent
how: hw
i don't know: idk
i'm: im
i've: ive
isn't: isnt
kind of: kinda
late: l8
later: l8r
let me: lemme
lost: lst
love: luv
message: msg
money: mny
need: nid
never mind: nvm
night: nite
no one: no1
oh my god: omg
ok: k
out of: outta
payment: pmt
people: ppl
picture: pic
please: pls plz
really: rly
see you: cya
should: shud
sorry: sry
tell: tel
text: txt
thank you: ty
thanks: thx tnx tx
the: da
today: 2day
tomorrow: 2moro tmrw
tonight: 2nite
transfer: xfer
urgent: urgnt
want to: wanna
what: wat wot wut
when: wen
where is: wers
where's: wheres
why: y
won't: wont
would: wud
years: yrs
you: u
your: ur yr
"""
"""None of the short forms is a word of its own in a customer's sentence."""

SHORT = {
    short: meant for meant, _, shorts in (line.partition(":") for line in TABLE.split("\n") if line) for short in shorts.split()
}

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
