"""Title, place and description of a meeting made on a record, and of its event: each follows the other (C6)."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from accounts.actor import Actor, system_actor
from accounts.choices import ActorKind
from accounts.models import Membership
from calendars.models import LoggedEvent, MeetingEvent
from calendars.services.booking_records import MEETING_TO_CONTACT
from calendars.services.meeting_events import EVENT_BRING, EVENT_LOOK, changes_follow
from calendars.services.meetings import meeting_schedule
from crm.choices import ObjectType
from crm.models import PropertyChange, Record, TimelineEntry
from crm.services.changes import RecordChange
from crm.services.events import publish_once
from crm.services.records import records_write
from hubclone.lib.jobs.services import run_jobs
from tests.calendars.booking import account_make, slot
from tests.calendars.provider_bookings import due, sync
from tests.calendars.sides import UPDATE, Side
from tests.crm.conftest import record_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.spec("C6")]
OLGA = "olga@example.com"


@pytest.fixture
def member(side: Side) -> Membership:
    """Her calendar is connected, and read once."""
    found = account_make().memberships.select_related("user", "account").get()
    side.connect(found)
    run_jobs()
    return found


@pytest.fixture
def contact(member: Membership) -> Record:
    change = RecordChange(ObjectType.CONTACT, {"firstname": "Olga", "email": OLGA}, match_email=OLGA)
    return record_of(records_write(actor=system_actor(member.account_id), changes=[change])[0])


@pytest.fixture
def meeting(member: Membership, contact: Record) -> Record:
    return schedule(member, contact)


def schedule(
    member: Membership,
    contact: Record,
    others: Sequence[Record] = (),
    properties: dict[str, str] | None = None,
    **more: Any,
) -> Record:
    words = {
        "hs_meeting_title": "Kick-off",
        "hs_meeting_location": "Room 1",
        "hs_meeting_body": "<p>Bring cake</p>",
    } | (properties or {})
    made = meeting_schedule(
        actor=Actor(member.account_id, ActorKind.USER, str(member.user_id)),
        organiser=member.user,
        properties={**words, "hs_meeting_outcome": "SCHEDULED", **times(0)},
        links=[(one.pk, MEETING_TO_CONTACT) for one in (contact, *others)],
        time_zone="Europe/Warsaw",
        **more,
    )
    run_jobs()
    follow()
    return made


def times(number: int) -> dict[str, str]:
    """The n-th half hour, as properties."""
    begins, ends = slot(number).isoformat(), slot(number + 1).isoformat()
    return {"hs_timestamp": begins, "hs_meeting_start_time": begins, "hs_meeting_end_time": ends}


def change(meeting: Record, **properties: Any) -> None:
    """As any client of the write path, and as far as it goes before workers come."""
    changes = [RecordChange(ObjectType.MEETING, properties, record_id=meeting.pk)]
    records_write(actor=system_actor(meeting.account_id), changes=changes)


def follow() -> None:
    """What the publisher, the task and the workers do within seconds."""
    publish_once()
    changes_follow()
    run_jobs()


def settle() -> None:
    """Whatever there is to come back and forth does so."""
    for _ in range(3):
        sync()
        follow()


def event_of(meeting: Record) -> str:
    return MeetingEvent.objects.get(meeting=meeting).event_id


def now_of(meeting: Record) -> Record:
    return Record.objects.get(pk=meeting.pk)


def place_of(meeting: Record) -> str:
    return str(now_of(meeting).properties.get("hs_meeting_location") or "")


def test_title_place_and_description_of_a_record_reach_its_event_by_one_update(meeting: Record, side: Side) -> None:
    change(meeting, hs_meeting_title="Review", hs_meeting_location="Room 2", hs_meeting_body="<p>Bring tea</p>")
    follow()
    assert side.words(event_of(meeting)) == ("Review", "Room 2", "Bring tea")
    assert side.invitations() == ["invitation", "update"]
    settle()
    assert side.invitations() == ["invitation", "update"], "what comes back ends here"
    assert not LoggedEvent.objects.exists()


def test_a_place_and_a_description_that_are_taken_away_go_from_the_event_too(meeting: Record, side: Side) -> None:
    change(meeting, hs_meeting_location="", hs_meeting_body="")
    follow()
    assert side.words(event_of(meeting)) == ("Kick-off", "", "")
    settle()
    assert side.words(event_of(meeting)) == ("Kick-off", "", "")


def test_what_does_not_concern_the_event_leaves_it_alone(meeting: Record, side: Side) -> None:
    change(meeting, hs_internal_meeting_notes="Ask for the budget", hs_meeting_body="<div>Bring cake</div>")
    before = side.requests()
    follow()
    assert side.requests() == before


def test_a_title_and_a_place_that_somebody_changes_in_the_calendar_come_to_the_record(
    meeting: Record, contact: Record, side: Side
) -> None:
    sync()
    side.edit(event_of(meeting), "Review", "Room 2")
    told = side.invitations()
    settle()
    assert (now_of(meeting).display_name, place_of(meeting)) == ("Review", "Room 2")
    assert PropertyChange.objects.filter(record=meeting, name="hs_meeting_title").count() == 2
    assert side.invitations() == told, "no loop"
    assert TimelineEntry.objects.filter(record=contact).count() == 1
    side.edit(event_of(meeting), "Review", "")
    settle()
    assert (now_of(meeting).display_name, place_of(meeting)) == ("Review", "")
    assert not LoggedEvent.objects.exists()


def test_changes_of_both_sides_at_once_meet_and_where_they_clash_the_record_is_right(
    meeting: Record, side: Side
) -> None:
    sync()
    side.edit(event_of(meeting), "From the calendar", "Room 2")
    change(meeting, hs_meeting_title="From the record")
    follow()
    settle()
    assert (now_of(meeting).display_name, place_of(meeting)) == ("From the record", "Room 2")
    assert side.words(event_of(meeting))[:2] == ("From the record", "Room 2")


def test_an_event_that_was_dragged_while_its_record_got_another_title_has_both(meeting: Record, side: Side) -> None:
    sync()
    side.move(event_of(meeting), slot(6))
    change(meeting, hs_meeting_title="Review")
    follow()
    settle()
    assert side.starts() == [slot(6)]
    assert side.words(event_of(meeting))[0] == "Review"
    assert now_of(meeting).properties["hs_meeting_start_time"].startswith(slot(6).isoformat()[:16])


def test_a_change_whose_answer_is_lost_ends_as_the_record_says(meeting: Record, side: Side) -> None:
    side.fault(UPDATE, disconnect=True, after=True, times=1)
    change(meeting, hs_meeting_title="Review", hs_meeting_body="<p>Bring tea</p>")
    follow()
    for _ in range(2):
        due(EVENT_BRING)
        run_jobs()
    settle()
    assert side.words(event_of(meeting)) == ("Review", "Room 1", "Bring tea")
    assert now_of(meeting).display_name == "Review"


def test_a_call_that_becomes_the_place_is_no_news_to_the_guest(member: Membership, contact: Record, side: Side) -> None:
    meeting = schedule(member, contact, wants_call=True)
    change(meeting, hs_meeting_location="")
    follow()
    settle()
    change(meeting, hs_meeting_title="Review")
    follow()
    settle()
    assert now_of(meeting).properties.get("hs_meeting_external_url", "").startswith("http") is (side.key != "exchange")
    assert side.words(event_of(meeting))[:2] == ("Review", "")


def test_a_title_and_a_place_that_are_longer_than_the_calendar_takes_stay_whole_on_the_record(
    meeting: Record, contact: Record, member: Membership, side: Side
) -> None:
    """An Outlook mailbox refuses lines of more than 255 characters."""
    long = {"hs_meeting_title": "Kick-off " * 40, "hs_meeting_location": "Room 1 " * 50}
    change(meeting, **long)
    follow()
    settle()
    made = schedule(member, contact, properties=long)
    most = 400 if side.key == "google" else 255
    for one in (meeting, made):
        assert 200 < len(side.words(event_of(one))[0]) <= most
        assert 200 < len(side.words(event_of(one))[1]) <= most
        assert len(now_of(one).display_name) == 359
        assert len(place_of(one)) == 349


def test_an_event_that_has_no_title_any_more_takes_nothing_from_the_record(meeting: Record, side: Side) -> None:
    sync()
    side.edit(event_of(meeting), "", "")
    settle()
    assert (now_of(meeting).display_name, place_of(meeting)) == ("Kick-off", "Room 1")


@pytest.mark.parametrize("seed", range(3))
def test_whatever_order_changes_come_in_both_sides_say_the_same_in_the_end(
    meeting: Record, side: Side, seed: int
) -> None:
    dice = random.Random(seed)  # noqa: S311 - a test's
    works: list[Callable[[int], object]] = [
        lambda n: change(meeting, hs_meeting_title=f"Record {n}"),
        lambda n: change(meeting, hs_meeting_location=f"Record room {n}", hs_meeting_body=f"<p>Words {n}</p>"),
        lambda n: change(meeting, **times(n)),
        lambda n: side.edit(event_of(meeting), f"Calendar {n}", f"Calendar room {n}"),
        lambda n: side.move(event_of(meeting), slot(n)),
        lambda n: sync(),
        lambda n: follow(),
    ]
    for number in range(14):
        dice.choice(works)(number)
    for kind in (EVENT_LOOK, EVENT_BRING):
        settle()
        due(kind)
    told = side.invitations()
    settle()
    record, event = now_of(meeting), event_of(meeting)
    assert side.words(event)[:2] == (record.display_name, place_of(meeting))
    assert side.starts() == [dt.datetime.fromisoformat(record.properties["hs_meeting_start_time"])]
    assert side.invitations() == told, "no loop"
