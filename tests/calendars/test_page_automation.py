"""A page's form and automation at work: consent, hidden values, words with tokens, reminders, follow-up (C19)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.test import Client

from accounts.models import Account, OutgoingEmail
from calendars.choices import BookingState, ChangedBy, MeetingOutcome
from calendars.engine.tokens import tokens_render, tokens_unknown
from calendars.exceptions import BookingInvalid
from calendars.models import Booking, CalendarJob, SchedulingPage
from calendars.services.booking_changes import booking_cancel, booking_move
from calendars.services.booking_jobs import FOLLOW_UP, REMINDER
from calendars.services.booking_reminders import follow_up, remind
from calendars.services.outcomes import outcome_set
from crm.models import Consent, Record
from hubclone.lib.jobs.services import run_jobs
from tests.accounts.factories import actor_of
from tests.calendars.booking import account_make, book, page_make, slot, visitor
from tests.calendars.forms import form_key

pytestmark = [pytest.mark.django_db, pytest.mark.spec("C19")]
FOLLOW: dict[str, Any] = {
    "follow_up_minutes": 120,
    "follow_up_subject": "Thanks, {{ contact.firstname }}",
    "follow_up_text": "Bye.",
}


@pytest.fixture
def account() -> Account:
    return account_make()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Hello {{ contact.firstname }}, welcome", "Hello Jan, welcome"),
        ("Hello {{contact.lastname}}, welcome", "Hello, welcome"),
        ("{{ contact.lastname }}, we meet", "We meet"),
        ("{{ contact.note }}", "{{ host.name }} <b>"),
        ("no tokens { here }", "no tokens { here }"),
    ],
)
def test_tokens_are_filled_once_and_leave_nothing_where_there_is_nothing(text: str, words: str) -> None:
    values = {"contact.firstname": "Jan", "contact.note": "{{ host.name }} <b>", "host.name": "Anna"}
    assert tokens_render(text, values) == words


def test_what_is_no_token_is_named() -> None:
    known = {"contact.email"}
    assert tokens_unknown("{{ contact.email }} {{ x.y }} {{ contact.email|upper }}", known) == [
        "x.y",
        "contact.email|upper",
    ]
    assert tokens_unknown("{{ contact.email", known) == ["{{"]


def test_the_words_of_a_page_are_filled_with_what_the_guest_typed(account: Account) -> None:
    page = page_make(
        account,
        description="For {{ contact.firstname }} of {{ contact.company }}",
        invitation_subject="{{ contact.firstname }} meets {{ host.name }}",
        confirmation_text="Until {{ meeting.when }}, {{ contact.firstname }}.",
        form_fields=[{"name": "company", "label": "Company", "required": False, "hidden": False}],
    )
    booking = book(page, first_name="<b>Jan</b>", answers={"company": "{{ host.name }} & Co"})
    assert booking.subject == "<b>Jan</b> meets Anna Nowak"
    run_jobs()
    letter = OutgoingEmail.objects.get(to="jan@example.com")
    assert "Until " in letter.text
    assert "&lt;b&gt;Jan&lt;/b&gt;.</p>" in letter.html
    assert "<b>Jan" not in letter.html
    ics = letter.calendar.replace("\r\n ", "")
    assert "of {{ host. name }} & Co" in ics, "what a guest typed is no token, and no link"


def test_consent_is_needed_and_kept_word_for_word_once(account: Account) -> None:
    page = page_make(account, consent_text="I agree to be written to,\nuntil I say no.")
    with pytest.raises(BookingInvalid) as refused:
        book(page)
    assert set(refused.value.errors) == {"consent"}
    with pytest.raises(BookingInvalid):
        book(page, consent_text="I agree to something else.")
    assert not Record.objects.filter(account=account).exists()
    for _ in range(2):
        booking = book(page, consent_text=page.consent_text, idempotency_key="k1")
    consent = Consent.objects.get()
    assert consent.text == page.consent_text
    assert (consent.record_id, consent.key) == (booking.contact_id, f"booking:{booking.uid}")
    assert page.slug in consent.proof


def test_words_that_were_changed_meanwhile_have_to_be_read_again(account: Account) -> None:
    page = page_make(account, consent_text="Old words.")
    start = slot().strftime("%Y-%m-%dT%H:%M:%SZ")
    html = Client().get(f"/meetings/{page.slug}", {"start": start}).content.decode()
    ticked = html.split('name="consent"')[1].split('value="')[1].split('"')[0]
    form = {"start": start, "tz": "UTC", "first_name": "Jan", "email": "jan@example.com", "key": form_key(page)}
    assert "Please tick this box" in Client().post(f"/meetings/{page.slug}", form).content.decode()
    SchedulingPage.objects.update(consent_text="New words.")
    answer = Client().post(f"/meetings/{page.slug}", form | {"consent": ticked})
    assert answer.status_code == 422
    assert "have changed since" in answer.content.decode()
    assert "checked" not in answer.content.decode().split('name="consent"')[1].split(">")[0]
    SchedulingPage.objects.update(consent_text="Old words.")
    assert Client().post(f"/meetings/{page.slug}", form | {"consent": ticked}).status_code == 302


def test_hidden_values_go_along_from_the_address_and_wrong_ones_stop_nobody(account: Account) -> None:
    page = page_make(
        account,
        form_fields=[
            {"name": "company", "label": "Company", "required": False, "hidden": True},
            {"name": "lifecyclestage", "label": "Stage", "required": True, "hidden": True},
            {"name": "jobtitle", "label": "Job", "required": False, "hidden": False},
        ],
    )
    start = slot().strftime("%Y-%m-%dT%H:%M:%SZ")
    query = {"company": 'Acme & "Sons"', "lifecyclestage": "nonsense", "jobtitle": "Spy", "city": "Łódź"}
    html = Client().get(f"/meetings/{page.slug}", query).content.decode()
    assert "company=Acme" in html
    assert "Spy" not in html
    assert "city" not in html
    form = Client().get(f"/meetings/{page.slug}", {**query, "start": start}).content.decode()
    assert 'type="hidden" name="answer-company" value="Acme &amp; &quot;Sons&quot;"' in form
    booking = book(page, answers={"company": "Acme", "lifecyclestage": "nonsense", "city": "Łódź"})
    assert booking.form_answers == {"company": "Acme"}


def test_a_guest_who_is_to_be_called_gives_a_number(account: Account) -> None:
    page = page_make(account, location_kind="call_guest")
    with pytest.raises(BookingInvalid) as refused:
        book(page)
    assert set(refused.value.errors) == {"phone"}
    assert book(page, answers={"phone": "+48 600 700 800"}).location == "+48 600 700 800"


def jobs(booking: Booking, kind: str) -> list[CalendarJob]:
    found = CalendarJob.objects.filter(kind=kind, payload__booking_id=booking.pk)
    return list(found.order_by("not_before"))


@pytest.mark.spec("C21")
def test_reminders_and_follow_up_are_planned_with_the_booking_and_go_once(account: Account) -> None:
    page = page_make(account, reminders=[60, 10, 60 * 24 * 30], time_zone="Europe/Warsaw", **FOLLOW)
    booking = book(page, language="pl", time_zone="Asia/Tokyo")
    due = [job.not_before for job in jobs(booking, REMINDER)]
    assert [round((booking.starts_at - at).total_seconds() / 60) for at in due] == [60, 10], "what is past is left out"
    (after,) = jobs(booking, FOLLOW_UP)
    assert abs(after.not_before - booking.ends_at - dt.timedelta(hours=2)) < dt.timedelta(seconds=5)
    SchedulingPage.objects.update(reminders=[5])
    assert len(jobs(booking, REMINDER)) == 2, "planned ones stay as they were"
    for _ in range(2):  # A worker that was killed before it said so runs it again.
        remind(jobs(booking, REMINDER)[0])
        follow_up(after)
    letters = OutgoingEmail.objects.filter(to="jan@example.com", key__contains=":reminder:")
    assert "Asia/Tokyo" in letters.get().text
    thanks = OutgoingEmail.objects.get(key__contains=":follow_up:")
    assert (thanks.subject, thanks.to) == ("Thanks, Jan", "jan@example.com")
    assert "Bye." in thanks.text
    assert "/manage/" not in thanks.text, "nothing can be moved any more"


def test_a_move_or_a_cancellation_voids_what_was_planned(account: Account) -> None:
    page = page_make(account, reminders=[60], **FOLLOW)
    moved, cancelled = book(page, slot(0)), book(page, slot(4))
    old = [*jobs(moved, REMINDER), *jobs(moved, FOLLOW_UP)]
    booking_move(actor=visitor(page), booking=moved, starts_at=slot(10), by=ChangedBy.GUEST)
    booking_cancel(actor=visitor(page), booking=cancelled, by=ChangedBy.GUEST)
    for job in [*old, *jobs(cancelled, REMINDER), *jobs(cancelled, FOLLOW_UP)]:
        (remind if job.kind == REMINDER else follow_up)(job)
    assert not OutgoingEmail.objects.filter(key__regex=":(reminder|follow_up):").exists()
    assert len(jobs(moved, REMINDER)) == len(jobs(moved, FOLLOW_UP)) == 2
    with time_machine.travel(slot(10) + dt.timedelta(days=1), tick=False):
        remind(jobs(moved, REMINDER)[1])
        follow_up(jobs(moved, FOLLOW_UP)[1])
    assert OutgoingEmail.objects.filter(key__regex=":(reminder|follow_up):").count() == 2


def test_a_request_is_followed_only_once_it_is_a_meeting(account: Account) -> None:
    page = page_make(account, connected=False, reminders=[60], **FOLLOW)
    booking = book(page)
    assert booking.state == BookingState.REQUESTED
    assert not jobs(booking, REMINDER)
    assert not jobs(booking, FOLLOW_UP)


def test_a_follow_up_that_was_taken_away_is_not_sent(account: Account) -> None:
    page = page_make(account, **FOLLOW)
    booking = book(page)
    SchedulingPage.objects.update(follow_up_minutes=None, follow_up_subject="", follow_up_text="")
    follow_up(jobs(booking, FOLLOW_UP)[0])
    assert not OutgoingEmail.objects.filter(key__contains=":follow_up:").exists()


@pytest.mark.parametrize(("outcome", "count"), [(MeetingOutcome.NO_SHOW, 0), (MeetingOutcome.HELD, 1)])
def test_who_did_not_come_gets_no_follow_up(account: Account, outcome: MeetingOutcome, count: int) -> None:
    page = page_make(account, **FOLLOW)
    booking = book(page)
    with time_machine.travel(booking.ends_at + dt.timedelta(hours=3), tick=False):
        outcome_set(actor=actor_of(account.memberships.get()), booking=booking, outcome=outcome)
        follow_up(jobs(booking, FOLLOW_UP)[0])
    assert OutgoingEmail.objects.filter(key__contains=":follow_up:").count() == count


def test_a_page_has_its_own_language_and_its_bookings_too(account: Account) -> None:
    page = page_make(account, language="pl")
    html = Client(HTTP_ACCEPT_LANGUAGE="en").get(f"/meetings/{page.slug}").content.decode()
    assert '<html lang="pl"' in html
    form = {
        "start": slot().strftime("%Y-%m-%dT%H:%M:%SZ"),
        "tz": "UTC",
        "first_name": "Jan",
        "email": "jan@example.com",
    }
    answer = Client(HTTP_ACCEPT_LANGUAGE="en").post(f"/meetings/{page.slug}", form | {"key": form_key(page)})
    assert answer.status_code == 302
    assert Booking.objects.get().guest_language == "pl"


def test_a_fixed_window_is_what_visitors_see_and_can_book(account: Account) -> None:
    first = (dt.datetime.now(dt.UTC) + dt.timedelta(days=120)).date()
    page = page_make(account, first_day=first, last_day=first + dt.timedelta(days=1))
    html = Client().get(f"/meetings/{page.slug}?tz=UTC").content.decode()
    assert f"day={first}" in html
    start = dt.datetime.combine(first, dt.time(12), dt.UTC)
    assert book(page, start).starts_at == start
    answer = Client().get(f"/meetings/{page.slug}?tz=UTC&start={slot():%Y-%m-%dT%H:%M:%SZ}")
    assert "no longer free" in answer.content.decode()
