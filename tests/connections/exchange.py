"""An Exchange server to connect to: the sandbox, and a person who fills in the form."""

from __future__ import annotations

from typing import Any, cast

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.models import Membership
from calendars.models import CalendarAccount
from connections.models import Connection
from connections.services.forms import form_connect
from connections.services.keep import Grant
from hubclone.lib.health import redis_client
from sandbox.exchange.testing import ANNA, EWS_PATH, PASSWORD
from sandbox.testing import SandboxServer
from tests.accounts.factories import actor_of


@pytest.fixture
def limits_forgotten(settings: Settings) -> None:
    """Attempts of other tests at the same mailbox are not counted here."""
    client = redis_client()
    for key in client.scan_iter(f"{settings.REDIS_PREFIX}limit:connect-form*"):
        client.delete(key)


def ews_url(server: SandboxServer) -> str:
    """The web services of the sandbox, over http: its address is one that OUTBOUND_ALLOWED names."""
    return f"{server.url}{EWS_PATH}"


def form_url(membership: Membership, **query: str) -> str:
    """The form for a new connection."""
    url = reverse("connections:form", args=[membership.account_id, "calendar", "exchange"])
    return f"{url}?{'&'.join(f'{k}={v}' for k, v in query.items())}" if query else url


def filled(server: SandboxServer, **changes: str) -> dict[str, str]:
    """What Anna types."""
    typed = {"email": ANNA, "password": PASSWORD, "user_name": "anna", "url": ews_url(server), "version": ""}
    return {**typed, **changes}


def form_send(membership: Membership, data: dict[str, str], url: str = "") -> HttpResponse:
    """Send the form as a signed-in person."""
    client = Client()
    client.force_login(membership.user)
    answer: Any = client.post(url or form_url(membership), data)
    return cast("HttpResponse", answer)


def exchange_connected(membership: Membership, server: SandboxServer, **changes: str) -> CalendarAccount:
    """A calendar account connected as by the form; nothing is listed or synced yet."""
    form_connect(
        actor=actor_of(membership),
        grant=Grant("exchange", "calendar", membership.user_id),
        data=filled(server, **changes),
        params={},
    )
    return CalendarAccount.objects.select_related("connection").get(user=membership.user)


def credentials_of(connection: Connection) -> dict[str, str]:
    """What is kept."""
    kept: dict[str, str] = Connection.objects.defer(None).get(pk=connection.pk).credentials
    return kept
