"""The form and what comes of it."""

from __future__ import annotations

import datetime as dt
import re

import pytest
import time_machine
from django.test import Client
from pytest_django.fixtures import Settings

from calendars.choices import BookingState, PageState
from calendars.models import Booking, SchedulingPage
from tests.calendars.forms import form_key
from tests.calendars.public_form import START, filled, fresh_times, post, public_page
from tests.calendars.scheduling import MONDAY, NOW, reservation_make

pytestmark = [pytest.mark.django_db, pytest.mark.spec("C20")]


@pytest.fixture(autouse=True)
def _clock() -> object:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def page() -> SchedulingPage:
    return public_page()


def test_the_form_shows_the_time_in_the_visitors_zone_and_a_key_of_its_own(
    client: Client, page: SchedulingPage
) -> None:
    address = f"/meetings/{page.slug}?start={START}&tz=Asia/Tokyo&duration=60"
    html = client.get(address).content.decode()
    assert "Monday, November 23, 2026, 6:00" in html
    assert "Asia/Tokyo, UTC+9" in html
    assert f'name="start" value="{START}"' in html
    keys = {re.search(r'name="key" value="([^"]+)"', client.get(address).content.decode())[1] for _ in range(2)}  # type: ignore[index]
    assert len(keys) == 2


def test_a_booking_leads_to_its_confirmation_with_calendar_links(client: Client, page: SchedulingPage) -> None:
    answer = client.post(f"/meetings/{page.slug}", filled(page), follow=True)
    booking = Booking.objects.get()
    html = answer.content.decode()
    assert booking.starts_at == MONDAY.replace(hour=9)
    assert (booking.guest_email, booking.guest_time_zone) == ("olga@example.com", "Europe/Warsaw")
    assert booking.state == BookingState.REQUESTED
    assert "Your request is sent" in html
    assert "Monday, November 23, 2026, 10:00" in html
    Booking.objects.update(state=BookingState.CONFIRMED)
    address = answer.redirect_chain[-1][0]
    html = client.get(address).content.decode()
    assert "You are booked" in html
    assert "calendar.google.com/calendar/render?action=TEMPLATE" in html
    assert "20261123T090000Z%2F20261123T093000Z" in html
    assert "outlook.live.com" in html
    ics = client.get(f"{address}/meeting.ics")
    assert ics["Content-Type"].startswith("text/calendar")
    assert f"UID:{booking.ical_uid}" in ics.content.decode().replace("\r\n ", "")


def test_the_same_form_sent_twice_books_once(client: Client, page: SchedulingPage) -> None:
    form = filled(page)
    first = client.post(f"/meetings/{page.slug}", form)
    second = client.post(f"/meetings/{page.slug}", form)
    assert first.status_code == second.status_code == 302
    assert first["Location"] == second["Location"]
    assert Booking.objects.count() == 1


@pytest.mark.spec("C22")
def test_a_slot_that_was_taken_offers_fresh_ones_and_keeps_the_form(client: Client, page: SchedulingPage) -> None:
    reservation_make(page, MONDAY.replace(hour=9))
    key = form_key(page)
    status, html = post(client, page, last_name='O"Tok<arz>', key=key)
    assert status == 409
    assert "no longer free" in html
    assert "O&quot;Tok&lt;arz&gt;" in html
    assert 'value="olga@example.com"' in html
    assert f'value="{key}"' in html
    fresh = fresh_times(html)
    assert len(fresh) == 12
    assert fresh[0] == "2026-11-23T09:30:00Z"
    assert post(client, page, start=fresh[0])[0] == 302
    assert Booking.objects.filter(starts_at=MONDAY.replace(hour=9, minute=30)).exists()


@pytest.mark.spec("C22")
def test_none_of_the_fresh_times_chosen_is_told_beside_them_and_the_form_is_kept(
    client: Client, page: SchedulingPage
) -> None:
    reservation_make(page, MONDAY.replace(day=24, hour=9))
    _, taken = post(client, page, start="2026-11-24T09:00:00Z")
    (near,) = re.findall(r'type="hidden" name="fresh" value="([^"]+)"', taken)
    status, html = post(client, page, start="", fresh=near)
    assert status == 422
    assert 'id="start-error"' in html
    assert "Please choose a time." in html
    assert 'value="olga@example.com"' in html
    assert "2026-11-24T09:30:00Z" in re.findall(r'name="start" value="([^"]+)"', html)
    assert not Booking.objects.filter(guest_email="olga@example.com").exists()


