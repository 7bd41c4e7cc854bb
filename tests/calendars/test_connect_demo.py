"""The demo's calendar is connected by the real exchange, once, and mended when a restart broke it."""

from __future__ import annotations

import pytest
from pytest_django import Settings

from accounts.demo import DemoContext
from accounts.demo import load as load_people
from accounts.models import Membership
from calendars.demo_google import load
from calendars.demo_microsoft import load as load_microsoft
from calendars.models import BusyInterval, Calendar, CalendarAccount
from connections.choices import ConnectionState
from connections.models import Connection
from sandbox.testing import Control, SandboxServer
from tests.connections.microsoft import browser

pytestmark = pytest.mark.django_db


@pytest.fixture
def context(sandbox: Control, sandbox_server: SandboxServer, settings: Settings) -> DemoContext:
    settings.SANDBOX_URL = sandbox_server.url
    settings.GOOGLE = {**settings.GOOGLE, "client_id": "demo", "client_secret": "demo-secret"}
    made = DemoContext(output={})
    load_people(made)
    return made


def test_the_admins_calendar_is_connected_and_read(context: DemoContext, sandbox: Control) -> None:
    load(context)
    calendar = Calendar.objects.get(is_selected=True)
    assert calendar.synced_at is not None
    assert BusyInterval.objects.filter(calendar=calendar).count() > 100
    assert context.output["google"]["account"] == "anna@gmail.test"
    assert context.output["google"]["access_token"]


def test_a_second_start_keeps_the_connection_and_its_events(context: DemoContext, sandbox: Control) -> None:
    load(context)
    before, events = CalendarAccount.objects.get().pk, len(sandbox.google.events("anna@gmail.test"))
    load(context)
    assert CalendarAccount.objects.get().pk == before
    assert len(sandbox.google.events("anna@gmail.test")) == events


def test_a_sandbox_that_forgot_everything_is_connected_anew(context: DemoContext, sandbox: Control) -> None:
    load(context)
    sandbox.reset()
    load(context)
    assert Connection.objects.get().state == ConnectionState.ACTIVE


@pytest.mark.parametrize("times", [1, 2])
def test_a_member_of_the_demo_can_connect_office_365(
    context: DemoContext, sandbox: Control, settings: Settings, times: int
) -> None:
    settings.MICROSOFT = {**settings.MICROSOFT, "client_id": "demo", "client_secret": "demo-secret"}
    for _ in range(times):
        sandbox.reset()
        load_microsoft(context)
    member = Membership.objects.get(user=context.member)
    assert browser(member).connect(account=context.output["microsoft"]["accounts"][1]).status_code == 302
