"""Connecting Exchange by its form: the way there, and everything that can be wrong with what was typed (C2)."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from django.db import connection as database
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.models import AuditEntry, Membership, Notification
from calendars.models import CalendarAccount
from calendars.services.clients import calendar_client
from connections.choices import ConnectionState
from connections.exceptions import GrantRevoked
from connections.models import Connection
from connections.providers.exchange import probe
from connections.services.forms import form_credentials_get
from hubclone.embedded.ports import free_port
from sandbox.exchange.testing import ANNA, BEN, EWS_PATH, PASSWORD, TEAM
from sandbox.testing import Control, SandboxServer
from tests.connections.exchange import (
    credentials_of,
    ews_url,
    exchange_connected,
    filled,
    form_send,
    form_url,
    limits_forgotten,
)
from tests.connections.google import connected as google_connected

__all__ = ["limits_forgotten"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("limits_forgotten"), pytest.mark.spec("C2")]


def assert_refused(answer: Any, field: str, words: str) -> None:
    """The words stand at the field, what was typed is still there but the password, and nothing was kept."""
    page = answer.content.decode()
    assert answer.status_code == 422, page[:500]
    form = answer.context["form"]
    assert [words in error for error in form.errors[field]] == [True], form.errors
    assert list(form.errors) == [field]
    assert f'id="id_{field}_error"' in page
    assert PASSWORD not in page
    for name in ("email", "user_name", "url"):
        assert f'value="{form.data[name]}"' in page or not form.data[name]
    assert not Connection.objects.exists()
    assert not CalendarAccount.objects.exists()


@pytest.mark.spec("C1", "A14")
def test_the_way_leads_from_the_dialog_over_what_it_means_to_the_meetings_dashboard(
    member: Membership, sandbox: Control, sandbox_server: SandboxServer
) -> None:
    client = Client()
    client.force_login(member.user)
    means = reverse("calendars:connect", args=[member.account_id, "exchange"])
    assert means in client.get(reverse("calendars:settings", args=[member.account_id])).content.decode()
    words = client.get(means).content.decode()
    assert "every other calendar that the account can reach" in words
    assert "Continue" in words
    form: Any = client.post(means)
    assert form["Location"] == form_url(member)
    shown = client.get(form["Location"]).content.decode()
    assert "Connect inbox" in shown
    assert "app password" in shown
    answer: Any = client.post(form["Location"], filled(sandbox_server))
    assert answer.status_code == 302, answer.content.decode()
    assert answer["Location"] == reverse("calendars:pages", args=[member.account_id])
    found = Connection.objects.get()
    assert (found.provider, found.identity, found.owner, found.state) == (
        "exchange",
        ANNA,
        member.user,
        ConnectionState.ACTIVE,
    )
    assert CalendarAccount.objects.get().connection == found
    assert AuditEntry.objects.filter(action="connection.made", target_id=str(found.pk)).exists()


@pytest.mark.spec("A11")
def test_what_is_kept_is_encrypted_and_not_shown_or_logged(
    member: Membership, sandbox: Control, sandbox_server: SandboxServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    found = exchange_connected(member, sandbox_server).connection
    kept = credentials_of(found)
    assert kept.pop("version").startswith("15.2.")
    assert kept == {"user_name": "anna", "password": PASSWORD, "url": ews_url(sandbox_server), "auth_type": "NTLM"}
    with database.cursor() as cursor:
        cursor.execute("select credentials from connections_connection")
        assert PASSWORD not in cursor.fetchone()[0]
    client = Client()
    client.force_login(member.user)
    for name in ("connections:detail", "connections:form_again"):
        page = client.get(reverse(name, args=[member.account_id, found.pk])).content.decode()
        assert PASSWORD not in page
    assert PASSWORD not in caplog.text
    assert ANNA not in caplog.text


@pytest.mark.parametrize("methods", [("ntlm",), ("basic",), ("ntlm", "basic")])
@pytest.mark.parametrize("user_name", ["anna", "CORP\\anna", ""])
def test_any_sign_in_that_the_server_takes_is_good(
    member: Membership, sandbox: Control, sandbox_server: SandboxServer, methods: tuple[str, ...], user_name: str
) -> None:
    sandbox.exchange.auth(*methods)
    assert form_send(member, filled(sandbox_server, user_name=user_name)).status_code == 302
    expected = {"ntlm": "NTLM", "basic": "basic"}[methods[0]]
    assert credentials_of(Connection.objects.get())["auth_type"] == expected


@pytest.mark.parametrize("methods", [("ntlm",), ("basic",)])
@pytest.mark.parametrize("typed", [{"password": "wrong"}, {"user_name": "nobody"}])
def test_a_wrong_password_or_user_is_said_at_the_password(
    member: Membership,
    sandbox: Control,
    sandbox_server: SandboxServer,
    methods: tuple[str, ...],
    typed: dict[str, str],
) -> None:
    sandbox.exchange.auth(*methods)
    assert_refused(form_send(member, filled(sandbox_server, **typed)), "password", "does not accept the user name and")


def test_a_password_that_has_expired_is_said_so(
    member: Membership, sandbox: Control, sandbox_server: SandboxServer
) -> None:
    sandbox.exchange.auth("basic")
    sandbox.fault(provider="exchange", method="GetFolder", status=500, reason="ErrorPasswordExpired")
    assert_refused(form_send(member, filled(sandbox_server)), "password", "has expired or must be changed")


def test_a_locked_user_is_said_so(member: Membership, sandbox: Control, sandbox_server: SandboxServer) -> None:
    sandbox.exchange.lock(ANNA)
    assert_refused(form_send(member, filled(sandbox_server)), "user_name", "has locked this user")


def test_an_address_without_a_mailbox_is_said_at_the_address(
    member: Membership, sandbox: Control, sandbox_server: SandboxServer
) -> None:
    assert_refused(form_send(member, filled(sandbox_server, email="no@corp.example")), "email", "knows no mailbox")


def test_a_mailbox_that_is_open_to_the_user_but_not_theirs_is_refused(
    member: Membership, sandbox: Control, sandbox_server: SandboxServer
) -> None:
    assert_refused(form_send(member, filled(sandbox_server, email=TEAM)), "email", "not the mailbox of the user")


@pytest.mark.parametrize("path", ["/", "/exchange/nothing", "/exchange/view/anna@corp.example"])
def test_an_address_of_something_else_is_said_at_the_url(
    member: Membership, sandbox: Control, sandbox_server: SandboxServer, path: str
) -> None:
    assert_refused(
        form_send(member, filled(sandbox_server, url=f"{sandbox_server.url}{path}")), "url", "something else"
    )


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"status": 200, "body": "<html><body>Outlook</body></html>"}, "something else answers"),
        ({"status": 404}, "something else answers"),
        ({"status": 302, "reason": "https://mail.corp.example/owa/"}, "only leads to another"),
        ({"status": 301, "reason": "/owa/"}, "only leads to another"),
        ({"status": 503, "retry_after": 30}, "is busy"),
        ({"status": 500, "reason": "ErrorServerBusy", "retry_after": 5}, "is busy"),
        ({"status": 401}, "neither NTLM nor Basic"),
        ({"disconnect": True}, "ended the connection"),
    ],
)
def test_each_way_of_not_answering_has_its_words_at_the_url(
    member: Membership, sandbox: Control, sandbox_server: SandboxServer, fault: dict[str, Any], words: str
) -> None:
    sandbox.fault(provider="exchange", path=EWS_PATH, times=0, **fault)
    assert_refused(form_send(member, filled(sandbox_server)), "url", words)


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"status": 200, "body": "<html><body>Outlook</body></html>"}, "something else answers"),
        ({"status": 302, "reason": "https://mail.corp.example/owa/"}, "only leads to another"),
        ({"status": 500, "reason": "ErrorServerBusy", "retry_after": 5}, "is busy"),
        ({"disconnect": True}, "ended the connection"),
    ],
)
def test_what_goes_wrong_after_signing_in_is_said_too(
    member: Membership, sandbox: Control, sandbox_server: SandboxServer, fault: dict[str, Any], words: str
) -> None:
    sandbox.exchange.auth("basic")
    sandbox.fault(provider="exchange", method="GetFolder", times=0, **fault)
    assert_refused(form_send(member, filled(sandbox_server)), "url", words)


def test_a_server_that_takes_too_long_is_said_so(
    member: Membership, sandbox: Control, sandbox_server: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(probe, "TIMEOUT", (1.0, 0.2))
    sandbox.fault(provider="exchange", path=EWS_PATH, delay=1.5)
    assert_refused(form_send(member, filled(sandbox_server)), "url", "did not answer in time")


def test_a_certificate_of_a_foreign_authority_is_refused_unless_the_installation_names_it(
    member: Membership, sandbox: Control, sandbox_server: SandboxServer, settings: Settings
) -> None:
    secure = filled(sandbox_server, url=f"{sandbox_server.https_url}{EWS_PATH}")
    assert_refused(form_send(member, secure), "url", "certificate is not trusted")
    settings.EXCHANGE_CA_FILE = sandbox_server.ca_file
    assert form_send(member, secure).status_code == 302


def test_the_environments_authorities_and_proxies_are_not_listened_to(
    member: Membership, sandbox: Control, sandbox_server: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", sandbox_server.ca_file)
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    secure = filled(sandbox_server, url=f"{sandbox_server.https_url}{EWS_PATH}")
    assert_refused(form_send(member, secure), "url", "certificate is not trusted")
    assert form_send(member, filled(sandbox_server)).status_code == 302


def test_a_refused_address_and_a_closed_port_read_the_same(
    member: Membership, sandbox: Control, sandbox_server: SandboxServer, settings: Settings
) -> None:
    port = free_port()
    closed = f"https://127.0.0.1:{port}/ews/exchange.asmx"
    settings.OUTBOUND_ALLOWED = (f"127.0.0.1/32:{port}",)
    answers = [form_send(member, filled(sandbox_server, url=closed))]
    settings.OUTBOUND_ALLOWED = ()
    answers.append(form_send(member, filled(sandbox_server, url=closed)))
    answers.append(form_send(member, filled(sandbox_server, url="https://10.1.2.3/ews/exchange.asmx")))
    for answer in answers:
        assert_refused(answer, "url", "Nothing answers at this address, or this installation may not reach it")


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("https://mail.corp.invalid/ews/exchange.asmx", "no server of this name"),
        ("http://192.0.2.1/ews/exchange.asmx", "begins with https://"),
        ("ftp://mail.corp.example/", "Enter a whole address"),
        ("https://anna:secret@mail.corp.example/", "Enter a whole address"),
        ("https://[::1/ews", "Enter a whole address"),
        ("https://mail.corp.example:99999/ews", "Enter a whole address"),
        ("https://", "Enter a whole address"),
    ],
)
def test_an_address_that_makes_no_sense_is_refused_before_anything_is_sent(
    member: Membership, sandbox: Control, sandbox_server: SandboxServer, url: str, words: str
) -> None:
    assert_refused(form_send(member, filled(sandbox_server, url=url)), "url", words)


@pytest.mark.parametrize(
    ("version", "words"),
    [("2007", "Exchange Server 2007 SP3 (8.3.485.1)"), ("2010 SP1", "Exchange Server 2010 SP1 (14.1.438.0)")],
)
def test_a_server_that_is_too_old_is_refused_in_words(
    member: Membership, sandbox: Control, sandbox_server: SandboxServer, version: str, words: str
) -> None:
    sandbox.exchange.version(version)
    answer = form_send(member, filled(sandbox_server))
    assert_refused(answer, "version", f"This server is {words}. Exchange Server 2010 SP2 or a newer one is needed.")


@pytest.mark.parametrize("version", ["2010 SP2", "2013", "2016"])
def test_newer_ones_are_taken(
    member: Membership, sandbox: Control, sandbox_server: SandboxServer, version: str
) -> None:
    sandbox.exchange.version(version)
    assert form_send(member, filled(sandbox_server)).status_code == 302


def test_a_version_that_the_server_does_not_have_is_said_with_the_one_that_it_has(
    member: Membership, sandbox: Control, sandbox_server: SandboxServer
) -> None:
    sandbox.exchange.version("2013")
    answer = form_send(member, filled(sandbox_server, version="15.2"))
    assert_refused(answer, "version", "says that it is Exchange Server 2013 (15.0.1497.48)")
    assert form_send(member, filled(sandbox_server, version="15.0")).status_code == 302


def test_the_url_is_found_by_autodiscovery(
    member: Membership, sandbox: Control, sandbox_server: SandboxServer, settings: Settings
) -> None:
    settings.EXCHANGE_AUTODISCOVER_URL = f"{sandbox_server.url}/autodiscover/autodiscover.xml"
    assert_refused(form_send(member, filled(sandbox_server, url="", password="no")), "password", "does not accept")  # noqa: S106
    assert form_send(member, filled(sandbox_server, url="")).status_code == 302
    assert credentials_of(Connection.objects.get())["url"] == ews_url(sandbox_server)


def test_a_url_that_cannot_be_found_is_asked_for(
    member: Membership, sandbox: Control, sandbox_server: SandboxServer
) -> None:
    assert_refused(form_send(member, filled(sandbox_server, url="")), "url", "could not find the server")


def test_a_host_alone_is_completed(member: Membership, sandbox: Control, sandbox_server: SandboxServer) -> None:
    answer: Any = form_send(member, filled(sandbox_server, url="mail.corp.invalid"))
    assert answer.context["form"].cleaned_data["email"] == ANNA
    assert_refused(answer, "url", "no server of this name")


@pytest.mark.spec("C1")
def test_another_account_is_replaced_only_when_that_was_confirmed(
    member: Membership, sandbox: Control, sandbox_server: SandboxServer
) -> None:
    old = google_connected(member).connection
    client = Client()
    client.force_login(member.user)
    assert client.post(reverse("calendars:connect", args=[member.account_id, "exchange"])).status_code == 400
    answer: Any = form_send(member, filled(sandbox_server))
    assert answer.status_code == 422
    assert "Another calendar account is connected" in answer.content.decode()
    assert CalendarAccount.objects.get().connection == old
    means: Any = client.post(reverse("calendars:connect", args=[member.account_id, "exchange"]), {"replace": "1"})
    shown: Any = client.get(means["Location"])
    assert 'name="replace" value="1"' in shown.content.decode()
    assert client.post(means["Location"], {**filled(sandbox_server), "replace": "1"}).status_code == 302
    assert CalendarAccount.objects.get().connection.provider == "exchange"


def test_passwords_and_addresses_cannot_be_tried_out(
    member: Membership, editor: Membership, sandbox: Control, sandbox_server: SandboxServer
) -> None:
    wrong = filled(sandbox_server, password="wrong")  # noqa: S106
    assert [form_send(member, wrong).status_code for _ in range(6)] == [422] * 5 + [429]
    assert form_send(editor, wrong).status_code == 429
    others = [form_send(member, filled(sandbox_server, user_name=f"u{n}")).status_code for n in range(6)]
    assert others == [422] * 4 + [429] * 2
    sandbox.requests_clear()
    answer = form_send(member, filled(sandbox_server))
    assert answer.status_code == 429
    assert "too many attempts" in answer.content.decode()
    assert sandbox.requests() == {}


@pytest.mark.spec("A12")
def test_a_password_that_was_changed_is_told_once_and_a_new_one_keeps_everything(
    member: Membership, sandbox: Control, sandbox_server: SandboxServer
) -> None:
    account = exchange_connected(member, sandbox_server)
    sandbox.exchange.password(account=ANNA, password="Another-2")  # noqa: S106
    for _ in range(3):
        with pytest.raises(GrantRevoked):
            calendar_client(account).calendars()
    connection = account.connection
    connection.refresh_from_db()
    assert (connection.state, connection.last_error_code) == (ConnectionState.NEEDS_ATTENTION, "GRANT_REVOKED")
    assert Notification.objects.filter(kind="connection.attention").count() == 1
    sandbox.requests_clear()
    with pytest.raises(GrantRevoked):
        form_credentials_get(connection_id=connection.pk)
    assert sandbox.requests() == {}
    client = Client()
    client.force_login(member.user)
    again: Any = client.post(reverse("connections:reconnect", args=[member.account_id, connection.pk]))
    page = client.get(again["Location"]).content.decode()
    assert f'value="{ews_url(sandbox_server)}"' in page
    new = filled(sandbox_server, password="Another-2", email=BEN)  # noqa: S106
    assert form_send(member, new, again["Location"]).status_code == 302
    connection.refresh_from_db()
    assert (connection.state, connection.identity) == (ConnectionState.ACTIVE, ANNA)
    assert CalendarAccount.objects.get() == account
    assert calendar_client(account).calendars()


def test_a_form_is_only_for_providers_and_purposes_that_have_one(member: Membership) -> None:
    client = Client()
    client.force_login(member.user)
    for purpose, form in (("calendar", "google"), ("calendar", "lotus"), ("nothing", "exchange")):
        assert client.get(reverse("connections:form", args=[member.account_id, purpose, form])).status_code == 404
