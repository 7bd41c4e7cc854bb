"""Appointments, meetings and series as exchangelib makes and reads them."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

import pytest
from exchangelib import Account, CalendarItem, EWSDate, EWSTimeZone, ExtendedProperty, HTMLBody, Q
from exchangelib.errors import (
    ErrorCalendarEndDateIsEarlierThanStartDate,
    ErrorCalendarOccurrenceIsDeletedFromRecurrence,
    ErrorCalendarViewRangeTooBig,
    ErrorChangeKeyRequired,
    ErrorExceededFindCountLimit,
    ErrorIrresolvableConflict,
    ErrorItemNotFound,
)
from exchangelib.properties import Attendee, Mailbox
from exchangelib.recurrence import AbsoluteMonthlyPattern, Recurrence, WeeklyPattern

from sandbox.exchange.testing import ANNA, BEN, ROOM, ExchangeControl
from sandbox.testing import SandboxServer
from tests.sandbox.exchange.conftest import at, item, seen

ALL = "SendToAllAndSaveCopy"


class Mark(ExtendedProperty):  # type: ignore[misc]
    """A property of one's own."""

    property_set_id = "3c2a1f6e-8d0b-4f57-9a6c-1d2e3f405162"
    property_name = "mark"
    property_type = "String"


@pytest.fixture
def marked() -> Iterator[None]:
    CalendarItem.register("mark", Mark)
    yield
    CalendarItem.deregister("mark")


def guest(email: str) -> Attendee:
    return Attendee(mailbox=Mailbox(email_address=email), response_type="Unknown")


def test_an_item_is_made_read_changed_and_deleted(anna: Account) -> None:
    made = item(anna, body="About it", location="Here", categories=["Work"], legacy_free_busy_status="OOF")
    made.save()
    found = anna.calendar.get(id=made.id)
    assert (found.subject, found.body, found.location) == ("Meeting", "About it", "Here")
    assert (found.categories, found.legacy_free_busy_status) == (["Work"], "OOF")
    assert (found.start, found.end, found.organizer.email_address) == (at(2, 9), at(2, 10), ANNA)
    found.subject, found.start, found.location = "Talk", at(2, 8), None
    found.save(update_fields=["subject", "start", "location"])
    assert seen(anna) == [("Talk", "2026-03-02T08:00", "Single")]
    assert anna.calendar.get(id=made.id).location is None
    found.delete()
    assert seen(anna) == []
    with pytest.raises(ErrorItemNotFound):
        made.refresh()


def test_ids_tell_capitals_apart_and_change_keys_tell_changes(anna: Account) -> None:
    made = item(anna)
    made.save()
    before = made.changekey
    made.subject = "Other"
    made.save(update_fields=["subject"])
    assert made.changekey != before
    assert len(made.id) == 152


def test_an_end_before_the_start_is_refused(anna: Account) -> None:
    with pytest.raises((ErrorCalendarEndDateIsEarlierThanStartDate, ValueError)):
        item(anna, end=at(1)).save()


def test_all_day_items_keep_their_days(anna: Account, exchange: ExchangeControl) -> None:
    warsaw = EWSTimeZone("Europe/Warsaw")
    CalendarItem(
        account=anna,
        folder=anna.calendar,
        subject="Trip",
        start=EWSDate(2026, 3, 5),
        end=EWSDate(2026, 3, 6),
        is_all_day=True,
        _start_timezone=warsaw,
        _end_timezone=warsaw,
    ).save()
    exchange.event_create(calendar=ANNA, subject="Days off", start="2026-03-10", end="2026-03-12")
    found = list(anna.calendar.view(start=at(1), end=at(20)))
    days = [(one.subject, one.start, one.end) for one in found]
    assert days == [
        ("Trip", EWSDate(2026, 3, 5), EWSDate(2026, 3, 6)),
        ("Days off", EWSDate(2026, 3, 10), EWSDate(2026, 3, 11)),
    ]


def test_items_are_found_by_a_property_of_ones_own(anna: Account, marked: None) -> None:
    item(anna, subject="Ours", mark="booking-1").save()
    item(anna, day=3).save()
    assert [(one.subject, one.mark) for one in anna.calendar.filter(mark="booking-1")] == [("Ours", "booking-1")]
    assert list(anna.calendar.filter(mark="booking-2")) == []
    assert [one.subject for one in anna.calendar.filter(mark__exists=True)] == ["Ours"]


