"""Which addresses are public, which urls may be fetched, whom the operator trusts."""

from ipaddress import ip_address

import pytest
from yarl import URL

from adapters.addresses import Allowed, is_public, refusal


@pytest.mark.parametrize(
    "address",
    [
        *("10.0.0.1", "127.0.0.1", "127.255.255.254", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.168.1.1"),
        *("0.0.0.1", "100.64.0.1", "192.0.0.9", "192.0.0.170", "192.0.2.1", "192.88.99.1", "198.18.0.1"),
        *("198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255"),
        *("::", "::1", "::7f00:1", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "64:ff9b:1::1", "100::1", "2001::1"),
        *("2001:2::1", "2001:db8::1", "2002:a00:1::1", "2002:808:808::1", "3fff::1", "5f00::1", "fc00::1", "fd00::1"),
        *("fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "ff0e::1"),
    ],
)
def test_an_address_with_an_inner_meaning_is_not_public(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", ["1.1.1.1", "93.184.215.14", "172.32.0.1", "2606:4700::1111", "2a00:1450::1"])
def test_an_address_of_the_internet_is_public(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    "url",
    ["http://a.test", "https://a.test/feed?x=1#y", "http://a.test:8080/", "https://a.test:8443/", "http://1.1.1.1/"],
)
def test_an_ordinary_address_of_the_web_is_not_refused(url: str) -> None:
    assert refusal(URL(url)) == ""


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("ftp://a.test/", "http(s)"),
        ("/feed.xml", "http(s)"),
        ("http://me@a.test/", "user name"),
        ("http://:secret@a.test/", "user name"),
        ("http://a.test:22/", "port 22"),
        ("http://10.0.0.1/", "private"),
        ("http://[::1]/", "private"),
        ("http://2130706433/", "valid"),
        ("http://0x7f.1/", "valid"),
        ("http://127.1/", "valid"),
    ],
)
def test_an_odd_address_is_refused_before_anything_is_asked(url: str, reason: str) -> None:
    assert reason in refusal(URL(url))


@pytest.mark.parametrize(
    ("entry", "url"),
    [
        ("wiki.corp", "http://wiki.corp:9000/"),
        ("WIKI.corp.", "http://wiki.corp/"),
        ("wiki.corp:9000", "http://wiki.corp:9000/"),
        ("wiki.corp:443", "https://wiki.corp/"),
        ("::1", "http://[::1]:9000/"),
        ("[0::1]:9000", "http://[::1]:9000/"),
        ("10.0.0.8", "https://10.0.0.8/"),
    ],
)
def test_a_trusted_host_is_recognised_however_it_is_written(entry: str, url: str) -> None:
    assert URL(url) in Allowed.read([entry])


@pytest.mark.parametrize(
    ("entry", "url"),
    [
        ("wiki.corp:9000", "http://wiki.corp/"),
        ("wiki.corp", "http://not-wiki.corp/"),
        ("wiki.corp", "http://wiki.corp.evil.test/"),
        ("10.0.0.8", "http://10.0.0.80/"),
    ],
)
def test_trust_in_one_host_or_port_is_no_trust_in_another(entry: str, url: str) -> None:
    assert URL(url) not in Allowed.read([entry])


@pytest.mark.parametrize("entry", ["", "http://wiki.corp", "wiki.corp/path", "me@wiki.corp", "wiki.corp:x"])
def test_what_names_no_host_cannot_be_trusted(entry: str) -> None:
    with pytest.raises(ValueError, match="host"):
        Allowed.read([entry])
