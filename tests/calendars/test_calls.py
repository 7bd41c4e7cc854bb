"""A video call's link is promised where a calendar makes one, and nowhere else (C4, C19, C20)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Membership, OutgoingEmail
from calendars.models import Booking, CalendarJob, SchedulingPage
from calendars.providers.protocol import Capabilities
from calendars.registries import CALENDAR_PROVIDERS
from calendars.services.booking_requests import request_confirm
from calendars.views.public_done import booked_reference
from connections.registries import PROVIDERS, ProviderDescriptor
from hubclone.lib.errors import PermanentError
from hubclone.lib.jobs.services import run_jobs
from tests.accounts.factories import actor_of
from tests.calendars.booking import account_make, book, calendar_make, page_make
from tests.calendars.memory import MEMORY, MemoryProvider, memory_reset

pytestmark = [pytest.mark.django_db, pytest.mark.spec("C19", "C20")]
GUEST = "jan@example.com"
COMES, SENT = "the link comes with the invitation", "sends you the details"
SILENT = "memory-without-calls"


class SilentProvider(MemoryProvider):
    """Calendars without video calls."""

    key = SILENT
    capabilities = Capabilities(push=False, conference=False)


if SILENT not in CALENDAR_PROVIDERS:
    CALENDAR_PROVIDERS.register(SILENT, SilentProvider())
    PROVIDERS.register(SILENT, ProviderDescriptor(SILENT, "Silent", PROVIDERS["memory"].connect, (), {}))


@pytest.fixture(autouse=True)
def _memory() -> None:
    memory_reset()


def offline() -> SchedulingPage:
    return page_make(connected=False)


def silent() -> SchedulingPage:
    page = page_make(connected=False)
    calendar_make(page.account, page.owner, provider=SILENT)
    return page


def mail_to(address: str) -> str:
    return OutgoingEmail.objects.filter(to=address).order_by("-id")[0].text


def tell_now() -> None:
    CalendarJob.objects.update(not_before="2020-01-01T00:00:00Z")
    run_jobs()


@pytest.mark.parametrize(("make", "promised"), [(offline, False), (silent, False), (page_make, True)])
def test_the_public_page_promises_a_link_only_where_the_hosts_calendar_makes_one(
    client: Client, make: Callable[[], SchedulingPage], promised: bool
) -> None:
    words = client.get(f"/meetings/{make().slug}").content.decode()
    assert (COMES in words, SENT in words) == (promised, not promised)


def test_a_place_that_is_no_video_call_says_nothing_about_links(client: Client) -> None:
    page = page_make(connected=False, location_kind="phone", location_detail="+48 600 100 200")
    words = client.get(f"/meetings/{page.slug}").content.decode()
    assert COMES not in words
    assert SENT not in words


@pytest.mark.spec("C4")
def test_after_a_confirmed_request_the_host_sends_the_details_and_is_told_so(client: Client) -> None:
    page = offline()
    booking = book(page)
    request_confirm(actor=actor_of(page.account.memberships.get()), booking_id=booking.pk)
    tell_now()
    _assert_only_details(client, page, booking)


def test_a_calendar_without_calls_makes_the_event_and_no_promise(client: Client) -> None:
    page = silent()
    booking = book(page)
    OutgoingEmail.objects.all().delete()
    booking.refresh_from_db()
    MEMORY.create_errors.append(PermanentError("No calls here."))
    tell_now()
    _assert_only_details(client, page, booking)


def _assert_only_details(client: Client, page: SchedulingPage, booking: Booking) -> None:
    assert f"{page.owner} will send you the details of the video call." in mail_to(GUEST)
    assert "comes with the" not in mail_to(GUEST)
    assert "Send the guest the details of the video call" in " ".join(
        OutgoingEmail.objects.filter(to=page.owner.email).values_list("text", flat=True)
    )
    words = client.get(reverse("calendars:public_booked", args=[booked_reference(booking)])).content.decode()
    assert "will send you the details of the video call" in words
    assert "comes with the invitation" not in words


def test_the_confirmation_page_of_a_booked_call_promises_the_link_that_comes(client: Client) -> None:
    booking = book(page_make())
    words = client.get(reverse("calendars:public_booked", args=[booked_reference(booking)])).content.decode()
    assert "comes with the invitation" in words


@pytest.mark.spec("C4")
def test_a_host_who_confirmed_is_told_of_their_own_act_as_theirs() -> None:
    page = offline()
    booking = book(page)
    request_confirm(actor=actor_of(page.account.memberships.get()), booking_id=booking.pk)
    tell_now()
    words = mail_to(page.owner.email)
    assert "You have confirmed the meeting with Jan Kowalski" in words
    assert "has booked" not in words


@pytest.mark.parametrize(("make", "remedy"), [(offline, "Connect your calendar"), (silent, "Connect another calendar")])
def test_the_editor_warns_that_nothing_makes_the_link_with_the_remedy(
    client: Client, make: Callable[[], SchedulingPage], remedy: str
) -> None:
    words = _editor(client, make())
    assert "Nothing makes the link to the call" in words
    assert remedy in words.partition("Nothing makes the link")[2].partition("</a>")[0]


def test_the_editor_does_not_warn_where_the_calendar_makes_links(client: Client) -> None:
    words = _editor(client, page_make())
    assert "Nothing makes the link" not in words
    assert "https://meet.example.com/" in words, "the preview's confirmation shows where the link stands"


def _editor(client: Client, page: SchedulingPage) -> str:
    member = Membership.objects.select_related("user").get(account=page.account)
    client.force_login(member.user)
    return client.get(reverse("calendars:page_edit", args=[page.account_id, page.pk])).content.decode()


@pytest.mark.spec("C4", "C27")
def test_the_number_beside_upcoming_says_that_it_counts_requests_to_answer(client: Client) -> None:
    account = account_make()
    page = page_make(account, connected=False)
    book(page)
    client.force_login(page.owner)
    words = client.get(reverse("calendars:bookings", args=[account.pk])).content.decode()
    assert "1 to answer" in words
