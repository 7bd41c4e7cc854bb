"""Providers, people of one account; a page and a booking of theirs at the provider of ``side``."""

from __future__ import annotations

import pytest

from calendars.models import Booking, SchedulingPage
from hubclone.lib.jobs.services import run_jobs
from tests.accounts.conftest import account, admin, editor, member, stranger
from tests.calendars.booking import account_make, book, page_make
from tests.calendars.provider_bookings import fresh, sync
from tests.calendars.sides import Side, side
from tests.connections.google import sandbox, sandbox_server

__all__ = ["account", "admin", "editor", "member", "sandbox", "sandbox_server", "side", "stranger"]


@pytest.fixture
def page(side: Side) -> SchedulingPage:
    """A page whose owner has connected the provider; everything is synced."""
    account = account_make()
    side.connect_only(account.memberships.select_related("user").get())
    run_jobs()
    return page_make(account, connected=False)


@pytest.fixture
def booking(page: SchedulingPage) -> Booking:
    """A booking whose event is written and has come back."""
    made = book(page)
    run_jobs()
    sync()
    return fresh(made)
