"""Connected calendars for the benches of syncing: three providers, as a sandbox stands in for them."""

from __future__ import annotations

import datetime as dt
import os
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, cast
from urllib.parse import urlsplit

from sandbox.exchange.testing import ANNA as EXCHANGE_ANNA
from sandbox.exchange.testing import EWS_PATH, PASSWORD
from sandbox.stand_in import StandIn
from sandbox.testing import CLIENT_ID, CLIENT_SECRET, MICROSOFT_CLIENT_ID, MICROSOFT_CLIENT_SECRET, SandboxServer

GOOGLE_ANNA, MICROSOFT_ANNA = "anna@gmail.test", "anna@northwind.example"
GOOGLE_SCOPE = "https://www.googleapis.com/auth/calendar"
MICROSOFT_SCOPE = "offline_access Calendars.ReadWrite"
TOKEN_CALLS = ("/google/token", "/oauth2/v2.0/token")
PROVIDERS = ("google", "microsoft", "exchange")
Credentials = Callable[[SandboxServer], dict[str, str]]


@dataclass(frozen=True)
class Outside:
    """A calendar at a provider: whose, its id there, what control calls it, and how a connection to it is made."""

    provider: str
    identity: str
    remote_id: str
    named: str
    credentials: Credentials


def settings_point_to(server: SandboxServer) -> None:
    """Settings, here and for the processes to come."""
    from django.conf import settings

    ports = ",".join(f"127.0.0.1/32:{urlsplit(url).port}" for url in (server.url, server.https_url))
    google = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "token_uri": f"{server.url}/google/token"}
    google["api_url"] = f"{server.url}/google"
    microsoft = {"client_id": MICROSOFT_CLIENT_ID, "client_secret": MICROSOFT_CLIENT_SECRET}
    microsoft |= {"authority": f"{server.https_url}/common", "ca_file": server.ca_file}
    microsoft["graph_url"] = f"{server.https_url}/microsoft/graph/v1.0"
    os.environ.update({f"GOOGLE_{name.upper()}": value for name, value in google.items()}, OUTBOUND_ALLOWED=ports)
    os.environ.update({f"MICROSOFT_{name.upper()}": value for name, value in microsoft.items()})
    settings.GOOGLE = {**settings.GOOGLE, **google}
    settings.MICROSOFT = {**settings.MICROSOFT, **microsoft}
    settings.OUTBOUND_ALLOWED = tuple(ports.split(","))


def outside_make(server: SandboxServer, provider: str, events: int = 0) -> Outside:
    """A new calendar of a provider's person, with so many events of twenty minutes in the window that is read."""
    name = f"Bench {uuid.uuid4().hex[:8]}"
    made = {"google": _google, "microsoft": _microsoft, "exchange": _exchange}[provider](server, name)
    stand_in = cast("StandIn", getattr(server.control, provider))
    if events:
        stand_in.events_bulk(calendar=made.named, count=events, every_minutes=25, minutes=20)
    return made


def google_tokens(server: SandboxServer) -> dict[str, str]:
    """A new grant of Anna's at Google."""
    return _tokens(server.control.google.token(account=GOOGLE_ANNA, scope=GOOGLE_SCOPE))


def _microsoft_tokens(server: SandboxServer) -> dict[str, str]:
    return _tokens(server.control.microsoft.token(account=MICROSOFT_ANNA, scope=MICROSOFT_SCOPE))


def _google(server: SandboxServer, name: str) -> Outside:
    remote_id = server.control.google.calendar_create(account=GOOGLE_ANNA, summary=name)
    return Outside("google", GOOGLE_ANNA, remote_id, remote_id, google_tokens)


def _microsoft(server: SandboxServer, name: str) -> Outside:
    remote_id = server.control.microsoft.calendar_create(account=MICROSOFT_ANNA, name=name)
    return Outside("microsoft", MICROSOFT_ANNA, remote_id, remote_id, _microsoft_tokens)


def _exchange(server: SandboxServer, name: str) -> Outside:
    """Signed in by what the server offers, as the form finds it out."""
    remote_id = server.control.exchange.calendar_create(account=EXCHANGE_ANNA, name=name)

    @cache
    def credentials(server: SandboxServer) -> dict[str, str]:
        from connections.services.forms import form_client

        typed = {"email": EXCHANGE_ANNA, "password": PASSWORD, "user_name": "anna", "version": ""}
        return dict(form_client("exchange").attempt({**typed, "url": f"{server.url}{EWS_PATH}"}).credentials)

    return Outside("exchange", EXCHANGE_ANNA, remote_id, remote_id, credentials)


def _tokens(found: dict[str, str]) -> dict[str, str]:
    return {"access_token": found["access_token"], "refresh_token": found["refresh_token"]}


def connect(server: SandboxServer, outside: Outside, count: int = 1, *, is_writable: bool = True) -> list[int]:
    """So many people of one account who have connected the calendar, each with a grant of their own; calendars' ids.

    Meetings with contacts are looked for in calendars that are writable.
    """
    from accounts.models import Account, User
    from calendars.models import Calendar, CalendarAccount
    from connections.models import Connection

    account = Account.objects.create(name="Bench of calendar syncs")
    users = User.objects.bulk_create([User(email=f"{uuid.uuid4().hex}@bench.test") for _ in range(count)])
    links = Connection.objects.bulk_create(
        [_connection(account, user, outside, outside.credentials(server)) for user in users]
    )
    owners = CalendarAccount.objects.bulk_create(
        [CalendarAccount(account=account, user=user, connection=link) for user, link in zip(users, links, strict=True)]
    )
    calendars = [_calendar(owner, outside, is_writable) for owner in owners]
    return [calendar.pk for calendar in Calendar.objects.bulk_create(calendars)]


def _connection(account: Any, user: Any, outside: Outside, credentials: dict[str, str]) -> Any:
    from django.utils import timezone

    from connections.models import Connection

    is_oauth = "access_token" in credentials
    return Connection(
        account=account,
        owner=user,
        provider=outside.provider,
        purpose="calendar",
        external_id=uuid.uuid4().hex,
        identity=outside.identity,
        credentials=credentials,
        expires_at=timezone.now() + dt.timedelta(hours=1) if is_oauth else None,
    )


def _calendar(owner: Any, outside: Outside, is_writable: bool) -> Any:
    from calendars.models import Calendar

    return Calendar(
        account_id=owner.account_id,
        calendar_account=owner,
        remote_id=outside.remote_id,
        name="Bench",
        is_selected=True,
        is_writable=is_writable,
    )


def synced_alike(calendar_ids: Sequence[int]) -> None:
    """Sync the first one; the others, which are the same calendar, are where it is."""
    from calendars.models import Calendar
    from calendars.services.sync import calendar_sync

    first, *others = calendar_ids
    calendar_sync(calendar_id=first)
    fields = ("sync_token", "window_starts_at", "window_ends_at", "generation", "synced_at", "tried_at")
    state = Calendar.objects.values(*fields).get(pk=first)
    Calendar.objects.filter(pk__in=others).update(**state)


def forget(calendar_ids: Sequence[int]) -> None:
    """Remove what ``connect`` made, so that later runs do not meet it."""
    from accounts.models import User
    from calendars.models import BusyInterval, Calendar

    BusyInterval.objects.filter(calendar_id__in=calendar_ids).delete()
    owners = Calendar.objects.filter(pk__in=calendar_ids).values_list("calendar_account__user_id", flat=True)
    User.objects.filter(pk__in=list(owners)).delete()
