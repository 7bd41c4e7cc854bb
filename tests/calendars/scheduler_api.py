"""A caller of the scheduler API, with a token."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.test import Client

from accounts.models import Account
from accounts.scopes import all_scopes
from accounts.services.tokens import access_token_create
from calendars.models import SchedulingPage
from tests.accounts.factories import actor_of
from tests.calendars.booking import slot

ROOT = "/scheduler/v3/meetings"


def token_of(account: Account, scopes: list[str] | None = None) -> str:
    membership = account.memberships.select_related("user").order_by("id")[0]
    _, token = access_token_create(
        actor=actor_of(membership),
        account=account,
        name="Script",
        scopes=all_scopes() if scopes is None else scopes,
        created_by=membership.user,
    )
    return token


def wish(page: SchedulingPage, start: dt.datetime | None = None, **more: Any) -> dict[str, Any]:
    return {
        "slug": page.slug,
        "startTime": (start or slot()).isoformat(),
        "duration": 1_800_000,
        "email": "jan@example.com",
        "firstName": "Jan",
        "lastName": "Kowalski",
        "formFields": [],
        "legalConsentResponses": [],
        "likelyAvailableUserIds": [],
        "timezone": "Europe/Warsaw",
        "locale": "en-us",
        **more,
    }


class Api:
    """A caller with a token."""

    def __init__(self, account: Account, scopes: list[str] | None = None) -> None:
        self.client = Client(headers={"Authorization": f"Bearer {token_of(account, scopes)}"})

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(f"{ROOT}/{path}", query)

    def post(self, path: str, body: Any, **headers: str) -> Any:
        return self.client.post(f"{ROOT}/{path}", body, content_type="application/json", headers=headers)

    def book(self, page: SchedulingPage, **more: Any) -> Any:
        return self.post("meeting-links/book", wish(page, **more))
