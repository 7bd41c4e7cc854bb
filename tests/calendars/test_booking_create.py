"""One booking: everything that it writes, once each, and every way in which it is refused."""

from __future__ import annotations

import datetime as dt

import pytest

from accounts.actor import system_actor
from accounts.models import AuditEntry, OutgoingEmail
from calendars.choices import BookingState, CalendarAccess, CalendarWrite, PageState
from calendars.exceptions import BookingInvalid, HostUnavailable, PageClosed, SlotTaken
from calendars.models import Booking, BusyInterval, Calendar, CalendarJob, Reservation
from calendars.providers.protocol import Interval, Unreadable
from connections.exceptions import GrantRevoked
from crm.choices import ObjectType
from crm.models import Association, Record, TimelineEntry
from crm.services.records import RecordChange, records_write
from hubclone.lib.errors import PermanentError, TransientError
from hubclone.lib.jobs.services import run_jobs
from tests.calendars.booking import HALF_HOUR, account_make, book, calendar_make, page_make, slot
from tests.calendars.memory import MEMORY, memory_reset
from tests.state import database_fingerprint

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _memory() -> None:
    memory_reset()


@pytest.mark.spec("C21")
def test_a_booking_writes_contact_meeting_timeline_event_and_e_mails_once_each() -> None:
    page = page_make()
    booking = book(page)
    assert (booking.state, booking.calendar_write) == (BookingState.CONFIRMED, CalendarWrite.PENDING)
    contact = Record.objects.get(account=page.account, object_type=ObjectType.CONTACT)
    meeting = Record.objects.get(account=page.account, object_type=ObjectType.MEETING)
    assert contact.properties["email"] == "jan@example.com"
    assert (contact.properties["firstname"], contact.properties["lastname"]) == ("Jan", "Kowalski")
    assert meeting.properties["hs_meeting_outcome"] == "SCHEDULED"
    assert meeting.properties["hubspot_owner_id"] == str(page.owner_id)
    assert (booking.contact_id, booking.meeting_id) == (contact.pk, meeting.pk)
    assert Association.objects.filter(from_record=meeting, to_record=contact, type_id=200).count() == 1
    assert TimelineEntry.objects.filter(record=contact, kind="meeting").count() == 1
    assert Reservation.objects.filter(booking=booking, host=page.owner, active=True).count() == 1
    assert AuditEntry.objects.filter(action="booking.created", target_id=str(booking.pk)).count() == 1

    run_jobs()
    booking.refresh_from_db()
    assert booking.calendar_write == CalendarWrite.WRITTEN
    assert list(MEMORY.events) == [booking.uid]
    assert booking.conference_url.startswith("https://meet.example.com/")
    meeting.refresh_from_db()
    assert meeting.properties["hs_meeting_external_url"] == booking.conference_url
    assert sorted(OutgoingEmail.objects.values_list("to", flat=True)) == sorted(["jan@example.com", page.owner.email])


@pytest.mark.spec("C21")
def test_a_known_guest_is_matched_without_regard_to_case() -> None:
    page = page_make()
    book(page, slot(0))
    book(page, slot(1), email="Jan@Example.com")
    assert Record.objects.filter(account=page.account, object_type=ObjectType.CONTACT).count() == 1
    assert Record.objects.filter(account=page.account, object_type=ObjectType.MEETING).count() == 2


@pytest.mark.spec("C21", "C26")
def test_who_knows_an_address_cannot_rewrite_its_contact_and_what_they_typed_is_kept() -> None:
    page = page_make(form_fields=[{"name": "company", "label": "Company"}, {"name": "phone", "label": "Phone"}])
    contact = book(page, slot(0), answers={"company": "ACME"}).contact
    assert contact
    booking = book(
        page,
        slot(1),
        first_name="Mallory",
        last_name="Stranger",
        answers={"company": "Evil", "phone": "+48 600 700 800"},
    )
    contact.refresh_from_db()
    properties = contact.properties
    assert (properties["firstname"], properties["lastname"], properties["company"]) == ("Jan", "Kowalski", "ACME")
    assert properties["phone"] == "+48 600 700 800"
    assert booking.meeting
    notes = booking.meeting.properties["hs_internal_meeting_notes"].splitlines()
    assert notes == ["Mallory Stranger <jan@example.com>", "Company: Evil", "Phone: +48 600 700 800"]
    assert TimelineEntry.objects.get(record=contact, key=str(booking.uid)).data["guest"] == "Mallory Stranger"


@pytest.mark.spec("C21")
def test_half_a_name_is_not_mixed_with_another_and_no_name_is_filled_in() -> None:
    page = page_make()
    contact = book(page, slot(0), first_name="Jan", last_name="").contact
    assert contact
    book(page, slot(1), first_name="Olga", last_name="Nowak")
    contact.refresh_from_db()
    assert (contact.properties["firstname"], contact.properties.get("lastname")) == ("Jan", None)
    cleared = RecordChange(ObjectType.CONTACT, {"firstname": None}, record_id=contact.pk)
    records_write(actor=system_actor(page.account_id), changes=[cleared])
    book(page, slot(2), first_name="Olga", last_name="Nowak")
    contact.refresh_from_db()
    assert (contact.properties["firstname"], contact.properties["lastname"]) == ("Olga", "Nowak")


