"""Whoever books cannot put a link into the e-mails that we send (C26)."""

from __future__ import annotations

from urllib.parse import unquote

import pytest
from django.test import Client
from django.utils.html import escape

from accounts.models import OutgoingEmail
from calendars.choices import ChangedBy
from calendars.exceptions import BookingInvalid
from calendars.models import Booking, CalendarJob, SchedulingPage
from calendars.services.booking_changes import booking_cancel
from calendars.services.booking_mail import invitation_of
from hubclone.lib.jobs.services import run_jobs
from tests.accounts.factories import actor_of
from tests.calendars.booking import book, page_make, slot
from tests.calendars.forms import form_key
from tests.calendars.memory import memory_reset

pytestmark = [pytest.mark.django_db, pytest.mark.spec("C26")]
SPAM = "https://spam.example/win"


@pytest.fixture(autouse=True)
def _memory() -> None:
    memory_reset()


@pytest.mark.parametrize("field", ["first_name", "last_name"])
@pytest.mark.parametrize("name", [SPAM, "www.spam.example", "Win at spam.example"])
def test_a_link_as_a_name_is_refused_at_its_field(client: Client, field: str, name: str) -> None:
    page = page_make()
    form = {"start": f"{slot():%Y-%m-%dT%H:%M:%SZ}", "duration": "30", "tz": "UTC", "key": form_key(page)}
    guest = {"first_name": "Olga", "last_name": "Tokarz", "email": "olga@example.com", field: name}
    answer = client.post(f"/meetings/{page.slug}", form | guest)
    words = answer.content.decode()
    assert answer.status_code == 422
    assert "A name cannot hold a web address" in words.partition(f'id="id_{field}_error"')[2][:400]
    assert not Booking.objects.exists()


def test_a_booking_through_the_api_is_refused_too() -> None:
    with pytest.raises(BookingInvalid) as refused:
        book(page_make(), first_name=SPAM)
    assert set(refused.value.errors) == {"first_name"}


def test_names_that_are_stored_already_are_no_links_in_any_letter_or_file() -> None:
    page = page_make(confirmation_text="Dear {{ contact.firstname }}, yours {{ host.name }}", reminders=[60])
    booking = book(page)
    _as_of_old(page, booking)
    _run()
    booking.refresh_from_db()
    booking_cancel(
        actor=actor_of(page.account.memberships.get()), booking=booking, by=ChangedBy.OWNER, reason="", sequence=0
    )
    _run()
    mails = OutgoingEmail.objects.all()
    assert {mail.to for mail in mails} == {"jan@example.com", page.owner.email}
    for mail in mails:
        for part in (mail.subject, mail.text, mail.html, unquote(mail.calendar)):
            assert "spam.example" not in part.replace("\r\n ", "")
            assert "host.example" not in part.replace("\r\n ", "")
        assert "spam. example" in mail.text + mail.subject or "host. example" in mail.text
    assert "spam.example" not in invitation_of(booking, "PUBLISH").replace("\r\n ", "")


def test_an_answer_is_no_link_in_the_hosts_words_or_as_the_place_and_reaches_the_host_as_it_was_typed() -> None:
    field = {"name": "company", "label": "Company", "required": False, "hidden": False}
    page = page_make(
        location_kind="call_guest",
        form_fields=[field],
        confirmation_text="See you at {{ contact.company }}",
        invitation_subject="Call for {{ contact.company }}",
    )
    markup = f'<a href="{SPAM}">{SPAM}</a>'
    booking = book(page, answers={"phone": "www.spam.example", "company": markup})
    assert booking.location == "www. spam. example"
    assert book(page, slot(4), answers={"phone": "+48.600.700.800"}).location == "+48.600.700.800"
    _run()
    guest = OutgoingEmail.objects.filter(to="jan@example.com")[0]
    for part in (guest.subject, guest.text, guest.html):
        assert "spam.example" not in part
    assert "See you at" in guest.text
    owner = OutgoingEmail.objects.filter(to=page.owner.email)[0]
    assert f"Company: {markup}" in owner.text
    assert f'href="{SPAM}' not in owner.html
    assert escape(markup) in owner.html
    with_file = invitation_of(booking, "REQUEST").replace("\r\n ", "")
    assert f"Company: {markup}" in with_file, "in the calendar it is plain text, as it was typed"


def _as_of_old(page: SchedulingPage, booking: Booking) -> None:
    page.owner.name = "www.host.example"
    page.owner.save()
    Booking.objects.filter(pk=booking.pk).update(
        guest_first_name=SPAM, guest_last_name="", subject=f"Intro call: {SPAM} and www.host.example"
    )


def _run() -> None:
    CalendarJob.objects.update(not_before="2020-01-01T00:00:00Z")
    run_jobs()
