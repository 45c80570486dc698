"""Which addresses a URL that a user gave may lead to. Pure.

Whoever may set such a URL must not reach, through this server, what only this server can reach: itself, its neighbours,
the network it is in, and the metadata service of the cloud it runs in. So only what is public is let through, and what
``egress.allow`` names although it is not. Addresses that carry another one inside (mapped, translated) are taken for
the one that they lead to.

Sources: the special-purpose registries of IANA for IPv4 and IPv6; RFC 6052 (NAT64), RFC 4291 2.5.5 (mapped).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from moorage.errors import BadRequest

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


class EgressRefused(BadRequest):
    """the address is not allowed"""


#: Not public, and public in form only.
_REFUSED_4 = tuple(
    IPv4Network(text)
    for text in (
        "0.0.0.0/8",  # this network; 0.0.0.0 reaches the host itself
        "10.0.0.0/8",
        "100.64.0.0/10",  # shared by carriers and clusters; the metadata of Alibaba Cloud
        "127.0.0.0/8",
        "168.63.129.16/32",  # Azure's wire server: a public address that is the host's own
        "169.254.0.0/16",  # link-local; the metadata of most clouds
        "172.16.0.0/12",
        "192.0.0.0/24",  # protocol assignments; the metadata of Oracle Cloud
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",  # reserved, and broadcast
    )
)

#: All that is unicast and global; what is not in it (loopback, unique local, link-local, multicast, ...) is refused.
_GLOBAL_6 = IPv6Network("2000::/3")
_REFUSED_6 = tuple(
    IPv6Network(text)
    for text in (
        "2001::/23",  # protocol assignments, among them Teredo, which carries any IPv4 address
        "2001:db8::/32",
        "2002::/16",  # 6to4: carries any IPv4 address
        "3fff::/20",
    )
)

#: Prefixes whose last 32 bits are the IPv4 address that a packet goes to.
_TRANSLATED = (IPv6Network("::ffff:0:0/96"), IPv6Network("64:ff9b::/96"))


def destination(address: Address) -> Address:
    """The address that a packet to it arrives at, as far as the address itself tells."""
    if isinstance(address, IPv6Address) and any(address in network for network in _TRANSLATED):
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address


def is_public(address: Address) -> bool:
    """Whether anybody on the internet could reach it as well."""
    address = destination(address)
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _REFUSED_4)
    return address in _GLOBAL_6 and not any(address in network for network in _REFUSED_6)


def literal(host: str) -> Address | None:
    """The address a URL's host stands for if it is one, with or without brackets and a zone; None for a name."""
    try:
        return ip_address(host.strip("[]").partition("%")[0])
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Allowed:
    """What is let through although it is not public: networks, host names, and ``*.`` with all below a name."""

    networks: tuple[Network, ...] = ()
    names: frozenset[str] = frozenset()
    suffixes: tuple[str, ...] = ()

    @classmethod
    def parse(cls, entries: Sequence[str]) -> Allowed:
        """From the setting, whose grammar ``settings.checks`` has seen to: what is no network is a name."""
        networks: list[Network] = []
        names: set[str] = set()
        suffixes: list[str] = []
        for entry in entries:
            text = entry.strip().lower().rstrip(".")
            try:
                networks.append(ip_network(text.strip("[]"), strict=False))
            except ValueError:
                if text.startswith("*."):
                    suffixes.append(text[1:])
                else:
                    names.add(text)
        return cls(tuple(networks), frozenset(names), tuple(suffixes))

    def has_name(self, host: str) -> bool:
        """Whether the host is let through whatever its addresses are."""
        name = host.lower().rstrip(".")
        return name in self.names or name.endswith(self.suffixes)

    def has_address(self, address: Address) -> bool:
        """Whether a network has it; the form it was written in does not count."""
        return any(form in network for network in self.networks for form in (address, destination(address)))

    def admits(self, host: str, address: Address) -> bool:
        """Whether a request to ``host`` may go to ``address``."""
        return is_public(address) or self.has_address(address) or self.has_name(host)


def refused(host: str, address: Address) -> EgressRefused:
    """The error, in words that say what an administrator can do about it.

    ``host`` is as the URL has it. Where a name leads is not told, or this server would be a directory of its network.
    """
    is_name = literal(host) is None
    where = f"the host {host[:255]} has an address that is" if is_name else f"the address {address} is"
    return EgressRefused(f"{where} not public: requests to it must be allowed by the setting egress.allow")
