"""Whose address counts: that of the one who is connected, unless a trusted proxy says otherwise."""

from __future__ import annotations

import pytest

from backsmith.errors import UsageError
from backsmith.http.addresses import client_address, network_of, plain_address, wide_network_of
from backsmith.http.request import Request
from backsmith.settings import Settings, read_settings

PROXIES = ("10.0.0.0/8", "2001:db8:1::/48")


class Lines(dict[str, str]):
    """Headers that were sent in several lines."""

    def get_all(self, name: str) -> list[str]:
        return self[name].split("\n")


def _address(client: str, proxies: tuple[str, ...] = PROXIES, header: str = "x-forwarded-for", **headers: str) -> str:
    sent = Lines({name.replace("_", "-"): value for name, value in headers.items()})
    request = Request("GET", ("notes",), "/api/notes", "", sent, client=client)
    return client_address(request, Settings(trusted_proxies=proxies, proxy_header=header))  # type: ignore[arg-type]


def test_without_trusted_proxies_no_header_counts() -> None:
    forged = {
        "x_forwarded_for": "1.2.3.4",
        "forwarded": "for=1.2.3.4",
        "x_real_ip": "1.2.3.4",
        "true_client_ip": "1.2.3.4",
        "cf_connecting_ip": "1.2.3.4",
        "x_client_ip": "1.2.3.4",
    }
    assert _address("10.0.0.7:51234", (), **forged) == "10.0.0.7"
    assert _address("192.0.2.1:51234", **forged) == "192.0.2.1"


@pytest.mark.parametrize(
    ("client", "header", "address"),
    [
        ("10.0.0.7:51234", "192.0.2.1", "192.0.2.1"),
        ("[2001:db8:1::7]:51234", "192.0.2.1", "192.0.2.1"),
        ("[::ffff:10.0.0.7]:51234", "192.0.2.1", "192.0.2.1"),
        ("10.0.0.7", "1.2.3.4, 192.0.2.1", "192.0.2.1"),  # what the client wrote stands left
        ("10.0.0.7", "1.2.3.4, 192.0.2.1, 10.9.9.9", "192.0.2.1"),
        ("10.0.0.7", "1.2.3.4\n192.0.2.1\n10.9.9.9", "192.0.2.1"),  # several lines are one list
        ("10.0.0.7", "10.1.1.1, 10.2.2.2", "10.1.1.1"),
        ("10.0.0.7", "192.0.2.1:4711", "192.0.2.1"),
        ("10.0.0.7", "[2001:db8::5]:4711", "2001:db8::5"),
        ("10.0.0.7", "2001:DB8:0::5", "2001:db8::5"),
        ("10.0.0.7", "::ffff:192.0.2.1", "192.0.2.1"),
        ("10.0.0.7", ", ".join(["1.2.3.4"] * 500 + ["192.0.2.1"]), "192.0.2.1"),
        ("10.0.0.7", "192.0.2.1, unknown", "10.0.0.7"),
        ("10.0.0.7", "192.0.2.1, ", "10.0.0.7"),
        ("10.0.0.7", "192.0.2.999", "10.0.0.7"),
        ("10.0.0.7", "fe80::1%eth0", "10.0.0.7"),
        ("10.0.0.7", "0x7f.1", "10.0.0.7"),
        ("10.0.0.7", "192.0.2.1:99999999", "10.0.0.7"),
        ("10.0.0.7", "", "10.0.0.7"),
        ("203.0.113.7", "192.0.2.1", "203.0.113.7"),
    ],
)
def test_the_right_most_address_that_is_no_proxy_counts(client: str, header: str, address: str) -> None:
    assert _address(client, x_forwarded_for=header) == address


@pytest.mark.parametrize(
    ("header", "address"),
    [
        ("for=192.0.2.1", "192.0.2.1"),
        ('for="[2001:db8::5]:4711";proto=https;by=10.0.0.7', "2001:db8::5"),
        ("For=1.2.3.4, proto=https;FOR=192.0.2.1", "192.0.2.1"),
        ('for="1.2.3.4, for=192.0.2.1', "192.0.2.1"),  # an open quotation mark hides nothing
        ("for=192.0.2.1, for=10.9.9.9", "192.0.2.1"),
        ("for=_hidden", "10.0.0.7"),
        ("for=192.0.2.1;for=1.2.3.4", "10.0.0.7"),
        ("proto=https", "10.0.0.7"),
    ],
)
def test_forwarded_counts_where_the_proxies_write_that(header: str, address: str) -> None:
    assert _address("10.0.0.7", header="forwarded", forwarded=header, x_forwarded_for="6.6.6.6") == address


def test_a_header_that_the_proxies_don_t_write_is_the_client_s_own() -> None:
    assert _address("10.0.0.7", forwarded="for=6.6.6.6", x_forwarded_for="192.0.2.1") == "192.0.2.1"
    assert _address("10.0.0.7", forwarded="for=6.6.6.6") == "10.0.0.7"


def test_a_proxy_at_a_unix_socket_is_trusted_by_name() -> None:
    assert _address("", ("unix",), x_forwarded_for="192.0.2.1") == "192.0.2.1"
    assert _address("", x_forwarded_for="192.0.2.1") == ""


def test_addresses_that_one_client_has_are_one() -> None:
    assert network_of("2001:db8:1:2:3:4:5:6") == "2001:db8:1:2::/64"
    assert wide_network_of("2001:db8:1:2:3:4:5:6") == "2001:db8:1::/48"
    assert network_of("192.0.2.1") == network_of("::ffff:192.0.2.1") == "192.0.2.1"
    assert wide_network_of("192.0.2.1") is None
    assert [plain_address(each) for each in ("[::1]:80", "::1", "1.2.3.4:5", "unix:", "")] == [
        "::1",
        "::1",
        "1.2.3.4",
        "unix:",
        "",
    ]


def test_the_setting_says_what_is_wrong() -> None:
    with pytest.raises(UsageError) as error:
        read_settings(flags={"trusted_proxies": "proxy.example,0.0.0.0/0"}, environment={})
    assert str(error.value) == (
        "2 mistakes in the settings.\n"
        "\n--trusted-proxies\n"
        "  proxy.example is no address and no network. Write 10.0.0.7, 10.0.0.0/8 or 2001:db8::/32.\n"
        "\n--trusted-proxies\n"
        "  0.0.0.0/0 is every address there is: each client could write any address it likes. Name the proxies."
    )
