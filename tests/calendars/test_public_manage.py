"""The guest's own page: who gets in, what can be done there, and what a stale or forged form cannot do (C23)."""

from __future__ import annotations

import re

import pytest
import time_machine
from django.core.signing import Signer
from django.test import Client

from accounts.models import OutgoingEmail
from calendars.choices import BookingState, ChangedBy, PageState
from calendars.guest_links import manage_token, manage_url
from calendars.models import Booking, SchedulingPage
from calendars.services.booking_changes import booking_move
from calendars.views.public import booked_reference
from hubclone.lib.jobs.services import run_jobs
from hubclone.lib.logging import redact_text
from tests.accounts.factories import actor_of
from tests.calendars.booking import HALF_HOUR, book, page_make, slot
from tests.calendars.memory import MEMORY, memory_reset

pytestmark = [pytest.mark.django_db, pytest.mark.spec("C23")]


@pytest.fixture(autouse=True)
def _memory() -> None:
    memory_reset()


@pytest.fixture
def booking() -> Booking:
    made = book(page_make())
    run_jobs()
    return fresh(made)


def fresh(booking: Booking) -> Booking:
    return Booking.objects.select_related("page__owner", "page__account").get(pk=booking.pk)


def url(booking: Booking, rest: str = "") -> str:
    return f"/meetings/-/manage/{manage_token(booking)}/{rest}"


def text(number: int) -> str:
    return slot(number).strftime("%Y-%m-%dT%H:%M:%SZ")


def words(answer: object) -> str:
    return answer.content.decode()  # type: ignore[attr-defined, no-any-return]


def test_the_page_is_in_the_guests_language_and_zone_and_seen_by_no_search_engine(client: Client) -> None:
    made = book(page_make(), language="pl", time_zone="Asia/Tokyo")
    answer = client.get(url(made), HTTP_ACCEPT_LANGUAGE="en")
    assert '<html lang="pl"' in words(answer)
    assert "Asia/Tokyo, UTC+9" in words(answer)
    assert answer["X-Robots-Tag"] == "noindex"
    assert answer["Referrer-Policy"] == "no-referrer"
    assert "no-store" in answer["Cache-Control"]


def test_the_link_is_in_the_email_the_event_and_on_the_confirmation(client: Client, booking: Booking) -> None:
    link = manage_url(booking)
    mail = OutgoingEmail.objects.get(to=booking.guest_email)
    assert link in mail.text
    assert link in mail.html
    assert link in mail.calendar.replace("\r\n ", "")
    assert link in MEMORY.events[booking.uid].description
    assert url(booking) in words(client.get(f"/meetings/-/booked/{booked_reference(booking)}"))
    assert not [m for m in OutgoingEmail.objects.filter(to=booking.page.owner.email) if link in m.text]


def test_a_guest_moves_without_javascript_and_without_signing_in(client: Client, booking: Booking) -> None:
    assert "Choose another time" in words(client.get(url(booking)))
    chooser = words(client.get(url(booking, "move/")))
    found = re.search(r'class="slot" href="([^"]+)"', chooser)
    assert found
    confirm = words(client.get(found[1].replace("&amp;", "&")))
    assert "New time:" in confirm
    form = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', confirm))
    assert form["sequence"] == "0"
    answer = client.post(url(booking, "move/"), form, follow=True)
    assert "Your meeting has a new time" in words(answer)
    moved = fresh(booking)
    assert moved.starts_at.strftime("%Y-%m-%dT%H:%M:%SZ") == form["start"]
    assert moved.changed_by == ChangedBy.GUEST


def test_a_guest_cancels_with_a_reason(client: Client, booking: Booking) -> None:
    assert "Cancel the meeting?" in words(client.get(url(booking, "cancel/")))
    assert fresh(booking).state == BookingState.CONFIRMED
    answer = client.post(url(booking, "cancel/"), {"sequence": "0", "reason": "Flu"}, follow=True)
    assert "This meeting is cancelled" in words(answer)
    assert (fresh(booking).state, fresh(booking).cancel_reason) == (BookingState.CANCELLED, "Flu")


def test_a_reason_that_is_too_long_is_told_at_its_field_and_kept(client: Client, booking: Booking) -> None:
    answer = client.post(url(booking, "cancel/"), {"sequence": "0", "reason": "x" * 1001})
    assert answer.status_code == 422
    assert "x" * 1001 in words(answer)
    assert fresh(booking).state == BookingState.CONFIRMED


