"""What a visitor sees and how they choose a time, without JavaScript."""

from __future__ import annotations

import datetime as dt
import re
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from calendars.choices import CalendarAccess, PageState
from calendars.models import SchedulingPage
from calendars.services.pages import page_delete
from tests.accounts.factories import MembershipFactory, actor_of
from tests.calendars.scheduling import MONDAY, NOW, busy_make, calendar_make, page_make

pytestmark = [pytest.mark.django_db, pytest.mark.spec("C20")]


@pytest.fixture(autouse=True)
def _clock() -> object:
    with time_machine.travel(NOW, tick=False):
        yield


def html_of(client: Client, page: SchedulingPage, query: str = "", **headers: str) -> str:
    answer = client.get(f"/meetings/{page.slug}{query}", headers=headers)
    assert answer.status_code == 200
    return answer.content.decode()


def day_links(html: str) -> list[int]:
    return [int(day) for day in re.findall(r'id="day-(\d+)"', html)]


def times(html: str) -> list[str]:
    return [" ".join(text.split()) for text in re.findall(r'class="slot" href="[^"]*">([^<]+)<', html)]


def test_only_days_with_a_free_time_are_links(client: Client) -> None:
    page = page_make(rolling_days=4)
    busy_make(calendar_make(page), MONDAY.replace(hour=8) + dt.timedelta(days=2), 12 * 60)
    html = html_of(client, page)
    assert day_links(html) == [23, 24, 26]
    assert "November 2026" in html
    assert times(html)[:2] == ["9:00 AM", "9:30 AM"]


def test_host_title_length_and_place_are_told(client: Client) -> None:
    membership = MembershipFactory(user__name="Anna Nowak")
    page = page_make(membership=membership, description="Bring <b>coffee</b>", location_kind="phone", durations=[45])
    html = html_of(client, page)
    for words in ("Anna Nowak", "Intro call", "45 minutes", "By phone", "Bring &lt;b&gt;coffee&lt;/b&gt;"):
        assert words in html


def test_times_are_in_the_zone_of_the_address_then_the_cookie_then_the_page(client: Client) -> None:
    page = page_make(time_zone="Europe/Warsaw")
    assert times(html_of(client, page))[0] == "9:00 AM"
    assert times(html_of(client, page, "?tz=Asia/Kathmandu"))[0] == "1:45 PM"
    client.cookies["hub_tz"] = "America/New_York"
    assert times(html_of(client, page))[0] == "3:00 AM"
    assert times(html_of(client, page, "?tz=Asia/Kathmandu"))[0] == "1:45 PM"


def test_the_chooser_tells_the_script_whether_the_zone_is_known(client: Client) -> None:
    page = page_make()
    assert 'data-detect-zone="found"' not in html_of(client, page)
    assert 'data-detect-zone="found"' in html_of(client, page, "?tz=Europe/Warsaw")


@pytest.mark.parametrize("zone", ["Mars/Olympus", "%00", "../../etc/passwd", "<script>", "x" * 3000])
def test_an_unknown_zone_falls_back_to_the_pages_own(client: Client, zone: str) -> None:
    html = html_of(client, page_make(), f"?tz={zone}")
    assert "<option selected>UTC" in html
    assert "<script>x" not in html


@pytest.mark.parametrize(
    "query",
    ["?month=9999-99", "?day=2026-02-31", "?month=0000-01&day=x", "?duration=-1", "?start=yesterday", "?start=%00"],
)
def test_a_mangled_address_shows_the_page_all_the_same(client: Client, query: str) -> None:
    assert "November 2026" in html_of(client, page_make(), query)


def test_a_day_and_a_month_can_be_linked_to(client: Client) -> None:
    page = page_make()
    html = html_of(client, page, "?day=2026-12-01&tz=UTC")
    assert "December 2026" in html
    assert "Tuesday, December 1" in html
    assert "booking__columns--picked" in html
    assert "January 2027" in html_of(client, page, "?month=2027-01")


def test_the_arrows_end_where_nothing_can_be_booked(client: Client) -> None:
    page = page_make(rolling_days=20)
    first = html_of(client, page)
    assert "No earlier month" in first
    assert 'rel="next"' in first
    last = html_of(client, page, "?month=2026-12")
    assert 'rel="prev"' in last
    assert "No later month" in last


def test_a_month_that_is_used_up_gives_way_to_the_next_one(client: Client) -> None:
    with time_machine.travel(dt.datetime(2026, 11, 30, 20, tzinfo=dt.UTC), tick=False):
        assert "December 2026" in html_of(client, page_make())


def test_an_empty_month_says_so_and_leads_to_the_next_one_with_a_free_time(client: Client) -> None:
    page = page_make(rolling_days=120)
    busy_make(calendar_make(page), MONDAY.replace(day=1, month=12), 62 * 24 * 60)
    html = html_of(client, page, "?month=2026-12&tz=UTC&duration=30")
    assert "booking__columns--empty" in html
    assert "Nothing is free in December 2026." in html
    assert 'id="slots-next" href="?duration=30&amp;tz=UTC&amp;month=2027-02"' in html
    assert "Free times in February 2027" in html
    part = client.get(f"/meetings/-/slots/{page.slug}?month=2026-12&tz=UTC").content.decode()
    assert 'id="slots-next"' in part


def test_a_page_without_a_free_time_in_its_window_says_so_and_leads_nowhere(client: Client) -> None:
    page = page_make(rolling_days=120)
    busy_make(calendar_make(page), MONDAY, 200 * 24 * 60)
    html = html_of(client, page)
    assert "Nothing is free in November 2026." in html
    assert "No later month has a free time either." in html
    assert 'id="slots-next"' not in html


