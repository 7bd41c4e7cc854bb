"""What the demo's calendars share: orders to the stand-ins, connecting without a browser, and waiting for a sync."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from accounts.actor import Actor
from accounts.choices import ActorKind
from accounts.demo import DemoContext
from accounts.models import User
from calendars.models import Calendar, CalendarAccount
from calendars.selectors.accounts import calendar_account_of
from calendars.services.calendars import calendars_list
from calendars.services.sync import calendar_sync
from connections.exceptions import GrantRevoked
from connections.registries import PROVIDERS
from connections.services.oauth import Attempt, oauth_complete
from hubclone.lib.errors import PermanentError, TransientError
from hubclone.lib.outbound.http import session

SYNC_SECONDS = 30
_GRANTED = ("client_id", "redirect_uri", "scope", "code_challenge", "nonce")
"""What a stand-in is told of the consent page's address."""
REPLACE = {"replace": True}
"""Of whatever calendar the person has chosen meanwhile, when a restart has to connect them anew."""


def control(provider: str, path: str, **body: Any) -> Any:
    """A call of the stand-in's control API. Raises PermanentError."""
    answer = session().post(f"{settings.SANDBOX_URL}/_control/{provider}/{path}", json=body)
    if answer.status_code >= 300:
        raise PermanentError(f"The sandbox refused {provider}'s {path}: {answer.status_code}.", code="SANDBOX_REFUSED")
    return answer.json() if answer.content else None


def client_register(provider: str, client: dict[str, str]) -> None:
    """Make our app known each time: a stand-in that was reset knows nobody."""
    control(provider, "client", client_id=client["client_id"], client_secret=client["client_secret"])


def calendar_keep(context: DemoContext, user: User, *, connect: Callable[[], None], seed: Callable[[], None]) -> None:
    """Connect once, with a few things to be busy with; mend what a restart broke, and wait until it has been read."""
    if calendar_account_of(account_id=context.account.pk, user_id=user.pk) is None:
        seed()
        connect()
    try:
        calendars_list(calendar_account=_calendar_account(context, user))
    except GrantRevoked:
        connect()
        calendars_list(calendar_account=_calendar_account(context, user))
    _sync(_calendar_account(context, user))


def oauth_connect(context: DemoContext, *, user: User, provider: str, account: str) -> None:
    """What the browser does, without one: the consent page's address becomes a code, exchanged like any other."""
    oauth = PROVIDERS[provider].oauth
    assert oauth is not None
    redirect_uri = f"{settings.BASE_URL}{reverse('connections:oauth_callback', args=[provider])}"
    authorization = oauth.authorization(redirect_uri=redirect_uri, scopes=scopes_of(provider), state="demo")
    attempt = Attempt(
        provider=provider,
        purpose="calendar",
        account_id=context.account.pk,
        user_id=user.pk,
        owner_id=user.pk,
        verifier=authorization.verifier,
        redirect_uri=redirect_uri,
        scopes=scopes_of(provider),
        params=REPLACE,
        started_at=timezone.now().timestamp(),
    )
    asked = dict(parse_qsl(urlsplit(authorization.url).query))
    answer = control(provider, "grant", account=account, **{name: asked[name] for name in _GRANTED if name in asked})
    oauth_complete(actor=acting(context, user), attempt=attempt, answer={"code": answer["code"]})


def scopes_of(provider: str) -> list[str]:
    """What we ask of it."""
    return [item.scope for item in PROVIDERS[provider].scopes]


def acting(context: DemoContext, user: User) -> Actor:
    """The person themselves, for nobody connects a calendar for somebody else."""
    return Actor(context.account.pk, ActorKind.USER, str(user.pk), str(user))


def coming_monday() -> dt.date:
    """Of the week after this one, where visitors look first."""
    today = timezone.localdate()
    return today + dt.timedelta(days=7 - today.weekday())


def _calendar_account(context: DemoContext, user: User) -> CalendarAccount:
    found = calendar_account_of(account_id=context.account.pk, user_id=user.pk)
    if found is None:
        raise LookupError(f"{user} has no calendar")
    return found


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