def test_items_are_found_by_their_fields_in_order(anna: Account) -> None:
    for day in (4, 2, 3):
        item(anna, day=day, subject=f"Day {day}").save()
    later = anna.calendar.filter(start__gte=at(3)).order_by("-start")
    assert [one.subject for one in later] == ["Day 4", "Day 3"]
    named = anna.calendar.filter(Q(subject__contains="2") | Q(subject="Day 3"))
    assert sorted(one.subject for one in named.only("subject")) == ["Day 2", "Day 3"]


def test_guests_are_invited_get_a_copy_and_a_mail(
    anna: Account, ben: Account, exchange: ExchangeControl, sandbox: SandboxServer
) -> None:
    made = item(anna, required_attendees=[guest(BEN), guest("visitor@example.test")])
    made.save(send_meeting_invitations=ALL)
    (mail,) = sandbox.control.mail_wait(to="visitor@example.test")
    assert (mail["subject"], mail["from"]) == ("Meeting", "Anna Zielińska <anna@corp.example>")
    assert "METHOD:REQUEST" in mail["ics"]
    assert "DTSTART:20260302T090000Z" in mail["ics"]
    (copy,) = ben.calendar.all()
    assert (copy.uid, copy.my_response_type, copy.legacy_free_busy_status) == (
        anna.calendar.get(id=made.id).uid,
        "NoResponseReceived",
        "Tentative",
    )
    (told,) = exchange.state()["invitations"]
    assert (told["kind"], told["recipients"]) == ("request", [BEN, "visitor@example.test"])


def test_nobody_is_told_when_nobody_is_to_be(anna: Account, sandbox: SandboxServer) -> None:
    made = item(anna, required_attendees=[guest(BEN)])
    made.save(send_meeting_invitations="SendToNone")
    made.delete(send_meeting_cancellations=ALL)
    assert sandbox.control.mail() == []
    assert sandbox.control.exchange.items(BEN) == []


def test_guests_learn_of_changes_and_of_the_end(anna: Account, ben: Account, sandbox: SandboxServer) -> None:
    made = item(anna, required_attendees=[guest(BEN)])
    made.save(send_meeting_invitations=ALL)
    made.start, made.end = at(2, 14), at(2, 15)
    made.save(update_fields=["start", "end"], send_meeting_invitations=ALL)
    assert seen(ben) == [("Meeting", "2026-03-02T14:00", "Single")]
    made.delete(send_meeting_cancellations=ALL)
    (copy,) = ben.calendar.all()
    assert (copy.subject, copy.is_cancelled, copy.legacy_free_busy_status) == ("Canceled: Meeting", True, "Free")
    subjects = [mail["subject"] for mail in sandbox.control.mail()]
    assert subjects == ["Meeting", "Updated: Meeting", "Canceled: Meeting"]
    assert "METHOD:CANCEL" in sandbox.control.mail()[-1]["ics"]


def test_who_is_taken_off_the_list_is_told(anna: Account, ben: Account) -> None:
    made = item(anna, required_attendees=[guest(BEN)])
    made.save(send_meeting_invitations=ALL)
    made.required_attendees = [guest("visitor@example.test")]
    made.save(update_fields=["required_attendees"], send_meeting_invitations=ALL)
    (copy,) = ben.calendar.all()
    assert copy.is_cancelled


def test_a_guests_answer_reaches_the_organizer(anna: Account, ben: Account) -> None:
    made = item(anna, required_attendees=[guest(BEN)])
    made.save(send_meeting_invitations=ALL)
    (copy,) = ben.calendar.all()
    copy.accept()
    made.refresh()
    (answer,) = made.required_attendees
    assert answer.response_type == "Accept"
    assert answer.last_response_time is not None
    assert [one.legacy_free_busy_status for one in ben.calendar.all()] == ["Busy"]
    (copy,) = ben.calendar.all()
    copy.decline()
    assert list(ben.calendar.all()) == []
    made.refresh()
    assert made.required_attendees[0].response_type == "Decline"


def test_an_answer_stands_until_the_time_changes(anna: Account, ben: Account) -> None:
    made = item(anna, required_attendees=[guest(BEN)])
    made.save(send_meeting_invitations=ALL)
    (copy,) = ben.calendar.all()
    copy.tentatively_accept()
    for fields, response in (({"subject": "Talk"}, "Tentative"), ({"end": at(2, 12)}, "Unknown")):
        made.refresh()
        for name, value in fields.items():
            setattr(made, name, value)
        made.save(update_fields=list(fields), send_meeting_invitations=ALL)
        made.refresh()
        assert made.required_attendees[0].response_type == response


