"""The demo's calendars and pages: each provider is connected for somebody, and every page can be booked at once."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from pytest_django import Settings

from accounts.demo import DemoContext
from accounts.demo import load as load_people
from accounts.models import OutgoingEmail
from calendars import demo_exchange, demo_google, demo_microsoft, demo_page
from calendars.choices import BookingState, PageKind
from calendars.demo_sandbox import control
from calendars.models import Booking, CalendarAccount, SchedulingPage
from calendars.selectors.availability import slots_between
from calendars.selectors.dashboard import page_figures, weeks_total
from connections.choices import ConnectionState
from connections.models import Connection
from crm.demo import load as load_crm
from hubclone.lib.jobs.services import run_jobs
from sandbox.testing import Control, SandboxServer
from tests.calendars.booking import book
from tests.calendars.kinds import taken

pytestmark = pytest.mark.django_db
PROVIDERS = {"google", "microsoft", "exchange"}


@pytest.fixture
def pointed(sandbox: Control, sandbox_server: SandboxServer, settings: Settings) -> Control:
    settings.SANDBOX_URL = sandbox_server.url
    settings.EXCHANGE_CA_FILE = sandbox_server.ca_file
    settings.GOOGLE = {**settings.GOOGLE, "client_id": "demo", "client_secret": "demo-secret"}
    settings.MICROSOFT = {**settings.MICROSOFT, "client_id": "demo", "client_secret": "demo-secret"}
    return sandbox


def start(output: dict[str, object]) -> DemoContext:
    """What every start loads, in its order."""
    context = DemoContext(output=output)
    for loader in (load_people, load_crm, demo_exchange.load, demo_google.load, demo_microsoft.load, demo_page.load):
        loader(context)
    return context


def first_slot(page: SchedulingPage) -> dt.datetime:
    """The earliest time that visitors are offered."""
    now = timezone.now()
    within = int(now.timestamp()), int((now + dt.timedelta(days=14)).timestamp())
    duration = dt.timedelta(minutes=page.durations[0])
    offered = slots_between(page=page, within=within, now=now, duration=duration)
    return dt.datetime.fromtimestamp(offered.starts[0], dt.UTC)


@pytest.mark.django_db(transaction=True)  # several providers are asked in threads
def test_a_host_of_each_provider_and_pages_of_several_hosts_that_are_booked_at_once(pointed: Control) -> None:
    context = start({})
    accounts = CalendarAccount.objects.select_related("connection")
    assert {account.connection.provider for account in accounts} == PROVIDERS
    everybody = {account.user_id for account in accounts}
    group = SchedulingPage.objects.get(kind=PageKind.GROUP)
    robin = SchedulingPage.objects.get(kind=PageKind.ROUND_ROBIN)
    assert context.output["group_page"].endswith(group.slug)
    assert context.output["round_robin_page"].endswith(robin.slug)
    minutes = group.durations[0]
    meeting = book(group, first_slot(group), duration_minutes=minutes)
    assert (meeting.state, taken(meeting)) == (BookingState.CONFIRMED, everybody)
    visitors = [f"guest{number}@example.com" for number in range(3)]
    answers = {"phone": "+48 600 100 200"}
    turns = [book(robin, first_slot(robin), email=email, answers=answers) for email in visitors]
    assert {turn.host.pk for turn in turns} == everybody
    run_jobs()
    assert not Booking.objects.filter(starts_at__gt=timezone.now()).exclude(calendar_write="written").exists()


def test_later_starts_change_nothing_and_mend_what_can_be_mended(pointed: Control) -> None:
    first = start({})
    models = (Connection, SchedulingPage, Booking, OutgoingEmail)
    counted = [model.objects.count() for model in models]
    SchedulingPage.objects.filter(kind=PageKind.GROUP).update(state="deleted")
    again = start(dict(first.output))
    assert [model.objects.count() for model in models] == counted
    assert again.output["group_page"] == "", "a page that was deleted stays away"
    assert again.output["jan"] == first.output["jan"]
    control("exchange", "password", account=demo_exchange.MAILBOX, password="Another-1")
    start(dict(first.output))
    assert Connection.objects.get(provider="exchange").state == ConnectionState.NEEDS_ATTENTION
    pointed.reset()
    start(dict(first.output))
    assert Connection.objects.count() == len(PROVIDERS)
    assert set(Connection.objects.values_list("state", flat=True)) == {ConnectionState.ACTIVE}, "a sandbox that forgot"


@pytest.mark.spec("C27")
def test_the_dashboard_has_meetings_of_the_last_weeks_with_every_outcome(pointed: Control) -> None:
    context = start({})
    zone, now = ZoneInfo("Europe/Warsaw"), timezone.now()
    figures = page_figures(account_id=context.account.pk, user_id=context.admin.pk, now=now, zone=zone)
    assert {figure.name for figure in figures} >= {"Intro call", "Roasting workshop"}
    for outcome in ("held", "no_show", "unanswered", "cancelled"):
        assert sum(getattr(figure, outcome) for figure in figures)
    assert sum(week.count > 0 for week in weeks_total(figures)) > 5
