"""A visitor who fills in the form of a page."""

from __future__ import annotations

import re

from django.test import Client

from accounts.registries import ACCOUNT_INITIALISERS
from calendars.models import SchedulingPage
from tests.accounts.factories import MembershipFactory, actor_of
from tests.calendars.forms import form_key
from tests.calendars.scheduling import page_make

START = "2026-11-23T09:00:00Z"


def public_page() -> SchedulingPage:
    """A page of half an hour and an hour, in an account with all that a new one has."""
    membership = MembershipFactory(super_admin=True, user__name="Anna Nowak")
    for initialise in ACCOUNT_INITIALISERS.values():
        initialise(membership.account, actor_of(membership))
    return page_make(membership=membership, durations=[30, 60])


def filled(page: SchedulingPage, **changes: str) -> dict[str, str]:
    form = {
        "start": START,
        "duration": "30",
        "tz": "Europe/Warsaw",
        "key": form_key(page),
        "first_name": "Olga",
        "last_name": "Tokarz",
        "email": "olga@example.com",
        "website": "",
    }
    return form | changes


def post(client: Client, page: SchedulingPage, **changes: str) -> tuple[int, str]:
    answer = client.post(f"/meetings/{page.slug}", filled(page, **changes))
    return answer.status_code, answer.content.decode()


def fresh_times(html: str) -> list[str]:
    """The times that are offered in the place of one that is taken."""
    return re.findall(r'type="radio" name="start" value="([^"]+)"', html)