@pytest.mark.spec("C22")
def test_fresh_times_are_the_nearest_ones_and_go_on_in_the_next_month(client: Client, page: SchedulingPage) -> None:
    reservation_make(page, MONDAY.replace(hour=15))
    fresh = fresh_times(post(client, page, start="2026-11-23T15:00:00Z")[1])
    assert (fresh[0], fresh[-1]) == ("2026-11-23T10:30:00Z", "2026-11-23T16:30:00Z")
    SchedulingPage.objects.update(durations=[480])
    reservation_make(page, MONDAY.replace(day=30, hour=9), minutes=480)
    status, html = post(client, page, start="2026-11-30T09:00:00Z", duration="480")
    assert status == 409
    assert {"2026-11-27T09:00:00Z", "2026-12-01T09:00:00Z"} < set(fresh_times(html))
    assert "What you have filled in is kept" in html


def test_fresh_times_that_read_alike_name_their_offset(client: Client, page: SchedulingPage) -> None:
    every_day = {str(day): [["00:00", "24:00"]] for day in range(7)}
    SchedulingPage.objects.update(weekly_hours=every_day, rolling_days=365)
    taken = dt.datetime(2027, 10, 31, 0, 0, tzinfo=dt.UTC)
    reservation_make(page, taken)
    _, html = post(client, page, start="2027-10-31T00:00:00Z", tz="Europe/Warsaw")
    words = re.sub(r"\s", " ", html)
    assert "2:30 AM (CEST)" in words
    assert "2:30 AM (CET)" in words


def test_hidden_values_of_the_address_are_still_there_when_another_time_is_looked_for(
    client: Client, page: SchedulingPage
) -> None:
    SchedulingPage.objects.update(form_fields=[{"name": "city", "label": "City", "hidden": True}])
    address = f"/meetings/{page.slug}?start={START}&city=Krak%C3%B3w"
    assert 'name="answer-city" value="Kraków"' in client.get(address).content.decode()
    wrong = post(client, page, email="", **{"answer-city": "Kraków"})[1]
    reservation_make(page, MONDAY.replace(hour=9))
    taken = post(client, page, **{"answer-city": "Kraków"})[1]
    for html in (wrong, taken):
        (link,) = re.findall(rf'href="(/meetings/{page.slug}\?[^"]+)"', html)
        assert "city=Krak%C3%B3w" in link


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"first_name": ""}, "id_first_name_error"),
        ({"first_name": " \u202e\x07 "}, "id_first_name_error"),
        ({"first_name": "x" * 1_000_000}, "id_first_name_error"),
        ({"last_name": "x" * 101}, "id_last_name_error"),
        ({"email": ""}, "id_email_error"),
        ({"email": "nobody"}, "id_email_error"),
        ({"email": "a@b.pl\r\nBcc: all@example.com"}, "id_email_error"),
        ({"email": "x" * 1_000_000 + "@example.com"}, "id_email_error"),
    ],
)
def test_what_does_not_hold_is_told_at_its_field_and_nothing_is_booked(
    client: Client, page: SchedulingPage, changes: dict[str, str], field: str
) -> None:
    status, html = post(client, page, **changes)
    assert status == 422
    assert f'id="{field}"' in html
    assert len(html) < 60_000
    assert "Europe/Warsaw" in html
    assert not Booking.objects.exists()


def test_the_same_form_sent_again_after_the_meeting_was_cancelled_leads_to_the_page(
    client: Client, page: SchedulingPage
) -> None:
    form = filled(page)
    client.post(f"/meetings/{page.slug}", form)
    Booking.objects.update(state=BookingState.CANCELLED)
    answer = client.post(f"/meetings/{page.slug}", form, follow=True)
    assert "This meeting does not take place" in answer.content.decode()
    assert f'href="/meetings/{page.slug}"' in answer.content.decode()
    SchedulingPage.objects.update(state=PageState.PAUSED)
    answer = client.get(answer.redirect_chain[-1][0])
    assert f'href="/meetings/{page.slug}"' not in answer.content.decode()


@pytest.mark.spec("C26")
def test_a_confirmation_is_kept_by_no_cache_and_listed_by_no_search_engine(
    client: Client, page: SchedulingPage
) -> None:
    address = client.post(f"/meetings/{page.slug}", filled(page))["Location"]
    for answer in (client.get(address), client.get(f"{address}/meeting.ics")):
        assert answer.status_code == 200
        assert {"private", "no-store"} <= set(answer["Cache-Control"].split(", "))
        assert answer["X-Robots-Tag"] == "noindex"