def test_a_stale_change_key_is_refused_by_who_never_overwrites(anna: Account, exchange: ExchangeControl) -> None:
    made = item(anna)
    made.save()
    exchange.event_update(id=made.id, subject="By somebody else")
    made.location = "Here"
    with pytest.raises(ErrorIrresolvableConflict):
        made.save(update_fields=["location"], conflict_resolution="NeverOverwrite")
    made.save(update_fields=["location"], conflict_resolution="AutoResolve")
    assert (made.refresh().subject, made.location) == ("By somebody else", "Here")


def test_a_change_without_a_key_must_say_that_it_overwrites(anna: Account) -> None:
    made = item(anna)
    made.save()
    bare = CalendarItem(account=anna, id=made.id, subject="Other")
    with pytest.raises(ErrorChangeKeyRequired):
        anna.bulk_update([(bare, ["subject"])], conflict_resolution="AutoResolve")
    anna.bulk_update([(bare, ["subject"])], conflict_resolution="AlwaysOverwrite")
    assert made.refresh().subject == "Other"


def test_a_room_says_yes_once(anna: Account) -> None:
    first, second = item(anna, resources=[guest(ROOM)]), item(anna, resources=[guest(ROOM)])
    for one in (first, second):
        one.save(send_meeting_invitations=ALL)
        one.refresh()
    assert [one.resources[0].response_type for one in (first, second)] == ["Accept", "Decline"]


def test_a_series_unrolls_with_its_exceptions(anna: Account, exchange: ExchangeControl) -> None:
    made = exchange.event_create(
        calendar=ANNA,
        subject="Weekly",
        start="2026-03-16T09:00:00+01:00",
        end="2026-03-16T10:00:00+01:00",
        rrule="FREQ=WEEKLY;BYDAY=MO;COUNT=4",
    )
    exchange.event_move(id=made["id"], occurrence="2026-03-23T08:00:00Z", start="2026-03-24T12:00:00Z")
    exchange.event_delete(id=made["id"], occurrence="2026-04-06T07:00:00Z")
    found = list(anna.calendar.view(start=at(1), end=at(30, month=4)))
    assert [(one.type, one.start, one.original_start) for one in found] == [
        ("Occurrence", at(16, 8), at(16, 8)),
        ("Exception", at(24, 12), at(23, 8)),
        ("Occurrence", at(30, 7), at(30, 7)),
    ]
    assert len({one.id for one in found} | {made["id"]}) == 4
    (master,) = anna.calendar.all()
    assert (master.type, master.recurrence.pattern.weekdays) == ("RecurringMaster", [1])
    assert [one.start for one in master.modified_occurrences] == [at(24, 12)]
    assert [one.start for one in master.deleted_occurrences] == [at(6, 7, month=4)]
    assert (master.first_occurrence.start, master.last_occurrence.start) == (at(16, 8), at(30, 7))


def test_a_series_of_ones_own_is_made_and_changed_by_occurrence(anna: Account) -> None:
    rule = Recurrence(pattern=WeeklyPattern(interval=1, weekdays=["Monday"]), start=EWSDate(2026, 3, 2), number=3)
    made = item(anna, recurrence=rule)
    made.save()
    second = made.occurrence(index=2)
    second.subject, second.start, second.end = "Second", at(9, 12), at(9, 13)
    second.save(update_fields=["subject", "start", "end"])
    made.occurrence(index=3).delete()
    assert seen(anna) == [
        ("Meeting", "2026-03-02T09:00", "Occurrence"),
        ("Second", "2026-03-09T12:00", "Exception"),
    ]
    with pytest.raises(ErrorCalendarOccurrenceIsDeletedFromRecurrence):
        made.occurrence(index=3).refresh()
    occurrence = next(one for one in anna.calendar.view(start=at(9), end=at(10)))
    assert occurrence.recurring_master().refresh().id == made.id


def test_the_31st_of_a_short_month_is_its_last_day(anna: Account) -> None:
    pattern = AbsoluteMonthlyPattern(interval=1, day_of_month=31)
    rule = Recurrence(pattern=pattern, start=EWSDate(2026, 1, 31), end=EWSDate(2026, 3, 31))
    times = {"start": at(31, 9, month=1), "end": at(31, 10, month=1)}
    item(anna, recurrence=rule, **times).save()
    found = anna.calendar.view(start=at(1, month=1), end=at(1, month=5))
    assert [one.start.date() for one in found] == [
        datetime.date(2026, 1, 31),
        datetime.date(2026, 2, 28),
        datetime.date(2026, 3, 31),
    ]


