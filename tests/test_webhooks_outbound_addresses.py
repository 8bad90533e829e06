"""Where events may be sent to: never where a cloud hands out credentials, nor into a network that was not allowed."""

from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webhooks.outbound.addresses import why_not

PUBLIC = ["93.184.216.34", "8.8.8.8", "2606:4700:4700::1111"]
PRIVATE = [
    "127.0.0.1", "127.9.9.9", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1", "::1",
    "fd12:3456::1", "fc00::1", "::ffff:10.0.0.1", "::ffff:127.0.0.1",
]  # fmt: skip
NEVER = [
    "0.0.0.0", "::", "::ffff:0.0.0.0", "255.255.255.255", "224.0.0.1", "ff02::1", "169.254.169.254", "169.254.0.1",
    "::ffff:169.254.169.254", "fe80::1", "fe80::1%eth0", "fd00:ec2::254", "100.100.100.200", "64:ff9b::a00:1",
    "64:ff9b:1::1", "2002:a00:1::", "2001:0:1:2::3", "::10.0.0.1", "240.0.0.1", "198.18.0.1", "192.0.2.1",
    "203.0.113.9", "192.0.0.8", "2001:db8::1", "fec0::1", "100::1", "nonsense", "", "1.2.3", "0x7f.1",
]  # fmt: skip


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_by_https(address: str) -> None:
    assert why_not(address, private=False, plain=False) is None
    assert why_not(address, private=True, plain=False) is None
    assert why_not(address, private=True, plain=True) == "http:// is only for one's own network"


@pytest.mark.parametrize("address", PRIVATE)
def test_private_addresses_where_they_are_allowed(address: str) -> None:
    assert "allow_private" in str(why_not(address, private=False, plain=False))
    assert why_not(address, private=True, plain=True) is None


@pytest.mark.parametrize("address", NEVER)
@pytest.mark.parametrize("private", [True, False])
def test_some_addresses_never(address: str, private: bool) -> None:
    assert why_not(address, private=private, plain=False)


@given(st.ip_addresses(v=4))
def test_a_mapped_address_is_judged_as_what_it_maps(address: IPv4Address) -> None:
    for private in (True, False):
        plain = why_not(str(address), private=private, plain=False)
        assert why_not(f"::ffff:{address}", private=private, plain=False) == plain


@given(st.ip_addresses(v=4))
def test_no_clothes_make_a_private_address_public(address: IPv4Address) -> None:
    number = int(address)
    clothed = [
        IPv6Address((0x64FF9B << 96) | number),
        IPv6Address((0x2002 << 112) | (number << 80)),
        IPv6Address(number),
    ]
    for one in clothed:
        assert why_not(str(one), private=False, plain=False)


@given(st.ip_addresses())
def test_what_is_allowed_without_private_is_global(address: IPv4Address | IPv6Address) -> None:
    if why_not(str(address), private=False, plain=False) is None:
        assert address.is_global
        assert not address.is_multicast