def test_the_first_month_with_a_free_time_is_shown_first(client: Client) -> None:
    page = page_make(rolling_days=120)
    busy_make(calendar_make(page), MONDAY, 65 * 24 * 60)
    assert "January 2027" in html_of(client, page)


def test_lengths_can_be_chosen_and_are_kept_in_the_links(client: Client) -> None:
    page = page_make(durations=[60, 30])
    html = html_of(client, page, "?duration=30&day=2026-11-23&tz=UTC")
    assert html.index("30 minutes</a>") < html.index("1 hour</a>")
    assert "?duration=60&amp;tz=UTC&amp;day=2026-11-23" in html
    slot = re.search(r'class="slot" href="([^"]+)"', html)
    assert slot is not None
    query = parse_qs(urlsplit(slot[1].replace("&amp;", "&")).query)
    assert query == {"duration": ["30"], "tz": ["UTC"], "start": ["2026-11-23T09:00:00Z"]}


def test_two_times_that_read_alike_name_their_offset(client: Client) -> None:
    with time_machine.travel(dt.datetime(2026, 10, 24, 6, tzinfo=dt.UTC), tick=False):
        page = page_make(time_zone="Europe/Warsaw", weekly_hours={"6": [["01:00", "04:00"]]})
        found = times(html_of(client, page, "?day=2026-10-25"))
    assert found[:4] == ["1:00 AM", "1:30 AM", "2:00 AM (CEST)", "2:30 AM (CEST)"]
    assert found[4:] == ["2:00 AM (CET)", "2:30 AM (CET)", "3:00 AM", "3:30 AM"]


def test_the_language_is_the_browsers(client: Client) -> None:
    html = html_of(client, page_make(), **{"accept-language": "pl"})
    assert '<html lang="pl"' in html
    assert "Listopad 2026" in html
    assert "Poniedziałek, 23 listopada" in html
    assert times(html)[0] == "09:00"


@pytest.mark.spec("C14")
def test_a_path_is_found_in_any_case_and_with_a_slash_at_its_end(client: Client) -> None:
    page_make(slug="anna-nowak/intro")
    for path in ("anna-nowak/intro", "Anna-Nowak/INTRO", "anna-nowak/intro/"):
        assert client.get(f"/meetings/{path}").status_code == 200


@pytest.mark.parametrize("slug", ["nobody", "-/x", "a/b/c", "%00", "a" * 5000, "żółw", "a--b"])
def test_an_unknown_path_is_a_kind_404(client: Client, slug: str) -> None:
    answer = client.get(f"/meetings/{slug}")
    assert answer.status_code == 404
    assert "There is no scheduling page here" in answer.content.decode()
    assert client.get(f"/meetings/-/slots/{slug}").status_code == 404


def test_a_deleted_page_and_one_whose_owner_left_are_gone(client: Client) -> None:
    page, other = page_make(), page_make()
    page_delete(actor=actor_of(page.owner.memberships.get()), page=page)
    other.owner.memberships.all().delete()
    slugs = [page.slug, other.slug, SchedulingPage.objects.get(pk=page.pk).slug]
    assert {client.get(f"/meetings/{slug}").status_code for slug in slugs} == {404}


def test_a_paused_page_is_shown_without_times(client: Client) -> None:
    html = html_of(client, page_make(state=PageState.PAUSED))
    assert "No bookings at the moment" in html
    assert 'class="slot"' not in html


@pytest.mark.spec("C25")
def test_a_host_who_cannot_be_read_is_told_kindly_and_has_no_times(client: Client) -> None:
    page = page_make()
    calendar_make(page, access=CalendarAccess.LOST)
    for query in ("", "?start=2026-11-23T09:00:00Z"):
        html = html_of(client, page, query)
        assert "calendar cannot be read just now" in html
        assert 'class="slot"' not in html
        assert 'name="email"' not in html


def test_the_part_that_changes_is_answered_alone_and_names_its_address(client: Client) -> None:
    page = page_make()
    answer = client.get(
        f"/meetings/-/slots/{page.slug}?day=2026-11-24&tz=UTC", headers={"HX-Request": "true", "HX-Trigger": "day-24"}
    )
    html = answer.content.decode()
    assert "<html" not in html
    assert "Tuesday, November 24" in html
    assert "autofocus" in html
    assert "16 free times" in html
    assert answer["HX-Push-Url"] == f"/meetings/{page.slug}?duration=30&tz=UTC&day=2026-11-24"


@pytest.mark.parametrize(("path", "count"), [("/meetings/{}", 4), ("/meetings/-/slots/{}", 2)])
def test_a_page_takes_few_queries(client: Client, path: str, count: int) -> None:
    page = page_make(durations=[30, 60])
    calendar_make(page)
    with CaptureQueriesContext(connection) as queries:
        client.get(path.format(page.slug) + "?tz=UTC&month=2026-12")
    assert len(queries) == count


def test_the_page_asks_nothing_of_others_sets_no_cookie_and_is_small(client: Client) -> None:
    page = page_make()
    answer = client.get(f"/meetings/{page.slug}")
    html = answer.content.decode()
    assert not answer.cookies
    assert re.findall(r'(?:src|href|action)="(?:https?:)?//', html) == []
    assert not re.findall(r"<(?:script|style)>| style=| on[a-z]+=", html)
    assert len(answer.content) < 40_000
