"""Providers to connect to: the sandbox as a program of its own, and a browser that walks through its consent pages."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from email.message import Message
from typing import Any, cast
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.models import Membership
from calendars.models import CalendarAccount
from connections.models import Connection
from sandbox.testing import (
    CLIENT_ID,
    CLIENT_SECRET,
    MICROSOFT_CLIENT_ID,
    MICROSOFT_CLIENT_SECRET,
    Control,
    SandboxServer,
)

ANNA, JAN, MARTA = "anna@gmail.test", "jan@gmail.test", "marta@gmail.test"
ANNAS = {"google": ANNA, "microsoft": "anna@northwind.example"}
FAMILY, HOLIDAYS = "family-anna@group.calendar.google.test", "team-holidays@group.calendar.google.test"


@pytest.fixture(scope="session")
def sandbox_server() -> Iterator[SandboxServer]:
    """One sandbox a worker."""
    with SandboxServer() as server:
        yield server


@pytest.fixture
def sandbox(sandbox_server: SandboxServer, settings: Settings) -> Control:
    """The sandbox as on its first day, with our settings pointing to it."""
    sandbox_server.control.reset()
    settings.GOOGLE = google_settings(sandbox_server.url)
    settings.MICROSOFT = microsoft_settings(sandbox_server)
    ports = [urlsplit(url).port for url in (sandbox_server.url, sandbox_server.https_url)]
    settings.OUTBOUND_ALLOWED = tuple(f"127.0.0.1/32:{port}" for port in ports)
    return sandbox_server.control


def google_settings(url: str) -> dict[str, str]:
    """settings.GOOGLE for a sandbox at ``url``."""
    return {
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "auth_uri": f"{url}/google/o/oauth2/v2/auth",
        "token_uri": f"{url}/google/token",
        "revoke_uri": f"{url}/google/revoke",
        "api_url": f"{url}/google",
    }


def microsoft_settings(server: SandboxServer) -> dict[str, str]:
    """settings.MICROSOFT for a sandbox."""
    return {
        "client_id": MICROSOFT_CLIENT_ID,
        "client_secret": MICROSOFT_CLIENT_SECRET,
        "authority": f"{server.https_url}/common",
        "auth_uri": f"{server.url}/common/oauth2/v2.0/authorize",
        "graph_url": f"{server.https_url}/microsoft/graph/v1.0",
        "ca_file": server.ca_file,
    }


@dataclass
class Browser:
    """A signed-in person's browser, on its way to ``provider``."""

    membership: Membership
    provider: str = "google"
    client: Client = field(default_factory=Client)

    def __post_init__(self) -> None:
        self.client.force_login(self.membership.user)

    def begin(self, *, replace: bool = False) -> str:
        """Accept what access means; answers the consent page's address."""
        url = reverse("calendars:connect", args=[self.membership.account_id, self.provider])
        answer: Any = self.client.post(url, {"replace": "1"} if replace else {})
        assert answer.status_code == 302, answer.content.decode()
        return str(answer["Location"])

    def consent(self, url: str, *, account: str = "", decision: str = "allow", without: Sequence[str] = ()) -> str:
        """Decide on the consent page; answers the address that it sends the browser back to."""
        fields = dict(parse_qsl(urlsplit(url).query))
        ticked = [scope for scope in fields["scope"].split() if scope not in without]
        pairs = [
            *fields.items(),
            ("account", account or ANNAS[self.provider]),
            ("decision", decision),
            *(("allowed", s) for s in ticked),
        ]
        return _location(url.partition("?")[0], urlencode(pairs).encode())

    def reconnect(self, connection: Connection, **consent: Any) -> HttpResponse:
        """The whole way, from the connection's page."""
        url = reverse("connections:reconnect", args=[connection.account_id, connection.pk])
        answer: Any = self.client.post(url)
        return self.back(self.consent(str(answer["Location"]), **consent))

    def back(self, url: str) -> HttpResponse:
        """Follow the redirect to us."""
        parts = urlsplit(url)
        answer: Any = self.client.get(f"{parts.path}?{parts.query}")
        return cast("HttpResponse", answer)

    def connect(self, *, account: str = "", replace: bool = False, **consent: Any) -> HttpResponse:
        """The whole way."""
        return self.back(self.consent(self.begin(replace=replace), account=account, **consent))


def connected(membership: Membership, account: str = "", provider: str = "google") -> CalendarAccount:
    """A calendar account connected by the real exchange; nothing is listed or synced yet."""
    answer = Browser(membership, provider).connect(account=account)
    assert answer.status_code == 302, answer.content.decode()
    return CalendarAccount.objects.select_related("connection").get(user=membership.user)


def token_expire(connection: Connection) -> None:
    """As if an hour had passed for us."""
    Connection.objects.filter(pk=connection.pk).update(expires_at=connection.created_at)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, req: Any, fp: Any, code: int, msg: str, headers: Message, newurl: str) -> None:
        """The redirect itself is the answer."""


def _location(url: str, body: bytes) -> str:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect)
    with pytest.raises(urllib.error.HTTPError) as caught:
        opener.open(url, body, timeout=20)
    assert caught.value.code == 302
    return str(caught.value.headers["Location"])


def assert_refused(browser: Browser, url: str, words: str) -> None:
    """The provider's answer at ``url`` is refused in these words, and nothing is kept."""
    answer = browser.back(url)
    assert answer.status_code == 400
    assert words in answer.content.decode()
    assert not Connection.objects.exists()
    assert not CalendarAccount.objects.exists()
