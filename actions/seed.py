"""The sample bank's records: all fictional people, numbers from the range kept for fiction (555-0100 to 555-0199).

``docs/sample-bank.md`` shows them; a test keeps the two alike. Branch streets are invented, zip codes are real.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from actions.records import samples as payments
from actions.tables import Account, Base, Branch, Card, CardStatus, Customer, Delivery, DeliveryStatus, Hold, ZipCode
from bot.skills.parsing.names import key


@dataclass(frozen=True, slots=True)
class Person:
    """One customer of the sample bank, as the documentation lists them."""

    id: str
    name: str
    phone: str
    pin: str
    cards: tuple[tuple[str, CardStatus, Hold], ...]
    accounts: tuple[tuple[str, int], ...]
    delivery: tuple[str, str, DeliveryStatus, int]
    """Last four digits, carrier, status, days from the first start until (or since) the delivery."""


_IN, _ON, _OFF = CardStatus.INACTIVE, CardStatus.ACTIVE, CardStatus.BLOCKED
_MAIL, _COURIER = "Harbour Mail", "Swift Courier"
PEOPLE = (
    Person(
        id="ana",
        name="Ana Lopez",
        phone="+12125550101",
        pin="4821",
        cards=(("4421", _IN, Hold.REVIEW),),
        accounts=(("checking", 124_050), ("savings", 830_000)),
        delivery=("4421", _MAIL, DeliveryStatus.DELIVERED, -3),
    ),
    Person(
        id="ben",
        name="Ben Carter",
        phone="+12125550102",
        pin="7306",
        cards=(("1881", _IN, Hold.NONE),),
        accounts=(("checking", 8_615),),
        delivery=("1881", _MAIL, DeliveryStatus.DELIVERED, -2),
    ),
    Person(
        id="chidi",
        name="Chidi Okafor",
        phone="+16175550103",
        pin="5190",
        cards=(("7302", _IN, Hold.VERIFY),),
        accounts=(("checking", 310_277), ("savings", 1_200_000)),
        delivery=("7302", _MAIL, DeliveryStatus.DELIVERED, -1),
    ),
    Person(
        id="dora",
        name="Dora Nielsen",
        phone="+16175550104",
        pin="2648",
        cards=(("5540", _ON, Hold.NONE),),
        accounts=(("checking", 94_133),),
        delivery=("5540", _MAIL, DeliveryStatus.RETURNED, -6),
    ),
    Person(
        id="elodie",
        name="Élodie Martin",
        phone="+12125550105",
        pin="9037",
        cards=(("6017", _IN, Hold.NONE),),
        accounts=(("checking", -4_520),),
        delivery=("6017", _COURIER, DeliveryStatus.POSTED, 2),
    ),
    Person(
        id="farid",
        name="Farid Haddad",
        phone="+12125550106",
        pin="6174",
        cards=(("3390", _OFF, Hold.NONE), ("9274", _IN, Hold.NONE)),
        accounts=(("checking", 57_700),),
        delivery=("9274", _MAIL, DeliveryStatus.POSTED, -4),
    ),
)

BRANCHES = (
    ("tribeca", "Tribeca", "18 Anchor Street", "New York", "10013", 40.7201, -74.0052, "9 am to 5 pm", "10 am to 2 pm"),
    ("union", "Union Square", "205 Lantern Row", "New York", "10003", 40.7318, -73.9892, "8 am to 6 pm", "9 am to 3 pm"),
    ("midtown", "Midtown", "77 Compass Avenue", "New York", "10018", 40.7551, -73.9925, "8 am to 6 pm", "closed"),
    ("uptown", "Uptown", "410 Beacon Place", "New York", "10025", 40.7986, -73.9667, "9 am to 5 pm", "10 am to 2 pm"),
    ("brooklyn", "Brooklyn Heights", "6 Tideway", "Brooklyn", "11201", 40.6939, -73.9907, "9 am to 5 pm", "9 am to 1 pm"),
    ("astoria", "Astoria", "31 Mariner Road", "Queens", "11103", 40.7627, -73.9132, "9 am to 5 pm", "closed"),
    ("boston", "Boston Harbor", "2 Lighthouse Way", "Boston", "02110", 42.3572, -71.0522, "9 am to 5 pm", "9 am to 1 pm"),
    ("backbay", "Back Bay", "88 Schooner Street", "Boston", "02116", 42.3498, -71.0765, "9 am to 6 pm", "closed"),
)  # fmt: skip

# zip code, latitude, longitude, place
ZIPS = """\
10001 40.7506 -73.9972 Chelsea
10002 40.7157 -73.9861 Lower East Side
10003 40.7318 -73.9892 East Village
10004 40.6988 -74.0384 Battery Park
10005 40.7061 -74.0087 Wall Street
10006 40.7094 -74.0131 Trinity
10007 40.7139 -74.0078 City Hall
10009 40.7262 -73.9786 Alphabet City
10010 40.7390 -73.9826 Gramercy
10011 40.7420 -74.0003 Chelsea
10012 40.7255 -73.9983 SoHo
10013 40.7201 -74.0052 Tribeca
10014 40.7341 -74.0065 West Village
10016 40.7452 -73.9780 Murray Hill
10017 40.7524 -73.9726 Grand Central
10018 40.7551 -73.9925 Garment District
10019 40.7655 -73.9856 Midtown West
10021 40.7694 -73.9588 Upper East Side
10023 40.7764 -73.9825 Lincoln Square
10024 40.7985 -73.9760 Upper West Side
10025 40.7986 -73.9667 Bloomingdale
10027 40.8116 -73.9532 Harlem
10028 40.7765 -73.9534 Yorkville
10036 40.7597 -73.9905 Times Square
10038 40.7093 -74.0023 Seaport
10128 40.7816 -73.9511 Carnegie Hill
10280 40.7105 -74.0163 Battery Park City
10301 40.6317 -74.0927 Staten Island
10451 40.8201 -73.9236 South Bronx
10463 40.8807 -73.9066 Riverdale
11101 40.7471 -73.9385 Long Island City
11103 40.7627 -73.9132 Astoria
11201 40.6939 -73.9907 Brooklyn Heights
11205 40.6944 -73.9662 Fort Greene
11211 40.7127 -73.9531 Williamsburg
11215 40.6627 -73.9862 Park Slope
11217 40.6823 -73.9789 Boerum Hill
11222 40.7272 -73.9495 Greenpoint
11231 40.6794 -74.0014 Red Hook
11354 40.7683 -73.8271 Flushing
07030 40.7453 -74.0279 Hoboken
07302 40.7221 -74.0469 Jersey City
02108 42.3576 -71.0637 Beacon Hill
02109 42.3623 -71.0538 Waterfront
02110 42.3572 -71.0522 Financial District
02111 42.3503 -71.0629 Chinatown
02113 42.3653 -71.0550 North End
02114 42.3611 -71.0682 West End
02115 42.3427 -71.0922 Fenway
02116 42.3498 -71.0765 Back Bay
02118 42.3362 -71.0729 South End
02127 42.3350 -71.0450 South Boston
02139 42.3647 -71.1042 Cambridge
02210 42.3489 -71.0465 Seaport
"""


def hash_pin(pin: str, salt: bytes | None = None) -> str:
    """``<salt>$<scrypt hash>`` in hex. A four-digit PIN needs a limit of tries beside it, whatever its hash."""
    salt = salt or secrets.token_bytes(16)
    return f"{salt.hex()}${hashlib.scrypt(pin.encode(), salt=salt, n=2**14, r=8, p=1).hex()}"


def pin_matches(pin: str, pin_hash: str) -> bool:
    """Compared in constant time."""
    salt, _, _ = pin_hash.partition("$")
    return hmac.compare_digest(hash_pin(pin, bytes.fromhex(salt)), pin_hash)


NOBODYS_PIN = f"{bytes(16).hex()}${bytes(64).hex()}"
"""A hash that no PIN has, so that an unknown number takes as long to refuse as a known one."""


def seed(session: Session, today: date) -> None:
    """Add the sample records that are missing; what is there (an activated card) stays as it is. Does not commit.

    One kind after the other, because the tables have no relationships from which the order of inserts could be told.
    """
    if session.scalar(select(Branch.id).limit(1)) is None:
        for kind in (_customers(), _holdings(today), _places()):
            session.add_all(record for record in kind if session.get(type(record), _id(record)) is None)
            session.flush()
    payments.seed(session, today)


def _id(record: Base) -> str:
    return record.zip if isinstance(record, ZipCode) else str(getattr(record, "id"))  # noqa: B009  (each table has its own id)


def _customers() -> Iterator[Base]:
    for one in PEOPLE:
        yield Customer(id=one.id, full_name=one.name, name_key=key(one.name), phone=one.phone, pin_hash=hash_pin(one.pin))


def _holdings(today: date) -> Iterator[Base]:
    for one in PEOPLE:
        for last4, status, hold in one.cards:
            yield Card(id=f"{one.id}-{last4}", customer_id=one.id, last4=last4, status=status, hold=hold)
        for kind, cents in one.accounts:
            yield Account(id=f"{one.id}-{kind}", customer_id=one.id, kind=kind, cents=cents)
        last4, carrier, sent, days = one.delivery
        yield Delivery(
            id=f"{one.id}-{last4}",
            customer_id=one.id,
            last4=last4,
            carrier=carrier,
            status=sent,
            expected=today + timedelta(days=days),
        )


def _places() -> Iterator[Base]:
    for line in ZIPS.splitlines():
        name, latitude, longitude, place = line.split(maxsplit=3)
        yield ZipCode(zip=name, place=place, latitude=float(latitude), longitude=float(longitude))
    fields = ("id", "name", "street", "city", "zip", "latitude", "longitude", "weekdays", "saturday")
    for branch in BRANCHES:
        yield Branch(**dict(zip(fields, branch, strict=True)))