@pytest.mark.spec("C21")
@pytest.mark.parametrize("connected", [True, False])
def test_the_host_owns_a_contact_that_a_booking_makes_and_no_other(connected: bool) -> None:
    page = page_make(connected=connected)
    contact = book(page, slot(0)).contact
    assert contact
    assert contact.owner == page.owner
    cleared = RecordChange(ObjectType.CONTACT, {"hubspot_owner_id": None}, record_id=contact.pk)
    records_write(actor=system_actor(page.account_id), changes=[cleared])
    book(page, slot(1))
    contact.refresh_from_db()
    assert contact.owner is None


@pytest.mark.spec("C21")
def test_the_one_event_names_both_and_each_letter_the_other() -> None:
    page = page_make()
    book(page)
    run_jobs()
    assert [event.summary for event in MEMORY.events.values()] == ["Intro call: Jan Kowalski and Anna Nowak"]
    subjects = dict(OutgoingEmail.objects.values_list("to", "subject"))
    assert subjects["jan@example.com"] == "Booked: Intro call with Anna Nowak"
    assert subjects[page.owner.email] == "New meeting: Intro call with Jan Kowalski"


@pytest.mark.spec("C21", "A24")
def test_a_guest_who_may_not_become_a_contact_is_booked_without_one() -> None:
    page = page_make()
    booking = book(page, email=page.owner.email)
    assert booking.contact_id is None
    assert booking.meeting_id is not None
    assert not Record.objects.filter(object_type=ObjectType.CONTACT).exists()
    run_jobs()
    assert len(MEMORY.events) == 1


@pytest.mark.spec("C21")
def test_answers_become_properties_of_the_contact_and_others_stay_on_the_booking() -> None:
    fields = [{"name": "company", "label": "Company", "required": True}, {"name": "gone_by_now", "label": "Old"}]
    page = page_make(form_fields=fields)
    booking = book(page, answers={"company": "ACME", "gone_by_now": "x", "never_asked": "y"})
    assert booking.form_answers == {"company": "ACME", "gone_by_now": "x"}
    assert booking.contact
    assert booking.contact.properties["company"] == "ACME"


@pytest.mark.spec("C22")
def test_a_taken_slot_is_refused_and_nothing_is_written() -> None:
    page = page_make()
    book(page)
    before = database_fingerprint()
    with pytest.raises(SlotTaken):
        book(page, email="late@example.com")
    assert database_fingerprint() == before


@pytest.mark.spec("C22")
def test_a_meeting_that_overlaps_in_part_is_refused() -> None:
    page = page_make(durations=[30, 60], step=30)
    book(page, slot(1))
    with pytest.raises(SlotTaken):
        book(page, slot(0), duration_minutes=60)
    book(page, slot(2))


@pytest.mark.spec("C22")
def test_the_provider_is_asked_just_before_and_its_word_counts() -> None:
    page = page_make(buffer_before=15)
    MEMORY.busy[page.owner.email] = [Interval(slot(0) - HALF_HOUR, slot(0) - dt.timedelta(minutes=10))]
    before = database_fingerprint()
    with pytest.raises(SlotTaken):
        book(page, slot(0))
    assert database_fingerprint() == before
    book(page, slot(1))


@pytest.mark.spec("C22")
@pytest.mark.parametrize("error", [TransientError("down", code="HTTP_503"), TransientError(retry_after=30)])
def test_a_provider_that_does_not_answer_leaves_it_to_the_stored_busy_time(error: TransientError) -> None:
    page = page_make()
    calendar = Calendar.objects.get()
    BusyInterval.objects.create(
        account=page.account, calendar=calendar, remote_id="e", starts_at=slot(3), ends_at=slot(4)
    )
    MEMORY.busy_errors = [error, error]
    with pytest.raises(SlotTaken):
        book(page, slot(3))
    assert book(page, slot(0)).state == BookingState.CONFIRMED


@pytest.mark.spec("C25")
@pytest.mark.parametrize("answer", ["unreadable", "revoked", "permanent", "lost", "stale"])
def test_a_host_whose_calendar_cannot_be_read_is_not_booked(answer: str) -> None:
    page = page_make()
    if answer == "unreadable":
        MEMORY.busy[page.owner.email] = Unreadable("notFound")
    elif answer == "revoked":
        MEMORY.busy_errors = [GrantRevoked()]
    elif answer == "permanent":
        MEMORY.busy_errors = [PermanentError()]
    elif answer == "lost":
        Calendar.objects.update(access=CalendarAccess.LOST)
    else:
        Calendar.objects.update(synced_at=dt.datetime.now(dt.UTC) - dt.timedelta(hours=2))
    before = database_fingerprint()
    with pytest.raises(HostUnavailable):
        book(page)
    assert database_fingerprint() == before


