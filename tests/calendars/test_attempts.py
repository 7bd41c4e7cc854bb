"""A host whose calendar cannot be read is not bookable, kindly, and hears of it at most once an hour (C10)."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db.models import F
from django.test import Client

from accounts.models import Notification, OutgoingEmail
from calendars.choices import CalendarAccess
from calendars.models import Booking, Calendar, CalendarAccount, CalendarJob, SchedulingPage
from calendars.providers.protocol import Unreadable
from calendars.services.attempts import attempt_tell
from connections.choices import ConnectionState
from connections.models import Connection
from tests.calendars.booking import at_once, page_make
from tests.calendars.memory import MEMORY, memory_reset
from tests.calendars.scheduler_api import Api

pytestmark = pytest.mark.spec("C10")


@pytest.fixture
def page(db: None) -> SchedulingPage:
    memory_reset()
    return page_make()


def lose() -> None:
    Calendar.objects.update(access=CalendarAccess.LOST)


def regain() -> None:
    Calendar.objects.update(access=CalendarAccess.OK)


def told() -> list[OutgoingEmail]:
    return list(OutgoingEmail.objects.filter(key__startswith="calendar.attempt").order_by("id"))


def knock(client: Client, page: SchedulingPage, ip: str = "192.0.2.9") -> int:
    return client.post(f"/meetings/-/attempt/{page.slug}", REMOTE_ADDR=ip).status_code


@pytest.mark.django_db
def test_the_page_says_kindly_that_the_calendar_cannot_be_read_and_asks_for_nothing(
    client: Client, page: SchedulingPage
) -> None:
    lose()
    words = client.get(f"/meetings/{page.slug}").content.decode()
    assert f"{page.owner}&#x27;s calendar cannot be read just now" in words or "calendar cannot be read" in words
    assert f"Let {page.owner} know" in words
    assert 'class="slot"' not in words
    assert "<input" not in words.partition("/-/attempt/")[2].partition("</form>")[0]
    answer = client.post(f"/meetings/-/attempt/{page.slug}", follow=True)
    assert "Thank you." in answer.content.decode()


@pytest.mark.django_db
def test_the_owner_is_told_which_calendar_it_is_and_both_remedies(client: Client, page: SchedulingPage) -> None:
    lose()
    assert knock(client, page) == 302
    (mail,) = told()
    assert mail.to == page.owner.email
    assert "Work" in mail.subject
    assert "access again" in mail.text
    assert "remove it" in mail.text
    assert f"/app/{page.account_id}/settings/general/calendar/" in mail.text
    assert Notification.objects.get(kind="calendar.attempt").user == page.owner


@pytest.mark.django_db
def test_a_connection_that_has_ended_has_a_remedy_of_its_own(client: Client, page: SchedulingPage) -> None:
    Connection.objects.update(state=ConnectionState.NEEDS_ATTENTION)
    knock(client, page)
    assert "Connect" in told()[0].text


@pytest.mark.django_db
def test_of_an_ended_connection_and_a_lost_calendar_the_connection_comes_first(
    client: Client, page: SchedulingPage
) -> None:
    """Access given back to the calendar would help nobody before that."""
    lose()
    Connection.objects.update(state=ConnectionState.NEEDS_ATTENTION)
    knock(client, page)
    (mail,) = told()
    assert "has ended" in mail.subject
    assert mail.text.index("Connect ") < mail.text.index("Work could not be read") < mail.text.index("remove it")


@pytest.mark.django_db
def test_what_the_provider_says_is_wrong_is_said_to_the_owner(client: Client, page: SchedulingPage) -> None:
    Connection.objects.update(provider="google", last_error_code="API_OFF")
    Calendar.objects.update(synced_at=None)
    knock(client, page)
    (mail,) = told()
    assert "Ask the administrator of this installation" in mail.text
    assert "access again" not in mail.text
    assert "connect" not in mail.text.lower().partition("somebody wanted")[2].partition("/app/")[0]


@pytest.mark.django_db
def test_access_lost_and_regained_ten_times_in_a_minute_is_one_email(client: Client, page: SchedulingPage) -> None:
    for _ in range(10):
        lose()
        knock(client, page)
        regain()
        knock(client, page)
    assert len(told()) == 1


@pytest.mark.django_db
def test_an_hour_later_it_is_told_again(client: Client, page: SchedulingPage) -> None:
    lose()
    knock(client, page)
    CalendarAccount.objects.update(attempt_told_at=F("attempt_told_at") - dt.timedelta(minutes=59))
    knock(client, page)
    assert len(told()) == 1
    CalendarAccount.objects.update(attempt_told_at=F("attempt_told_at") - dt.timedelta(minutes=2))
    knock(client, page)
    assert len(told()) == 2


@pytest.mark.django_db
def test_with_access_regained_nobody_is_told_and_times_are_back(client: Client, page: SchedulingPage) -> None:
    lose()
    regain()
    knock(client, page)
    assert told() == []
    assert 'class="slot"' in client.get(f"/meetings/{page.slug}").content.decode()


@pytest.mark.django_db
def test_one_address_is_thanked_and_not_passed_on_for_ever(
    client: Client, page: SchedulingPage, settings: object
) -> None:
    settings.BOOKING_ATTEMPTS_MOST = 0  # type: ignore[attr-defined]
    lose()
    assert knock(client, page, ip="192.0.2.200") == 302
    assert told() == []


@pytest.mark.django_db
def test_a_page_that_is_not_there_is_not_found_and_reading_the_address_does_nothing(
    client: Client, page: SchedulingPage
) -> None:
    lose()
    assert client.post("/meetings/-/attempt/no-such-page").status_code == 404
    assert client.get(f"/meetings/-/attempt/{page.slug}").status_code == 405
    assert told() == []


@pytest.mark.django_db
@pytest.mark.spec("C28")
def test_a_refused_booking_over_the_api_is_an_attempt(client: Client, page: SchedulingPage) -> None:
    lose()
    answer = Api(page.account).book(page)
    assert answer.status_code >= 400, answer.content
    assert len(told()) == 1
    assert not Booking.objects.exists()


@pytest.mark.django_db
def test_a_calendar_that_the_provider_refuses_while_booking_is_named_at_once(page: SchedulingPage) -> None:
    calendar = Calendar.objects.get()
    MEMORY.busy[calendar.remote_id] = Unreadable("notFound")
    assert Api(page.account).book(page).status_code >= 400
    (mail,) = told()
    assert calendar.name in mail.subject
    assert "remove it" in mail.text
    calendar.refresh_from_db()
    assert calendar.access == CalendarAccess.LOST
    sync = CalendarJob.objects.filter(kind="calendar.sync", payload__calendar_id=calendar.pk)
    assert sync.exists(), "it heals by itself when it was the provider's mood"


@pytest.mark.django_db(transaction=True)
def test_of_sixty_four_at_once_one_is_passed_on() -> None:
    memory_reset()
    page = page_make()
    lose()
    results = at_once([lambda: attempt_tell(page=SchedulingPage.objects.get(pk=page.pk))] * 64)
    assert results == [None] * 64
    assert len(told()) == 1


@pytest.mark.django_db
def test_the_settings_name_the_dead_calendar_and_it_can_be_removed(client: Client, page: SchedulingPage) -> None:
    lose()
    client.force_login(page.owner, backend="allauth.account.auth_backends.AuthenticationBackend")
    Connection.objects.update(provider="google")
    words = client.get(f"/app/{page.account_id}/settings/general/calendar/").content.decode()
    assert "Nobody can book you" in words
    assert f'name="remove" value="{Calendar.objects.get().pk}"' in words
