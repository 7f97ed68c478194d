"""A sentence in another language, word by word in English: the sentence model has read English alone.

Only the sentence's vector is of the gloss; n-grams, slots, records and agents have the customer's words. Grammar is left out:
what counts is which words stand there. docs/decisions/0020 has what it brings.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass

from bot.rasa_side.nlu.abroad.sound import sounded

WORD = re.compile(r"\w+")
SHORTEST = 3
"""Letters of a beginning."""

SPANISH = """
name is: llamo; one: uno; two: dos; three: tres; four: cuatro; five: cinco; six: seis; seven: siete; eight: ocho; nine: nueve
abroad: extranjero exterior; accept: acept* agarr*; account: cuenta cuentas cuentita*; activate: activ*
address: direccion* domicilio; advisor: asesor* ejecutiv*; afraid: miedo; afternoon: tarde; again: vez nuevamente
agent: agente* representante operador*; airport: aeropuerto; alert: alerta* notific* avis*; already: ya; also: tambien ademas
amount: cantidad monto; and: y e; angry: molest* enoj* hart* furios*; another: otra otro otras otros
answer: contest* respond* respuesta; apartment: apartamento* departamento*; app: app aplicacion*; appointment: turno cita* sita*
april: abril; arrive: lleg* yeg* cae caer refleja* aparec*; ask: pregunt* pide* pidi*; attempts: intentos; august: agosto
aunt: tia tio; authorize: autoriz*; available: disponible*; baby: bebe nino* nina*; back: atras regres* volver vuelve
bad: mal mala malo pesim*; bag: bols* mochila*; balance: saldo*; bank: banco bancos bancari*; beach: playa*
behalf: parte nombre; bent: dobl*; big: grande* gran; bill: factura* recibo*; bitcoin: bitcoin cripto*
blocked: bloqueado bloqueada bloquearon bloqueo; book: agend* reserv* programar separar apunt*; boss: jefe patron* jefa
boy: muchacho; boyfriend: novi*; branch: sucursal* oficina* agencia*; broke: descompus* dano
broken: romp* rota roto quebr* parti*; brother in law: cunad*; brother: herman*; bus: bus camion autobus
business: negocio* empresa*; but: pero; button: boton*; buy: compr*; call: llam* marc*; can: puedo pueden puede podria* podemos
cancel: cancel* anul* kancel*; car: carro coche; card: tarjeta* plastico* targeta*; cash machine: cajero* cagero*
cash: efectivo; cat: gat*; certificate: constancia comprobante* certificad*; change: cambi* kambi* modific*
charge: cargo cargos cobr* cargaron; charged: cobraron; check: cheque*; checking: corriente; chip: chip; church: iglesia
citizenship: ciudadania; city: ciudad; client: client*; close: cerrar* cierr* cerar cerrad*; clothes: ropa; code: codigo*
coins: moneda*; come: viene venir vengo; complaint: quej* keja inconform*; computer: computadora*; continue: segu* sig* continu*
cook: cocin*; copy: copia*; cost: cuest* vale precio* costo*; country: pais; cousin: prim*; credit: credito*; currency: moneda
damaged: dana* deterior* rayad* gastad* desgast*; daughter: hija; day: dia dias diari*; debit: debito*; december: diciembre
declined: declin* rechaz* rechas* deneg* negada rebot*; delay: tarda* demora*; delivery: entrega
deposit: deposit* consign* ingres* abon*; died: fallec* muri* difunt* muert* defuncion; direct deposit: directo
dispute: disput* reclam* impugn* desconocer; divorced: divorci*; do: hacer hago hace haga hacen; doctor: doctor* medic* dentista
documents: documento*; dog: perr*; dollars: dolar* bucks; double: duplicad*; down: caid*; download: descarg* bajo
dream: sonar sueno; early: temprano tempranito; electricity: luz; email: correo email; employer: trabajo empleador recursos
english: ingles; enough: suficiente alcanz*; enter: entrar entro entra meterme; error: error fall*; europe: europa; euros: euro*
everything: todo toda todos todas; exchange: cambio; expired: vencida vencido vencio; expires: venc* caduc* expir*
explain: expliqu* explic*; fake: fals*; family: famili*; fast: rapid*; father: papa padre; february: febrero
fee: comision* cuota* tarifa* recargo* fees; fell: cay* callo; find: encuentr* encontr* hall* allo ubic* busc* busq*
first: primer*; flight: vuel* avion; food: comida comer arroz; football: futbol; for: para por
foreign: extranjera extrangero internacional*; forget it: dejelo dejalo olvidelo olvidalo; forgot: olvido olvidado
form: forma formulario solicitud; fraud: fraude* estaf* clon* hack* jaque*; free: gratis
freeze: congel* paus* suspend* inmoviliz* inhabilit* freez*; friday: viernes; friend: amig*; from: desde
furniture: mueble* lavadora sala; game: partido* juego*; gas station: gasolinera; girl: muchacha senorita
give: dar deme dame da dan; go: voy va van ir iba vamos fui; going out of: salgo salir sali; good: buen*
goodbye: adios chao chau; got: llego; grandmother: abuel*; grandson: niet*; guardian: tutor; gym: gimnasio
have: tengo tiene tienen tenia traigo; headache: duele dolor; hello: hola buenas holi ola; help: ayud* auxilio; high: alt*
history: historial; holiday: feriado* festivo navidad; hospital: hospital*; hotel: hotel; hour: hora horas; house: casa
how many: cuantos cuantas; how much: cuanto cuanta; how: como; human: human*; husband: esposo marido; i am: soy estoy
iban: iban; in: en; inheritance: herencia albacea beneficiari*; insufficient: insuficiente*; insurance: seguro
interest: interes tasa*; interpreter: interprete traductor; invest: inver* accion*; is: es esta son; january: enero
joke: chiste* gracios*; july: julio; june: junio; keep: guard*; know: saber sabe saver sabes; lady: senora*
landlord: casero dueno; language: idioma*; last name: apellido; last: ultim* pasad*; lawyer: abogad*; left: deje olvid*
less: menos; letter: carta*; license: licencia; limit: limite* tope* maximo*; link: enlace* link liga; list: lista listado
listen: escuch* oi oigo oye; little: poc*; live: vivo vive vivir; load: carga cargar; loan: prest*
located: ubicad* ubicacion queda; lock: bloque* candado trab*; login: sesion login ingresar; lose: pierdo pierda
lost: perdi perdio perdimos perdido perdida perder perdy extravi*; lower: bajar* baje* baja reduc* reduz* disminu* recort*
machine: maquina*; made: hice hizo hicieron; mail: buzon sobre cartero; maintenance: mantenimiento; man: hombre senor
manager: gerente*; many: much*; march: marzo; married: case casamos; matter: importa; may: mayo; me: me; mean: significa refier*
medicine: medicina*; meet: reuni*; melted: derrit*; menu: menu; mexico: mexico; mine: mio mia mios mias; minimum: minim*
minor: menor; minute: minuto*; mistake: error*; monday: lunes
money: dinero* plata lana feria pisto real chavos chavo billetes fondos dinerito; month: mes meses mensual*; more: mas
morning: mananita; mortgage: hipotec*; mother in law: suegr*; mother: mama madre
move: mover* muev* reagend* reprogram* posponer* aplaz* recorr* pasar; moved: mude mudamos mudar* mudo; movie: pelicula*
my: mi mis; name: nombre*; nearest: cercan* sercan* cerca proxim*; need: necesit* ocupo ocupamos requier*; negative: negativo
neighbour: vecin*; never: nunca jamas; new: nuev*; next: siguiente proxima; night: noche*; nobody: nadie; not: no ni nop nel
nothing: nada; november: noviembre; now: ahora ahorita; number: numer*; october: octubre; of: de del; old: viej*
online: linea internet; only: solo nomas; open: abr* apertur* abiert*; opening hours: horario* orario; or: o
ordered: pedi ordene solicit*; out: fuera; overdraft: sobregiro* overdraft; own: propi*; package: paquete*; paid: pagaron
paper: papel*; passport: pasaporte; password: contrasen* clave* password; pay: pagu* paga*; payment: pago pagos
payroll: nomina quincena sueldo salario; pdf: pdf; pending: pendiente*; people: gente; permission: permiso
person: persona humano* alguien; pesos: pesos; pharmacy: farmacia; phone: telefono* celular* movil cel; picture: foto*
pin: pin nip; please: favor porfa; portuguese: portugues; power of attorney: poder apoderad* notarial
president: president* eleccion*; press: apret* oprim* pic*; print: imprim*; problem: problem*; purchase: compra compras consumo*
put: poner pon pong*; question: pregunta duda consulta; rain: lluev*
raise: subir* suba* sube* subo aument* amplia* increment* elev*; reactivate: reactiv*; read: lee* lea; receipt: recibo
receive: recib*; recent: recient*; recipe: receta*; recognize: reconoz* reconoc* conozc*; recover: recuper*
refund: reembols* devuelv* devol* regresen reintegr*; remember: recuerd* acuerd*; renew: renov* renuev*; rent: renta alquiler
repeat: repet*; replace: reempla* repos* repon* cambie cambien; requirements: requisito*; reset: restablec* reset* reestablec*
restaurant: restaurante; return: regreso regresar; robot: robot bot; routing: ruta routing; rude: groser*; same: mism*
saturday: sabado*; savings: ahorro*; say: dijo dijeron dice* repit*; school: escuela* colegio; secret: secret*
security: seguridad; see: ver veo; send: mand* envi*; sent: mande mandaron envie enviaron mandado; september: septiembre
service: servicio*; shoes: zapato* tenis; sing: cant*; slow: lent*; small: chic* pequen*; social security: social
solve: resuelv* resolv* arregl*; son: hijo hijos; song: cancion* musica; soon: pronto; sorry: perdon disculpe; spanish: espanol
speak: hable; spend: gast*; start: empez* empec* comenz* reinici* inicio; statement: extracto* resumen* estado estados
station: estacion*; still: todavia sigue sigo aun; stolen: rob* hurt* asalt* ladron* arrebat* bolse*
stop: dejen dejar pare paren parar quiten quitar quite quitenme quiteme; store: tienda* supermercado super
story: cuento historia; street: calle*; stripe: banda; student: estudiante; subscribe: suscrib* inscrib*
subscription: suscripcion* membresia; sunday: domingo*; suspicious: rar* sospech*; swift: swift bic; system: sistema
take: llevar tomar; talk: habl* platic* ablar; taxes: impuesto* taxes; taxi: taxi uber; tell: diga* dime dile contar cuent*
teller: cajera* ventanilla*; temporarily: temporal*; text: mensaje* mensajit* texto* sms msj
thank you: gracias agradez* agradec* grax; there is: hay; thursday: jueves; ticket: boleto*; times: veces; to: a al; today: hoy
tomorrow: manana; too many: demasiad*; total: total; track: rastre* seguimiento tracking; train: tren metro
transactions: movimiento* transac* operacion*; transfer: transf* giro giros gire envio; translate: traduc* traduz*
travel: viaj*; treated: trat*; trip: viaje vacaciones crucero; true: verdad; try: trate tratar intent*; tuesday: martes
turn off: apag* desactiv*; turn on: prend* encend* enciend* habilit*; twice: doble; unacceptable: inaceptable verguenza
unauthorized: desautorizad*; understand: entiend* entend*; unfreeze: descongel*; university: universidad; unlock: desbloque*
update: actualiz* actualis*; urgent: urg*; use: us*; user: usuario; verify: verific* confirm*; visa: visa; visit: visit*
wages: sueldo* salario* pension; wait: momento espere* aguard* segundito momentito; waiting: esper*
wallet: cartera billetera monedero; want: quier* quisier* dese*; was: era fue; washed: lav*; we: nos nosotros
weather: tiempo llov* lluvia clima; website: pagina* sitio web; wedding: boda; wednesday: miercoles; week: semana*; weekend: fin
wet: moj*; what: que cual cuales; when: cuando; where: donde dond adonde; while: mientras; who: quien quienes; why: porque
wife: esposa mujer; wire: wire; with: con; withdraw: retir* saque* sac* extra*; without: sin
work: funcion* sirv* jala jale jalan trabaja; worried: preocupad*; write: escrib*; wrong: equivoc* incorrect* errone*
year: ano anos anual; yes: si claro simon; yesterday: ayer; you: usted ustedes; your: su sus tu; zero: cero*
"""
"""English, and what it stands for; with a star every word that begins so. Without accents, as ``normal`` leaves them."""

NOTHING = {"es": frozenset("la el los las un una se le lo les".split())}
"""Words that English does without."""


@dataclass(frozen=True, slots=True)
class Glosses:
    """The English for words as they sound, and for those that begin with something; ``nothing``: words that are left out."""

    words: Mapping[str, str]
    beginnings: Mapping[str, str]
    nothing: Set[str]
    language: str

    @classmethod
    def of(cls, table: str, language: str) -> Glosses:
        """``english: word beginning*; ...``."""
        said = {sounded(word, language): english for word, english in _entries(table)}
        whole = {word: english for word, english in said.items() if not word.endswith("*")}
        begun = {word[:-1]: english for word, english in said.items() if word.endswith("*")}
        return cls(whole, begun, NOTHING[language], language)

    def english(self, word: str) -> str:
        """The word's; that of its longest beginning otherwise; the word itself when there is none (a name, a country)."""
        sound = sounded(word, self.language)
        if sound in self.words:
            return self.words[sound]
        begun = (sound[:end] for end in range(len(sound), SHORTEST - 1, -1))
        return next((self.beginnings[one] for one in begun if one in self.beginnings), word)


def _entries(table: str) -> Iterator[tuple[str, str]]:
    for entry in table.replace("\n", ";").split(";"):
        english, _, words = entry.partition(":")
        yield from ((word, english.strip()) for word in words.split())


GLOSSES = {"es": Glosses.of(SPANISH, "es")}
"""By language."""


def glossed(text: str, language: str) -> str:
    """A text that ``normal`` made plain; as it is in English, and in a language without glosses."""
    known = GLOSSES.get(language)
    if known is None:
        return text
    return " ".join(known.english(word) for word in WORD.findall(text) if word not in known.nothing) or text