@pytest.mark.parametrize("rest", ["", "move/", "cancel/", "slots/"])
@pytest.mark.parametrize("token", ["x", "forged", "other salt", "confirmation", "empty"])
def test_a_token_that_is_not_ours_opens_nothing(client: Client, booking: Booking, token: str, rest: str) -> None:
    good = manage_token(booking)
    tokens = {
        "x": "x",
        "forged": good[:-2] + ("AA" if good[-2:] != "AA" else "BB"),
        "other salt": Signer(salt="else").sign(booking.uid.hex),
        "confirmation": booked_reference(booking),
        "empty": ":",
    }
    answer = client.get(f"/meetings/-/manage/{tokens[token]}/{rest}")
    assert answer.status_code == 404
    assert booking.guest_first_name not in words(answer)
    if rest in {"move/", "cancel/"}:
        bad = client.post(f"/meetings/-/manage/{tokens[token]}/{rest}", {"sequence": "0", "start": text(3)})
        assert bad.status_code == 404
    assert fresh(booking).sequence == 0


def test_one_guests_token_touches_only_that_guests_booking(client: Client, booking: Booking) -> None:
    other = book(booking.page, slot(3), email="other@example.com")
    given = {"sequence": "0", "reason": "", "booking": str(booking.pk), "token": manage_token(booking)}
    client.post(url(other, "cancel/"), given)
    assert (fresh(booking).state, fresh(other).state) == (BookingState.CONFIRMED, BookingState.CANCELLED)


def test_the_link_ends_with_the_meeting(client: Client, booking: Booking) -> None:
    with time_machine.travel(booking.ends_at - HALF_HOUR / 6, tick=False):
        assert client.get(url(booking)).status_code == 200
    with time_machine.travel(booking.ends_at, tick=False):
        for rest in ("", "move/", "cancel/", "slots/"):
            answer = client.get(url(booking, rest))
            assert answer.status_code == 410
            assert "This meeting is over" in words(answer)
        assert client.post(url(booking, "cancel/"), {"sequence": "0"}).status_code == 410
    assert fresh(booking).state == BookingState.CONFIRMED


def test_a_form_that_was_shown_before_the_owner_moved_shows_the_present_time(client: Client, booking: Booking) -> None:
    actor = actor_of(booking.account.memberships.get())
    booking_move(actor=actor, booking=booking, starts_at=slot(6), by=ChangedBy.OWNER)
    for rest, given in (("move/", {"start": text(3)}), ("cancel/", {"reason": ""})):
        answer = client.post(url(booking, rest), {"sequence": "0", **given})
        assert answer.status_code == 409
        assert "has been changed meanwhile" in words(answer)
    now = fresh(booking)
    assert (now.starts_at, now.state, now.sequence) == (slot(6), BookingState.CONFIRMED, 1)


def test_a_link_used_again_after_cancelling_changes_nothing(client: Client, booking: Booking) -> None:
    client.post(url(booking, "cancel/"), {"sequence": "0"})
    for rest in ("cancel/", "move/"):
        assert client.post(url(booking, rest), {"sequence": "1", "start": text(3)}).status_code == 409
        assert client.get(url(booking, rest)).status_code == 409
    assert "This meeting is cancelled" in words(client.get(url(booking)))
    assert fresh(booking).sequence == 1


@pytest.mark.parametrize("sequence", ["", "x", "-1", "9" * 30, "1"])
def test_a_form_without_the_right_sequence_changes_nothing(client: Client, booking: Booking, sequence: str) -> None:
    for rest in ("move/", "cancel/"):
        answer = client.post(url(booking, rest), {"sequence": sequence, "start": text(3)})
        assert answer.status_code in {409, 422}
    assert fresh(booking).sequence == 0


def test_a_time_that_was_taken_meanwhile_keeps_the_old_one_and_shows_fresh_ones(
    client: Client, booking: Booking
) -> None:
    book(booking.page, slot(3), email="other@example.com")
    for answer, status in (
        (client.get(f"{url(booking, 'move/')}?start={text(3)}"), 200),
        (client.post(url(booking, "move/"), {"sequence": "0", "start": text(3)}), 409),
    ):
        assert answer.status_code == status
        assert "The meeting keeps its time" in words(answer)
        offered = re.findall(r'name="start" value="([^"]+)"', words(answer))
        assert offered
        assert text(3) not in offered
    kept = fresh(booking)
    assert kept.starts_at == slot(0)
    answer = client.post(url(booking, "move/"), {"sequence": "0", "start": offered[0]}, follow=True)
    assert "Your meeting has a new time" in words(answer)


