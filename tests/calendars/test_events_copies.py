"""Copies of one event on the calendars of several colleagues: one meeting, and none of ours is another (C5, C6)."""

from __future__ import annotations

import pytest

from accounts.actor import system_actor
from accounts.models import Membership
from calendars.models import Calendar, LoggedEvent
from calendars.services.meeting_events import EVENT_BRING
from calendars.services.sync import calendar_sync
from crm.choices import ObjectType
from crm.models import Record, TimelineEntry
from crm.services.changes import RecordChange
from crm.services.records import records_write
from hubclone.lib.jobs.services import run_jobs
from sandbox.exchange.testing import BEN
from tests.accounts.factories import MembershipFactory
from tests.calendars.booking import account_make, slot
from tests.calendars.provider_bookings import due
from tests.calendars.sides import CREATE, Side
from tests.calendars.test_meeting_words import OLGA, follow, schedule
from tests.connections import google, microsoft
from tests.connections.exchange import exchange_connected
from tests.crm.conftest import record_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.spec("C5")]
COLLEAGUES = {"google": google.JAN, "microsoft": microsoft.JAN, "exchange": BEN}


@pytest.fixture
def anna(side: Side) -> Membership:
    found = account_make().memberships.select_related("user", "account").get()
    side.connect(found)
    run_jobs()
    return found


@pytest.fixture
def theirs(anna: Membership, side: Side) -> Calendar:
    """A colleague's main calendar."""
    colleague = MembershipFactory(account=anna.account)
    if side.key == "exchange":
        exchange_connected(colleague, side.server, email=BEN, user_name="CORP\\ben")
    else:
        google.connected(colleague, COLLEAGUES[side.key], provider=side.key)
    run_jobs()
    return Calendar.objects.get(is_primary=True, calendar_account__user=colleague.user)


def contact(member: Membership, email: str) -> Record:
    change = RecordChange(ObjectType.CONTACT, {"email": email}, match_email=email)
    return record_of(records_write(actor=system_actor(member.account_id), changes=[change])[0])


def read(*calendars: Calendar) -> None:
    for calendar in calendars:
        calendar_sync(calendar_id=calendar.pk)


def meetings() -> int:
    return Record.objects.filter(object_type=ObjectType.MEETING, archived_at=None).count()


@pytest.mark.spec("C6")
def test_a_copy_that_comes_before_we_know_our_own_event_is_not_logged_as_another_meeting(
    anna: Membership, theirs: Calendar, side: Side
) -> None:
    """The event is made, and the answer that names its UID is lost: the copy is there before we know of either."""
    side.fault(CREATE, disconnect=True, after=True, times=1)
    schedule(anna, contact(anna, OLGA), others=[contact(anna, COLLEAGUES[side.key])])
    assert side.starts() == [slot(0)]
    read(theirs)
    assert not LoggedEvent.objects.exists()
    due(EVENT_BRING)
    follow()
    read(theirs, *Calendar.objects.filter(is_primary=True).exclude(pk=theirs.pk))
    assert not LoggedEvent.objects.exists()
    assert meetings() == 1
    assert TimelineEntry.objects.filter(record__properties__email=OLGA).count() == 1


@pytest.mark.parametrize("recurring", [False, True], ids=["once", "series"])
@pytest.mark.parametrize("side", ["exchange"], indirect=True)
def test_colleagues_at_exchange_who_share_an_event_share_its_meeting(
    anna: Membership, theirs: Calendar, side: Side, recurring: bool
) -> None:
    olga, ours = contact(anna, OLGA), Calendar.objects.exclude(pk=theirs.pk).get(is_primary=True)
    rule = {"rrule": "FREQ=DAILY;COUNT=2", "zone": "UTC"} if recurring else {}
    edges = {"start": slot(0).isoformat(), "end": slot(1).isoformat()}
    event = side.control.exchange.event_create(
        calendar=side.anna, subject="Review", required=[OLGA, BEN], **edges, **rule
    )
    read(ours, theirs)
    count = 2 if recurring else 1
    assert (meetings(), LoggedEvent.objects.count()) == (count, 2 * count)
    assert TimelineEntry.objects.filter(record=olga, kind="meeting").count() == count
    side.delete(event["id"])
    read(ours)
    assert meetings() == count, "the colleague's copy keeps it until it goes, too"
    read(theirs)
    assert meetings() == 0
