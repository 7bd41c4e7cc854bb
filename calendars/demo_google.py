"""The demo's Google calendar: the admin's, connected by the real exchange with the stand-in."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import secrets
import time
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from accounts.actor import Actor
from accounts.choices import ActorKind
from accounts.demo import DemoContext
from accounts.registries import DEMO_LOADERS
from calendars.models import Calendar, CalendarAccount
from calendars.selectors.accounts import calendar_account_of
from calendars.services.calendars import calendars_list
from calendars.services.sync import calendar_sync
from connections.exceptions import GrantRevoked
from connections.registries import PROVIDERS
from connections.services.oauth import Attempt, oauth_complete
from hubclone.lib.errors import PermanentError, TransientError
from hubclone.lib.outbound.http import session

GOOGLE_ACCOUNT = "anna@gmail.test"
SYNC_SECONDS = 30


@DEMO_LOADERS.registered("calendars.google")
def load(context: DemoContext) -> None:
    """Connect once, mend what a restart broke, and wait until the calendar has been read."""
    _control("client", client_id=settings.GOOGLE["client_id"], client_secret=settings.GOOGLE["client_secret"])
    found = calendar_account_of(account_id=context.account.pk, user_id=context.admin.pk)
    if found is None:
        _events_make()
    try:
        calendar_account = found or _connect(context)
        calendars_list(calendar_account=calendar_account)
    except GrantRevoked:
        calendar_account = _connect(context)
        calendars_list(calendar_account=calendar_account)
    _sync(calendar_account)
    token = _control("token", account=GOOGLE_ACCOUNT, scope=_scopes())["access_token"]
    context.output["google"] = {"account": GOOGLE_ACCOUNT, "access_token": token}


def _connect(context: DemoContext) -> CalendarAccount:
    """What the browser does, without one: a code for our PKCE challenge, exchanged like any other."""
    verifier = secrets.token_urlsafe(64)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
    redirect_uri = f"{settings.BASE_URL}{reverse('connections:oauth_callback', args=['google'])}"
    attempt = Attempt(
        provider="google",
        purpose="calendar",
        account_id=context.account.pk,
        user_id=context.admin.pk,
        owner_id=context.admin.pk,
        verifier=verifier,
        redirect_uri=redirect_uri,
        scopes=_scopes(),
        params={"replace": True},
        started_at=timezone.now().timestamp(),
    )
    answer = _control(
        "grant",
        account=GOOGLE_ACCOUNT,
        client_id=settings.GOOGLE["client_id"],
        redirect_uri=redirect_uri,
        scope=_scopes(),
        code_challenge=challenge,
    )
    actor = Actor(context.account.pk, ActorKind.USER, str(context.admin.pk), str(context.admin))
    oauth_complete(actor=actor, attempt=attempt, answer={"code": answer["code"]})
    return CalendarAccount.objects.get(account=context.account, user=context.admin)


def _sync(calendar_account: CalendarAccount) -> None:
    """A worker may be at it already: then wait for it."""
    until = time.monotonic() + SYNC_SECONDS
    selected = Calendar.objects.filter(calendar_account=calendar_account, is_selected=True)
    for calendar in selected:
        calendar_sync(calendar_id=calendar.pk)
    while selected.filter(synced_at=None).exists():
        if time.monotonic() > until:
            raise TransientError("The demo calendar was not read in time.", code="DEMO_NOT_SYNCED")
        time.sleep(0.2)


def _events_make() -> None:
    """A few things to be busy with."""
    monday = timezone.localdate() + dt.timedelta(days=7 - timezone.localdate().weekday())
    zone = {"timeZone": "Europe/Warsaw"}
    _control(
        "event",
        calendar=GOOGLE_ACCOUNT,
        summary="Team stand-up",
        start={"dateTime": f"{monday}T09:30:00", **zone},
        end={"dateTime": f"{monday}T10:00:00", **zone},
        recurrence=["RRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"],
    )
    wednesday = monday + dt.timedelta(days=2)
    _control(
        "event",
        calendar=GOOGLE_ACCOUNT,
        summary="Dentist",
        start={"dateTime": f"{wednesday}T13:00:00", **zone},
        end={"dateTime": f"{wednesday}T14:30:00", **zone},
    )


def _scopes() -> list[str]:
    return [item.scope for item in PROVIDERS["google"].scopes]


def _control(path: str, **body: Any) -> Any:
    """A call of the stand-in's control API."""
    answer = session().post(f"{settings.SANDBOX_URL}/_control/google/{path}", json=body)
    if answer.status_code >= 300:
        raise PermanentError(f"The sandbox refused {path}: {answer.status_code}.", code="SANDBOX_REFUSED")
    return answer.json() if answer.content else None