def test_a_paused_page_takes_no_bookings() -> None:
    with pytest.raises(PageClosed):
        book(page_make(state=PageState.PAUSED))


@pytest.mark.spec("C21")
def test_a_repeated_submission_answers_the_first_booking() -> None:
    page = page_make()
    first = book(page, idempotency_key="key-1")
    calls = MEMORY.busy_calls
    assert book(page, idempotency_key="key-1").pk == first.pk
    assert MEMORY.busy_calls == calls
    assert Booking.objects.count() == 1
    assert CalendarJob.objects.filter(kind="booking.event_create").count() == 1


def test_the_same_key_on_another_page_is_another_booking() -> None:
    account = account_make()
    one, two = page_make(account), page_make(account)
    assert book(one, slot(0), idempotency_key="k").pk != book(two, slot(1), idempotency_key="k").pk


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"first_name": ""}, {"first_name"}),
        ({"first_name": "\x00\x07 \u202e"}, {"first_name"}),
        ({"first_name": "x" * 1_000_000}, {"first_name"}),
        ({"last_name": "x" * 101}, {"last_name"}),
        ({"email": "not an address"}, {"email"}),
        ({"email": "a@b.c\r\nBcc: x@y.z"}, {"email"}),
        ({"email": ""}, {"email"}),
        ({"time_zone": "Mars/Olympus"}, {"time_zone"}),
        ({"time_zone": "../../etc/passwd"}, {"time_zone"}),
        ({"time_zone": "America"}, {"time_zone"}),
        ({"duration_minutes": 31}, {"duration"}),
        ({"start": dt.datetime(2030, 1, 1, 10)}, {"start"}),  # noqa: DTZ001 - a naive time is the point
        ({"start": dt.datetime(9999, 12, 31, 23, 59, tzinfo=dt.UTC)}, {"start"}),
        ({"answers": {}}, {"company"}),
        ({"answers": {"company": "x" * 1_000_000}}, {"company"}),
        ({"first_name": "", "email": "no", "answers": {}}, {"first_name", "email", "company"}),
    ],
)
def test_each_wrong_field_is_named_and_nothing_is_written(fields: dict[str, object], wrong: set[str]) -> None:
    page = page_make(form_fields=[{"name": "company", "label": "Company", "required": True}])
    before = database_fingerprint()
    with pytest.raises(BookingInvalid) as refusal:
        book(page, **{"answers": {"company": "ACME"}, **fields})  # type: ignore[arg-type]
    assert set(refusal.value.errors) == wrong
    assert database_fingerprint() == before


def test_control_characters_and_lone_surrogates_are_cleaned_and_html_stays_text() -> None:
    page = page_make(form_fields=[{"name": "message", "label": "Message"}])
    booking = book(
        page,
        first_name="Ja\x00n\u202e\n",
        last_name="<script>alert(1)</script>",
        answers={"message": "a\ud800b\x07\r\nc"},
        idempotency_key="\x00 odd key",
    )
    assert (booking.guest_first_name, booking.guest_last_name) == ("Jan", "<script>alert(1)</script>")
    assert booking.form_answers == {"message": "ab\nc"}
    run_jobs()
    for mail in OutgoingEmail.objects.all():
        assert "<script>" not in mail.html
        assert "\n" not in mail.subject


@pytest.mark.parametrize("offset", [dt.timedelta(minutes=7), dt.timedelta(seconds=1), dt.timedelta(days=-30)])
def test_a_time_that_is_not_offered_is_refused(offset: dt.timedelta) -> None:
    page = page_make()
    with pytest.raises(SlotTaken):
        book(page, slot() + offset)
    assert MEMORY.busy_calls == 0


def test_buffers_and_limits_hold_between_bookings() -> None:
    page = page_make(buffer_before=30, limit_day=2)
    book(page, slot(0))
    with pytest.raises(SlotTaken):
        book(page, slot(1))
    book(page, slot(2))
    with pytest.raises(SlotTaken):
        book(page, slot(6))


def test_a_host_is_not_booked_twice_by_pages_of_two_accounts() -> None:
    page = page_make()
    other = account_make()
    membership = other.memberships.get()
    membership.user = page.owner
    membership.save()
    calendar_make(other, page.owner)
    second = page_make(other)
    book(page)
    with pytest.raises(SlotTaken):
        book(second)


def test_the_number_of_queries_of_a_booking_stays_small(django_assert_max_num_queries: object) -> None:
    page = page_make()
    book(page, slot(0))
    with django_assert_max_num_queries(25):  # type: ignore[operator]
        book(page, slot(1))


def test_a_host_who_has_left_the_account_owns_no_meeting_and_stops_no_visitor() -> None:
    page = page_make()
    page.account.memberships.filter(user=page.owner).delete()
    booking = book(page)
    assert booking.meeting
    assert booking.meeting.owner is None
    assert "hubspot_owner_id" not in booking.meeting.properties
