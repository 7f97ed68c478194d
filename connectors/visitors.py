"""Who is at the other end of a request, when a reverse proxy stands between: one rule for every limit of the house.

A proxy of ours adds the address that it saw to the right of ``X-Forwarded-For``; what stands left of that was written by whoever
spoke to the proxy, and may be anything. So the list is read from the right, over our own proxies, to the first address that is
none of them: the visitor. The header is looked at only when the peer of the connection is a proxy of ours
(``TRUSTED_PROXIES``). https://developer.mozilla.org/docs/Web/HTTP/Headers/X-Forwarded-For#selecting_an_ip_address
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from aiohttp import web  # the settings read this module too, in processes that serve nothing

FORWARDED_FOR = "X-Forwarded-For"
IPV6_PLACE = 64
"""Bits of an IPv6 address that stand for one place: a home or a phone is given 2**64 addresses, and may use each once."""

IpAddress: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
IpNetwork: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network
_WITH_PORT = re.compile(r"\[(?P<six>[^\]]+)\](?::\d{1,5})?|(?P<four>\d{1,3}(?:\.\d{1,3}){3}):\d{1,5}", re.ASCII)


class Known(StrEnum):
    """How an address is known; a counter's label."""

    PEER = "peer"  # no proxy of ours: the connection's own
    FORWARDED = "forwarded"  # a proxy of ours told it
    UNNAMED = "unnamed"  # a proxy of ours told none: everybody behind it is one
    UNBELIEVED = "unbelieved"  # somebody who is no proxy of ours told one: not looked at


class Visitor(NamedTuple):
    """``address`` is empty when the connection has none."""

    address: str
    known: Known


@dataclass(frozen=True, slots=True)
class Proxies:
    """The networks of our own proxies."""

    networks: tuple[IpNetwork, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Proxies:
        """Addresses and networks (CIDR), separated by commas. ValueError names the one that is neither."""
        return cls(tuple(_network(item) for item in (part.strip() for part in text.split(",")) if item))

    def trust(self, address: IpAddress) -> bool:
        """Whether it is one of ours."""
        return any(address.version == network.version and address in network for network in self.networks)

    def visitor(self, peer: str | None, forwarded: Sequence[str]) -> Visitor:
        """Who speaks: ``peer`` is the connection's other end, ``forwarded`` the values of every X-Forwarded-For, as they came."""
        at = address_of(peer or "")
        if at is None or not self.trust(at):
            return Visitor(str(at or ""), Known.UNBELIEVED if forwarded else Known.PEER)
        last, known = at, Known.UNNAMED
        for hop in reversed([hop for value in forwarded for hop in value.split(",")]):
            told = address_of(hop)
            if told is None:
                break  # one of ours wrote no address: what is left of it is not known to be true
            last, known = told, Known.FORWARDED
            if not self.trust(told):
                break
        return Visitor(str(last), known)


def address_of(text: str) -> IpAddress | None:
    """An address as it stands in a header or a connection: with or without a port, a scope, or IPv4 inside IPv6."""
    text = text.strip()
    if found := _WITH_PORT.fullmatch(text):
        text = found["six"] or found["four"]
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def place_of(request: web.Request) -> str:
    """What every limit counts by: an IPv4 address, or the network of an IPv6 one; ``unknown`` for neither.

    ``request.remote`` is the visitor's address: the listeners' middleware saw to it (``gateway.observe.middleware``).
    """
    return network_of(request.remote or "") or "unknown"


def network_of(remote: str) -> str | None:
    """The place of an address (or of a place); None when it is none."""
    address = address_of(remote.removesuffix(f"/{IPV6_PLACE}"))
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((address, IPV6_PLACE), strict=False))
    return str(address) if address else None


def _network(text: str) -> IpNetwork:
    network: IpNetwork = ipaddress.ip_network(text, strict=False)
    if isinstance(network, ipaddress.IPv6Network):
        mapped = network.network_address.ipv4_mapped
        if mapped is not None and network.prefixlen >= 96:  # ::ffff:10.0.0.0/104 is 10.0.0.0/8
            network = ipaddress.ip_network((mapped, network.prefixlen - 96), strict=False)
    if network.prefixlen == 0:
        raise ValueError(f"{text} is everybody")
    return network
