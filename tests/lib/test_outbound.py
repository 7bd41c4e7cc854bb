"""The guard on every socket: what is refused, after DNS, by each library that we use."""

from __future__ import annotations

import ipaddress
import smtplib
import socket
import threading
from collections.abc import Iterator

import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django.fixtures import Settings

from hubclone.lib.outbound import exchange_http, smtp
from hubclone.lib.outbound.exchange_http import AnswerTooLong, ExchangeSession
from hubclone.lib.outbound.guard import (
    AddressRefused,
    HostUnreachable,
    address_allowed,
    allowances,
    guarded_connect,
    is_named,
)
from hubclone.lib.outbound.http import session
from hubclone.lib.outbound.httplib2_http import guarded_http
from hubclone.lib.outbound.smtp import smtp_connect
from tests.web_server import Handler, served


class Hello(Handler):
    """Answers 200, or sends elsewhere."""

    def do_GET(self) -> None:
        self.answer(b"ok", 302 if self.path == "/away" else 200, Location="http://127.0.0.1:1/")


@pytest.fixture
def port() -> Iterator[int]:
    with served(Hello) as server:
        yield server.server_port


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.8",
        "192.168.1.1",
        "169.254.169.254",
        "0.0.0.0",
        "::1",
        "fd00::1",
        "fe80::1",
        "::ffff:10.0.0.8",
        "224.0.0.1",
        "100.64.0.1",
    ],
)
def test_addresses_that_are_not_public_are_refused(address: str, settings: Settings) -> None:
    settings.OUTBOUND_ALLOWED = ()
    assert not address_allowed(ipaddress.ip_address(address), 443)


def test_public_addresses_are_allowed() -> None:
    assert address_allowed(ipaddress.ip_address("142.250.1.1"), 443)


def test_an_allowance_is_for_its_port_alone(settings: Settings) -> None:
    settings.OUTBOUND_ALLOWED = ("10.1.0.0/16:443", "[fd00::/8]:443")
    assert address_allowed(ipaddress.ip_address("10.1.2.3"), 443)
    assert address_allowed(ipaddress.ip_address("fd00::5"), 443)
    assert not address_allowed(ipaddress.ip_address("10.1.2.3"), 80)
    assert not address_allowed(ipaddress.ip_address("10.2.2.3"), 443)


def test_a_malformed_allowance_is_named() -> None:
    with pytest.raises(ImproperlyConfigured, match="nonsense"):
        allowances(("nonsense",))


def test_a_name_that_resolves_to_a_private_address_is_refused(settings: Settings) -> None:
    settings.OUTBOUND_ALLOWED = ()
    with pytest.raises(AddressRefused):
        guarded_connect("localhost", 80)


def test_every_client_goes_through_the_guard(port: int, settings: Settings) -> None:
    settings.OUTBOUND_ALLOWED = ()
    with pytest.raises(AddressRefused):
        session().get(f"http://127.0.0.1:{port}/")
    with pytest.raises(AddressRefused):
        guarded_http(2).request(f"http://127.0.0.1:{port}/")
    with pytest.raises(AddressRefused):
        ExchangeSession().get(f"http://127.0.0.1:{port}/")
    with pytest.raises(AddressRefused), smtp_connect(f"smtp://127.0.0.1:{port}"):
        pytest.fail("connected")


def test_what_is_allowed_is_reached_and_redirects_are_not_followed(port: int, settings: Settings) -> None:
    settings.OUTBOUND_ALLOWED = (f"127.0.0.1/32:{port}",)
    assert session().get(f"http://127.0.0.1:{port}/").text == "ok"
    assert session().get(f"http://127.0.0.1:{port}/away").status_code == 302
    answer, body = guarded_http(2).request(f"http://127.0.0.1:{port}/")
    assert (answer.status, body) == (200, b"ok")
    assert guarded_http(2).request(f"http://127.0.0.1:{port}/away")[0].status == 302


def test_an_answer_of_exchange_has_an_end(port: int, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.OUTBOUND_ALLOWED = (f"127.0.0.1/32:{port}",)
    assert ExchangeSession().get(f"http://127.0.0.1:{port}/").text == "ok"
    for limit in ("ANSWER_BYTES", "ANSWER_SECONDS"):
        with monkeypatch.context() as lower:
            lower.setattr(exchange_http, limit, -1)
            with pytest.raises(AnswerTooLong):
                ExchangeSession().get(f"http://127.0.0.1:{port}/")


def test_an_answer_of_exchange_is_not_read_byte_by_byte(port: int, settings: Settings) -> None:
    """As the library would: a large one takes a minute of computing then."""
    settings.OUTBOUND_ALLOWED = (f"127.0.0.1/32:{port}",)
    assert list(ExchangeSession().get(f"http://127.0.0.1:{port}/", stream=True).iter_content()) == [b"ok"]


def test_only_what_the_installation_names_counts_as_named(settings: Settings) -> None:
    settings.OUTBOUND_ALLOWED = ("127.0.0.1/32:8025",)
    assert is_named("127.0.0.1", 8025)
    assert not is_named("127.0.0.1", 80)
    assert not is_named("1.1.1.1", 8025)
    assert not is_named("name.invalid", 8025)


def test_a_closed_port_is_a_transient_failure(settings: Settings) -> None:
    settings.OUTBOUND_ALLOWED = ("127.0.0.1/32:1",)
    with pytest.raises(HostUnreachable):
        guarded_connect("127.0.0.1", 1)
    with pytest.raises(HostUnreachable):
        guarded_connect("name.invalid", 443)


def test_a_proxy_in_the_environment_is_ignored(port: int, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.OUTBOUND_ALLOWED = (f"127.0.0.1/32:{port}",)
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nonexistent")
    assert session().get(f"http://127.0.0.1:{port}/").status_code == 200


def test_an_unreadable_mail_server_is_not_taken_for_one(
    port: int, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp, "TIMEOUT_SECONDS", 0.5)
    settings.OUTBOUND_ALLOWED = (f"127.0.0.1/32:{port}",)
    with pytest.raises((smtplib.SMTPException, OSError)), smtp_connect(f"smtp://127.0.0.1:{port}"):
        pytest.fail("connected")


def test_a_mail_server_that_turns_us_away_at_once_is_not_taken_for_one(settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        settings.OUTBOUND_ALLOWED = (f"127.0.0.1/32:{port}",)

        def refuse() -> None:
            caller, _address = server.accept()
            with caller:
                caller.sendall(b"554 no mail today\r\n")

        threading.Thread(target=refuse, daemon=True).start()
        with pytest.raises(smtplib.SMTPConnectError, match="554"), smtp_connect(f"smtp://127.0.0.1:{port}"):
            pytest.fail("connected")
