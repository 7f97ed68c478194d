"""Who visits: the right-most address that no proxy of ours has, believed from our proxies alone."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.visitors import Known, Proxies, network_of

OURS = Proxies.parse("127.0.0.1, 10.0.0.0/8, fd00::/8")


@pytest.mark.parametrize(
    ("peer", "forwarded", "visitor", "known"),
    [
        ("203.0.113.9", [], "203.0.113.9", Known.PEER),
        ("203.0.113.9", ["198.51.100.7"], "203.0.113.9", Known.UNBELIEVED),
        ("127.0.0.1", ["198.51.100.7"], "198.51.100.7", Known.FORWARDED),
        ("127.0.0.1", ["192.0.2.1, 198.51.100.7"], "198.51.100.7", Known.FORWARDED),
        ("127.0.0.1", ["192.0.2.1", "198.51.100.7"], "198.51.100.7", Known.FORWARDED),
        ("127.0.0.1", ["192.0.2.1, 198.51.100.7, 10.1.2.3"], "198.51.100.7", Known.FORWARDED),
        ("127.0.0.1", ["10.0.0.5, 10.1.2.3"], "10.0.0.5", Known.FORWARDED),
        ("127.0.0.1", [], "127.0.0.1", Known.UNNAMED),
        ("127.0.0.1", [""], "127.0.0.1", Known.UNNAMED),
        ("127.0.0.1", ["198.51.100.7, unknown"], "127.0.0.1", Known.UNNAMED),
        ("127.0.0.1", ["198.51.100.7, unknown, 10.1.2.3"], "10.1.2.3", Known.FORWARDED),
        ("127.0.0.1", ["198.51.100.7:40122"], "198.51.100.7", Known.FORWARDED),
        ("127.0.0.1", ["[2001:db8::7]:40122"], "2001:db8::7", Known.FORWARDED),
        ("127.0.0.1", ["2001:db8::7"], "2001:db8::7", Known.FORWARDED),
        ("127.0.0.1", ["::ffff:198.51.100.7"], "198.51.100.7", Known.FORWARDED),
        ("::ffff:10.9.9.9", ["198.51.100.7"], "198.51.100.7", Known.FORWARDED),
        ("fd00::1%eth0", ["198.51.100.7"], "198.51.100.7", Known.FORWARDED),
        (None, ["198.51.100.7"], "", Known.UNBELIEVED),
    ],
)
def test_the_visitor_is_the_rightmost_address_that_is_no_proxy_of_ours(
    peer: str | None, forwarded: list[str], visitor: str, known: Known
) -> None:
    assert OURS.visitor(peer, forwarded) == (visitor, known)


@given(st.lists(st.one_of(st.text(max_size=40), st.ip_addresses().map(str)), max_size=6), st.ip_addresses())
def test_whatever_a_visitor_writes_before_it_changes_nothing(forged: list[str], visitor: object) -> None:
    """A proxy adds what it saw at the right: as one list, or as a header of its own."""
    seen = str(visitor)
    alone = OURS.visitor("127.0.0.1", [seen])
    if not OURS.trust(ipaddress.ip_address(alone.address)):
        assert OURS.visitor("127.0.0.1", [", ".join([*forged, seen])]) == alone
        assert OURS.visitor("127.0.0.1", [*forged, seen]) == alone


@given(st.lists(st.text(max_size=40), max_size=4), st.ip_addresses())
def test_from_a_stranger_the_header_is_never_looked_at(forged: list[str], stranger: object) -> None:
    without = OURS.visitor(str(stranger), [])
    if without.known is Known.PEER:
        assert OURS.visitor(str(stranger), forged).address == without.address


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("198.51.100.7", "198.51.100.7"),
        ("::ffff:198.51.100.7", "198.51.100.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::/64", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", None),
        ("unknown", None),
    ],
)
def test_a_home_of_many_ipv6_addresses_is_one_place(address: str, place: str | None) -> None:
    assert network_of(address) == place


@pytest.mark.parametrize(
    "text", ["proxy.example", "10.0.0.0/33", "127.0.0.1:8080", "0.0.0.0/0", "::/0", "10.0.0.1 10.0.0.2", "::ffff:0:0/96"]
)
def test_what_is_no_network_of_proxies_is_not_taken(text: str) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        Proxies.parse(text)


def test_an_ipv4_network_inside_ipv6_is_the_ipv4_network() -> None:
    assert Proxies.parse("::ffff:10.0.0.0/104") == Proxies.parse("10.0.0.0/8")
