"""Which addresses a URL that a user gave may lead to."""

from __future__ import annotations

from ipaddress import ip_address

import pytest

from moorage.egress.addresses import Allowed, is_public, literal

pytestmark = pytest.mark.unit

# fmt: off
REFUSED = (
    "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.100.100.200", "127.0.0.1",
    "127.255.255.254", "168.63.129.16", "169.254.0.1", "169.254.169.254", "169.254.170.2", "172.16.0.1",
    "172.31.255.255", "192.0.0.192", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.51.100.7",
    "203.0.113.9", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255", "::", "::1", "::127.0.0.1",
    "::10.0.0.1", "::ffff:127.0.0.1", "::ffff:7f00:1", "::ffff:169.254.169.254", "::ffff:0:127.0.0.1",
    "64:ff9b::127.0.0.1", "64:ff9b::a9fe:a9fe", "64:ff9b::10.0.0.1", "64:ff9b:1::1", "64:ff9b:1::8.8.8.8",
    "100::1", "2001::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:20::1", "2001:db8::1", "2002:7f00:1::",
    "2002:a9fe:a9fe::", "2002:808:808::", "3fff::1", "4000::1", "5f00::1", "fc00::1", "fd00:ec2::254",
    "fd20:ce::254", "fe80::1", "fe80::a9fe:a9fe", "febf::1", "fec0::1", "ff02::1", "ff05::2",
)
# fmt: on

# fmt: off
PUBLIC = (
    "1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.1", "100.63.255.255", "100.128.0.1", "128.0.0.1",
    "168.63.129.15", "172.15.255.255", "172.32.0.1", "192.167.255.255", "192.169.0.1", "223.255.255.254",
    "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2001:4860:4860::8888", "2606:4700:4700::1111", "2a00:1450:4001::1",
)
# fmt: on


@pytest.mark.parametrize("address", REFUSED)
def test_what_is_not_public_is_refused_in_whatever_form_it_is_written(address: str) -> None:
    assert not is_public(ip_address(address))
    assert not Allowed().admits("example.com", ip_address(address))


@pytest.mark.parametrize("address", PUBLIC)
def test_what_is_public_is_let_through(address: str) -> None:
    assert is_public(ip_address(address))


def test_a_network_that_is_allowed_is_let_through_in_every_form_of_its_addresses() -> None:
    allowed = Allowed.parse(["10.1.0.0/16", "fd00::/8", "127.0.0.1"])
    for address in ("10.1.2.3", "::ffff:10.1.2.3", "64:ff9b::10.1.2.3", "fd12::1", "127.0.0.1", "::ffff:7f00:1"):
        assert allowed.admits("example.com", ip_address(address)), address
    for address in ("10.2.0.1", "::ffff:10.2.0.1", "127.0.0.2", "::1", "fc00::1"):
        assert not allowed.admits("example.com", ip_address(address)), address


def test_a_name_that_is_allowed_may_lead_anywhere_and_others_may_not() -> None:
    allowed = Allowed.parse(["hooks.internal", "*.svc.cluster.local"])
    private = ip_address("10.0.0.1")
    for host in ("hooks.internal", "HOOKS.internal.", "a.svc.cluster.local", "a.b.SVC.cluster.local"):
        assert allowed.admits(host, private), host
    for host in ("xhooks.internal", "a.hooks.internal", "svc.cluster.local", "xsvc.cluster.local", "10.0.0.1", ""):
        assert not allowed.admits(host, private), host


@pytest.mark.parametrize(
    ("host", "found"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("[::1]", "::1"),
        ("::1", "::1"),
        ("fe80::1%eth0", "fe80::1"),
        ("[::ffff:127.0.0.1]", "::ffff:127.0.0.1"),
        ("localhost", None),
        # Names by their form; the system's resolver makes addresses of them, and those are looked at.
        ("127.1", None),
        ("0x7f000001", None),
        ("2130706433", None),
        ("0177.0.0.1", None),
    ],
)
def test_an_address_in_a_url_is_known_for_one(host: str, found: str | None) -> None:
    assert literal(host) == (None if found is None else ip_address(found))