def test_control_characters_and_markup_in_a_name_do_no_harm(client: Client, page: SchedulingPage) -> None:
    key = form_key(page)
    assert post(client, page, key=key, first_name="  <b>Ol\x00ga</b>\u202e\n ", last_name="x\x07y")[0] in (302, 422)
    status, _ = post(client, page, key=key, first_name="<b>Olga</b>\u202e", last_name="x\x07y")
    booking = Booking.objects.get()
    assert status == 302
    assert (booking.guest_first_name, booking.guest_last_name) == ("<b>Olga</b>", "xy")
    page_html = client.get(f"/meetings/{page.slug}", {"start": START}).content.decode()
    assert "<b>Olga" not in page_html


def test_the_trap_for_robots_books_nothing(client: Client, page: SchedulingPage) -> None:
    status, html = post(client, page, website="https://spam.example")
    assert status == 422
    assert "empty" in html
    assert not Booking.objects.exists()


@pytest.mark.parametrize("start", ["", "now", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59Z", "2026-11-23"])
def test_a_form_without_a_time_leads_back_to_the_page(client: Client, page: SchedulingPage, start: str) -> None:
    answer = client.post(f"/meetings/{page.slug}", filled(page, start=start))
    assert answer.status_code == 302
    assert answer["Location"].startswith(f"/meetings/{page.slug}?")


@pytest.mark.parametrize("start", ["2026-11-22T11:00:00Z", "2099-12-31T23:59:59Z", "2026-11-23T09:07:00Z"])
def test_a_time_that_is_not_offered_is_refused(client: Client, page: SchedulingPage, start: str) -> None:
    status, _ = post(client, page, start=start)
    assert status in (409, 422)
    assert not Booking.objects.exists()


def test_a_page_that_was_paused_meanwhile_says_so(client: Client, page: SchedulingPage) -> None:
    SchedulingPage.objects.update(state=PageState.PAUSED)
    status, html = post(client, page)
    assert status == 409
    assert "does not take bookings" in html


@pytest.mark.parametrize("reference", ["nonsense", "0" * 32 + ":x", "%00", "x" * 4000])
def test_a_reference_that_we_did_not_sign_is_unknown(client: Client, reference: str) -> None:
    assert client.get(f"/meetings/-/booked/{reference}").status_code == 404
    assert client.get(f"/meetings/-/booked/{reference}/meeting.ics").status_code == 404


def test_the_form_works_without_cookies_and_checks_no_token() -> None:
    strict = Client(enforce_csrf_checks=True)
    page = public_page()
    assert strict.post(f"/meetings/{page.slug}", filled(page)).status_code == 302
    assert dt.datetime.now(dt.UTC) == NOW


@pytest.mark.spec("C26")
def test_a_flood_from_one_address_is_stopped_with_the_form_kept(page: SchedulingPage, settings: Settings) -> None:
    settings.BOOKING_ATTEMPTS_MOST = 2
    statuses = []
    for number in range(3):
        client = Client(REMOTE_ADDR="198.51.100.77")
        status, words = post(client, page, start=f"2026-11-23T1{number}:00:00Z")
        statuses.append(status)
    assert statuses == [302, 302, 429]
    assert "too many attempts" in words
    assert "Tokarz" in words
    assert post(Client(REMOTE_ADDR="198.51.100.78"), page, start="2026-11-23T13:00:00Z")[0] == 302, "others may book"
    assert Booking.objects.count() == 3


@pytest.mark.spec("C26")
def test_forms_with_mistakes_are_counted_by_themselves_and_the_form_is_kept(
    page: SchedulingPage, settings: Settings
) -> None:
    settings.BOOKING_ATTEMPTS_MOST = 1
    client = Client(REMOTE_ADDR="198.51.100.79")
    answers = [post(client, page, email="not-an-address") for _attempt in range(4)]
    assert [status for status, _words in answers] == [422, 422, 422, 429]
    assert "too many attempts" in answers[-1][1]
    assert "Tokarz" in answers[-1][1]
    assert post(Client(REMOTE_ADDR="198.51.100.79"), page)[0] == 302, "mistakes take no try to book"


@pytest.mark.spec("C22", "C29")
@pytest.mark.parametrize("start", ["2026-11-23T03:00:00Z", "2099-01-01T10:00:00Z"])
def test_a_link_to_a_time_that_cannot_be_had_shows_others_before_anything_is_typed(
    page: SchedulingPage, start: str
) -> None:
    words = Client().get(f"/meetings/{page.slug}?start={start}&duration=30&tz=UTC").content.decode()
    assert "no longer free" in words
    assert words.count('type="radio"') == 12
    assert start not in fresh_times(words)


def test_a_length_that_the_page_offers_no_more_is_not_replaced_by_another(page: SchedulingPage) -> None:
    status, words = post(Client(), page, duration="7")
    assert status == 409
    assert "no longer offers meetings of that length" in words
    assert "Tokarz" in words
    assert not Booking.objects.exists()