def test_the_time_that_the_meeting_has_is_no_move_and_nobody_is_told_of_one(client: Client, booking: Booking) -> None:
    owner = Client()
    owner.force_login(booking.page.owner)
    mails = OutgoingEmail.objects.count()
    for who, address in (
        (client, url(booking, "move/")),
        (owner, f"/app/{booking.account_id}/meetings/bookings/{booking.pk}/move/"),
    ):
        offered = words(who.get(f"{address}?day={text(0)[:10]}&tz=UTC"))
        assert f"start={text(1)}" in offered
        assert f"start={text(0)}" not in offered
        for answer in (
            who.get(f"{address}?start={text(0)}", follow=True),
            who.post(address, {"sequence": "0", "start": text(0)}, follow=True),
        ):
            assert "Your meeting has a new time" not in words(answer)
            assert "Moved." not in words(answer)
            assert answer.redirect_chain
    run_jobs()
    assert fresh(booking).sequence == 0
    assert OutgoingEmail.objects.count() == mails


def test_none_of_the_fresh_times_chosen_is_told_beside_them_and_moves_nothing(client: Client, booking: Booking) -> None:
    owner = Client()
    owner.force_login(booking.page.owner)
    for who, address in (
        (client, url(booking, "move/")),
        (owner, f"/app/{booking.account_id}/meetings/bookings/{booking.pk}/move/"),
    ):
        answer = who.post(address, {"sequence": "0", "fresh": text(3)})
        assert answer.status_code == 422
        assert "Nothing has been moved yet." in words(answer)
        assert "Please choose a time." in words(answer)
        assert re.findall(r'name="start" value="([^"]+)"', words(answer))
    assert fresh(booking).sequence == 0


def test_a_paused_page_says_so_and_the_meeting_stays(client: Client, booking: Booking) -> None:
    SchedulingPage.objects.update(state=PageState.PAUSED)
    assert "No other time can be chosen" in words(client.get(url(booking, "move/")))
    answer = client.post(url(booking, "move/"), {"sequence": "0", "start": text(3)})
    assert answer.status_code == 409
    assert fresh(booking).sequence == 0


def test_one_address_cannot_try_forever(client: Client, booking: Booking, settings: object) -> None:
    settings.BOOKING_ATTEMPTS_MOST = 0  # type: ignore[attr-defined]
    answer = client.post(url(booking, "move/"), {"sequence": "0", "start": text(3)}, REMOTE_ADDR="192.0.2.77")
    assert answer.status_code == 429
    assert fresh(booking).sequence == 0


@pytest.mark.parametrize("start", ["", "x", "2026-13-01T00:00:00Z", "9999-01-01T00:00:00Z"])
def test_nonsense_for_a_time_leads_back_to_the_choice(client: Client, booking: Booking, start: str) -> None:
    assert client.post(url(booking, "move/"), {"sequence": "0", "start": start}).status_code == 302
    assert client.get(f"{url(booking, 'move/')}?start={start}&tz=Nowhere/Land&day=x").status_code == 200


def test_a_request_can_be_taken_back(client: Client) -> None:
    made = book(page_make(connected=False))
    assert "Take the request back" in words(client.get(url(made)))
    client.post(url(made, "cancel/"), {"sequence": "0"})
    assert fresh(made).state == BookingState.CANCELLED


def test_the_part_that_changes_has_an_address_of_its_own(client: Client, booking: Booking) -> None:
    answer = client.get(f"{url(booking, 'slots/')}?tz=Asia/Tokyo&duration=999")
    assert answer["HX-Push-Url"].startswith(url(booking, "move/"))
    assert "<html" not in words(answer)


def test_the_choice_opens_at_the_month_of_the_meeting(client: Client) -> None:
    page = page_make()
    later = book(page, slot(48 * 40))
    month = f"month={later.starts_at:%Y-%m}"
    assert month in client.get(f"{url(later, 'slots/')}")["HX-Push-Url"]
    SchedulingPage.objects.update(rolling_days=3)
    assert month not in client.get(f"{url(later, 'slots/')}")["HX-Push-Url"], "that month has no times any more"


def test_a_guests_link_never_reaches_a_log(booking: Booking) -> None:
    line = redact_text(f"GET {url(booking, 'move/')}?start=1")
    assert manage_token(booking) not in line
    assert line == "GET /meetings/-/manage/[redacted]/move/?start=1"


def test_few_queries(client: Client, booking: Booking, django_assert_max_num_queries: object) -> None:
    with django_assert_max_num_queries(8):  # type: ignore[operator]
        client.get(url(booking, "move/"))
