"""The sample bank's records: all fictional people, numbers from the range kept for fiction (555-0100 to 555-0199).

``docs/sample-bank.md`` shows them; a test keeps the two alike. Branch streets are invented, zip codes are real.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from actions.names import key
from actions.tables import Account, Base, Branch, Card, CardStatus, Customer, Delivery, DeliveryStatus, Hold, ZipCode


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
    Person("ana", "Ana Lopez", "+12125550101", "4821", (("4421", _IN, Hold.REVIEW),), (("checking", 124_050), ("savings", 830_000)),
           ("4421", _MAIL, DeliveryStatus.DELIVERED, -3)),
    Person("ben", "Ben Carter", "+12125550102", "7306", (("1881", _IN, Hold.NONE),), (("checking", 8_615),),
           ("1881", _MAIL, DeliveryStatus.DELIVERED, -2)),
    Person("chidi", "Chidi Okafor", "+16175550103", "5190", (("7302", _IN, Hold.VERIFY),), (("checking", 310_277), ("savings", 1_200_000)),
           ("7302", _MAIL, DeliveryStatus.DELIVERED, -1)),
    Person("dora", "Dora Nielsen", "+16175550104", "2648", (("5540", _ON, Hold.NONE),), (("checking", 94_133),),
           ("5540", _MAIL, DeliveryStatus.RETURNED, -6)),
    Person("elodie", "Élodie Martin", "+12125550105", "9037", (("6017", _IN, Hold.NONE),), (("checking", -4_520),),
           ("6017", _COURIER, DeliveryStatus.POSTED, 2)),
    Person("farid", "Farid Haddad", "+12125550106", "6174", (("3390", _OFF, Hold.NONE), ("9274", _IN, Hold.NONE)), (("checking", 57_700),),
           ("9274", _MAIL, DeliveryStatus.POSTED, -4)),
)  # fmt: skip

BRANCHES = (
    ("tribeca", "Tribeca", "18 Anchor Street", "New York", "10013", 40.7201, -74.0052, "9 am to 5 pm", "10 am to 2 pm"),
    ("union", "Union Square", "205 Lantern Row", "New York", "10003", 40.7318, -73.9892, "8 am to 6 pm", "9 am to 3 pm"),
    ("midtown", "Midtown", "77 Compass Avenue", "New York", "10018", 40.7551, -73.9925, "8 am to 6 pm", "closed"),
    ("uptown", "Uptown", "410 Beacon Place", "New York", "10025", 40.7986, -73.9667, "9 am to 5 pm", "10 am to 2 pm"),
    ("brooklyn", "Brooklyn Heights", "6 Tideway", "Brooklyn", "11201", 40.6939, -73.9907, "9 am to 5 pm", "9 am to 1 pm"),
    ("astoria", "Astoria", "31 Mariner Road", "Queens", "11103", 40.7627, -73.9132, "9 am to 5 pm", "closed"),
    ("boston", "Boston Harbor", "2 Lighthouse Way", "Boston", "02110", 42.3572, -71.0522, "9 am to 5 pm", "9 am to 1 pm"),
    ("backbay", "Back Bay", "88 Schooner Street", "Boston", "02116", 42.3498, -71.0765, "9 am to 6 pm", "closed"),
)

# zip, place, latitude, longitude
ZIPS = (
    ("10001", "Chelsea", 40.7506, -73.9972), ("10002", "Lower East Side", 40.7157, -73.9861), ("10003", "East Village", 40.7318, -73.9892),
    ("10004", "Battery Park", 40.6988, -74.0384), ("10005", "Wall Street", 40.7061, -74.0087), ("10006", "Trinity", 40.7094, -74.0131),
    ("10007", "City Hall", 40.7139, -74.0078), ("10009", "Alphabet City", 40.7262, -73.9786), ("10010", "Gramercy", 40.7390, -73.9826),
    ("10011", "Chelsea", 40.7420, -74.0003), ("10012", "SoHo", 40.7255, -73.9983), ("10013", "Tribeca", 40.7201, -74.0052),
    ("10014", "West Village", 40.7341, -74.0065), ("10016", "Murray Hill", 40.7452, -73.9780), ("10017", "Grand Central", 40.7524, -73.9726),
    ("10018", "Garment District", 40.7551, -73.9925), ("10019", "Midtown West", 40.7655, -73.9856), ("10021", "Upper East Side", 40.7694, -73.9588),
    ("10023", "Lincoln Square", 40.7764, -73.9825), ("10024", "Upper West Side", 40.7985, -73.9760), ("10025", "Bloomingdale", 40.7986, -73.9667),
    ("10027", "Harlem", 40.8116, -73.9532), ("10028", "Yorkville", 40.7765, -73.9534), ("10036", "Times Square", 40.7597, -73.9905),
    ("10038", "Seaport", 40.7093, -74.0023), ("10128", "Carnegie Hill", 40.7816, -73.9511), ("10280", "Battery Park City", 40.7105, -74.0163),
    ("10301", "Staten Island", 40.6317, -74.0927), ("10451", "South Bronx", 40.8201, -73.9236), ("10463", "Riverdale", 40.8807, -73.9066),
    ("11101", "Long Island City", 40.7471, -73.9385), ("11103", "Astoria", 40.7627, -73.9132), ("11201", "Brooklyn Heights", 40.6939, -73.9907),
    ("11205", "Fort Greene", 40.6944, -73.9662), ("11211", "Williamsburg", 40.7127, -73.9531), ("11215", "Park Slope", 40.6627, -73.9862),
    ("11217", "Boerum Hill", 40.6823, -73.9789), ("11222", "Greenpoint", 40.7272, -73.9495), ("11231", "Red Hook", 40.6794, -74.0014),
    ("11354", "Flushing", 40.7683, -73.8271), ("07030", "Hoboken", 40.7453, -74.0279), ("07302", "Jersey City", 40.7221, -74.0469),
    ("02108", "Beacon Hill", 42.3576, -71.0637), ("02109", "Waterfront", 42.3623, -71.0538), ("02110", "Financial District", 42.3572, -71.0522),
    ("02111", "Chinatown", 42.3503, -71.0629), ("02113", "North End", 42.3653, -71.0550), ("02114", "West End", 42.3611, -71.0682),
    ("02115", "Fenway", 42.3427, -71.0922), ("02116", "Back Bay", 42.3498, -71.0765), ("02118", "South End", 42.3362, -71.0729),
    ("02127", "South Boston", 42.3350, -71.0450), ("02139", "Cambridge", 42.3647, -71.1042), ("02210", "Seaport", 42.3489, -71.0465),
)  # fmt: skip


def hash_pin(pin: str, salt: bytes | None = None) -> str:
    """``<salt>$<scrypt hash>`` in hex. A four-digit PIN needs a limit of tries beside it, whatever its hash."""
    salt = salt or secrets.token_bytes(16)
    return f"{salt.hex()}${hashlib.scrypt(pin.encode(), salt=salt, n=2**14, r=8, p=1).hex()}"


def seed(session: Session, today: date) -> None:
    """Add the sample records that are missing; what is there (an activated card) stays as it is. Does not commit.

    One kind after the other, because the tables have no relationships from which the order of inserts could be told.
    """
    if session.scalar(select(Branch.id).limit(1)) is not None:
        return
    for kind in (_customers(), _holdings(today), _places()):
        session.add_all(record for record in kind if session.get(type(record), _id(record)) is None)
        session.flush()


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
            id=f"{one.id}-{last4}", customer_id=one.id, last4=last4, carrier=carrier, status=sent, expected=today + timedelta(days=days)
        )


def _places() -> Iterator[Base]:
    for name, place, latitude, longitude in ZIPS:
        yield ZipCode(zip=name, place=place, latitude=latitude, longitude=longitude)
    fields = ("id", "name", "street", "city", "zip", "latitude", "longitude", "weekdays", "saturday")
    for branch in BRANCHES:
        yield Branch(**dict(zip(fields, branch, strict=True)))