@pytest.mark.parametrize(
    ("rule", "days"),
    [
        ("FREQ=MONTHLY;BYDAY=2TU;COUNT=3", ["03-10", "04-14", "05-12"]),
        ("FREQ=MONTHLY;BYDAY=-1FR;COUNT=2", ["03-27", "04-24"]),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE;UNTIL=20260318T000000Z", ["03-02", "03-04", "03-16", "03-18"]),
        ("FREQ=DAILY;INTERVAL=3;COUNT=2", ["03-02", "03-05"]),
    ],
)
def test_patterns_are_those_of_exchange(anna: Account, exchange: ExchangeControl, rule: str, days: list[str]) -> None:
    times = {"start": "2026-03-02T09:00:00Z", "end": "2026-03-02T10:00:00Z", "zone": "UTC"}
    exchange.event_create(calendar=ANNA, rrule=rule, **times)
    found = anna.calendar.view(start=at(1), end=at(30, month=6)).only("start")
    assert [f"{one.start:%m-%d}" for one in found] == days


def test_wall_clock_times_of_a_series_outlast_a_change_of_the_clocks(anna: Account, exchange: ExchangeControl) -> None:
    times = {"start": "2026-03-23T09:00:00+01:00", "end": "2026-03-23T10:00:00+01:00"}
    exchange.event_create(calendar=ANNA, rrule="FREQ=WEEKLY;BYDAY=MO;COUNT=2", **times)
    assert [start for _, start, _ in seen(anna)] == ["2026-03-23T08:00", "2026-03-30T07:00"]


def test_a_moved_series_begins_anew(anna: Account, exchange: ExchangeControl) -> None:
    times = {"start": "2026-03-02T09:00:00Z", "end": "2026-03-02T10:00:00Z", "zone": "UTC"}
    made = exchange.event_create(calendar=ANNA, rrule="FREQ=DAILY;COUNT=3", **times)
    exchange.event_delete(id=made["id"], occurrence="2026-03-03T09:00:00Z")
    exchange.event_move(id=made["id"], start="2026-03-10T09:00:00Z")
    assert [start for _, start, _ in seen(anna)] == [f"2026-03-{day}T09:00" for day in (10, 11, 12)]
    (master,) = anna.calendar.all()
    assert f"{master.recurrence.boundary.start:%Y-%m-%d}" == "2026-03-10"


def test_guests_lose_the_occurrence_that_was_deleted(anna: Account, ben: Account, exchange: ExchangeControl) -> None:
    times = {"start": "2026-03-02T09:00:00Z", "end": "2026-03-02T10:00:00Z", "zone": "UTC"}
    made = exchange.event_create(calendar=ANNA, rrule="FREQ=DAILY;COUNT=2", required=[BEN], **times)
    exchange.event_delete(id=made["id"], occurrence="2026-03-03T09:00:00Z")
    assert [start for _, start, _ in seen(ben)] == ["2026-03-02T09:00"]


def test_a_body_comes_as_text_too(anna: Account) -> None:
    made = item(anna, body=HTMLBody("<p>Bring <b>cake</b></p>"))
    made.save()
    found = anna.calendar.get(id=made.id)
    assert ("<b>cake</b>" in found.body, found.text_body) == (True, "Bring cake")


def test_a_view_has_its_bounds(anna: Account, exchange: ExchangeControl) -> None:
    exchange.events_bulk(calendar=ANNA, count=30, **{"from": "2026-03-02T08:00:00Z"})
    exchange.find_limit(20)
    with pytest.raises(ErrorExceededFindCountLimit):
        list(anna.calendar.view(start=at(1), end=at(31)))
    assert len(list(anna.calendar.view(start=at(1), end=at(31), max_items=20))) == 20
    assert len(list(anna.calendar.all())) == 30
    with pytest.raises(ErrorCalendarViewRangeTooBig):
        list(anna.calendar.view(start=at(1), end=at(1) + datetime.timedelta(days=3 * 366)))


def test_a_view_holds_what_touches_it_and_nothing_else(anna: Account) -> None:
    item(anna, day=2, hour=9).save()
    for low, high, count in ((8, 9, 0), (8, 10, 1), (9, 10, 1), (10, 11, 0)):
        assert len(list(anna.calendar.view(start=at(2, low), end=at(2, high)))) == count
