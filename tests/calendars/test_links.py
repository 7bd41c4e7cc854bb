"""Where a page is: the host that its owner chose, everywhere it is named, and what the other hosts do (C13)."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings
from pytest_django.fixtures import DjangoAssertNumQueries

from accounts import hosts
from accounts.choices import DomainState, Hub, Tier
from accounts.models import Domain, Membership, OutgoingEmail, Subscription
from accounts.services.tokens import access_token_create
from calendars.choices import DefaultHost
from calendars.guest_links import manage_url
from calendars.models import MeetingSettings, SchedulingPage
from calendars.selectors.links import page_embed_url, page_url, page_urls
from calendars.selectors.meeting_settings import default_page_ids, default_page_of
from calendars.tokens import words_for_booking
from calendars.views.page_share import embed_code
from hubclone.lib.jobs.services import run_jobs
from tests.accounts.conftest import signed_in
from tests.accounts.factories import actor_of
from tests.calendars.booking import account_make, book, page_make, slot
from tests.calendars.forms import form_key
from tests.calendars.settings_of import CUSTOM, domain_make, plan_make, seat_give, settings_make

pytestmark = [pytest.mark.django_db, pytest.mark.spec("C13")]
MEETINGS, APP = "meetings.hub.test", "app.hub.test"


@pytest.fixture(autouse=True)
def _own(settings: Settings, domains_forgotten: None) -> None:
    settings.BASE_URL, settings.MEETINGS_URL = f"https://{APP}", f"https://{MEETINGS}:8443"
    settings.OWN_HOSTS = [APP, MEETINGS, "testserver"]


@pytest.fixture
def page() -> SchedulingPage:
    return page_make(account_make(), slug="anna/intro")


@pytest.fixture
def domain(page: SchedulingPage) -> Domain:
    """Connected, chosen by the page's owner, and paid for."""
    found = domain_make(page.account)
    plan_make(page.account)
    settings_make(page, domain=found)
    return found


def owner_of(page: SchedulingPage) -> Membership:
    return Membership.objects.get(account=page.account, user=page.owner)


def get(path: str, host: str, **more: Any) -> Any:
    return Client().get(path, HTTP_HOST=host, **more)


def test_without_a_choice_links_are_of_the_meetings_host(page: SchedulingPage) -> None:
    assert page_url(page) == f"https://{MEETINGS}:8443/meetings/anna/intro"


def test_the_other_default_host_can_be_chosen(page: SchedulingPage) -> None:
    settings_make(page, default_host=DefaultHost.APP)
    assert page_url(page) == f"https://{APP}/meetings/anna/intro"


def test_every_link_is_of_the_chosen_domain(page: SchedulingPage, domain: Domain) -> None:
    base = f"https://{CUSTOM}:8443"
    assert page_url(page) == f"{base}/meetings/anna/intro"
    assert page_embed_url(page) == f"{base}/meetings/-/embed/anna/intro"
    assert f'src="{base}/meetings/-/embed/anna/intro"' in embed_code(page)
    member = owner_of(page)
    client = signed_in(member)
    assert f"{base}/meetings/anna/intro" in client.get(f"/app/{page.account_id}/meetings/").content.decode()
    shared = client.get(f"/app/{page.account_id}/meetings/pages/{page.pk}/share/").content.decode()
    assert f'value="{base}/meetings/anna/intro"' in shared
    editor = client.get(f"/app/{page.account_id}/meetings/pages/{page.pk}/").content.decode()
    assert f'data-base="{base}/meetings/"' in editor
    _token, plain = access_token_create(
        actor=actor_of(member),
        account=page.account,
        name="Links",
        scopes=["scheduler.meetings.meeting-link.read"],
        created_by=member.user,
    )
    answer = Client().get("/scheduler/v3/meetings/meeting-links", HTTP_AUTHORIZATION=f"Bearer {plain}").json()
    assert [item["link"] for item in answer["results"]] == [f"{base}/meetings/anna/intro"]


def test_mails_lead_to_the_chosen_domain(page: SchedulingPage, domain: Domain) -> None:
    booking = book(page)
    run_jobs()
    assert manage_url(booking).startswith(f"https://{CUSTOM}:8443/meetings/-/manage/")
    mail = OutgoingEmail.objects.get(to="jan@example.com")
    assert f"https://{CUSTOM}:8443/meetings/-/manage/" in mail.text
    assert MEETINGS not in mail.text


@pytest.mark.parametrize("host", [MEETINGS, APP, f"{APP}:8443", "testserver", MEETINGS.upper()])
@pytest.mark.parametrize("path", ["/meetings/anna/intro", "/meetings/Anna/Intro?month=2030-01&tz=Europe/Warsaw"])
def test_the_default_hosts_lead_to_the_chosen_domain(
    page: SchedulingPage, domain: Domain, host: str, path: str
) -> None:
    answer = get(path, host)
    assert answer.status_code == 302
    assert answer["Location"] == f"https://{CUSTOM}:8443{path}"
    assert get(path, CUSTOM).status_code == 200


def test_the_old_domain_leads_to_the_new_one_and_back_to_the_default_host(page: SchedulingPage, domain: Domain) -> None:
    newer = domain_make(page.account, "meet.northwind.example")
    MeetingSettings.objects.update(domain=newer)
    answer = get("/meetings/anna/intro?day=2030-01-02", CUSTOM)
    assert answer["Location"] == "https://meet.northwind.example:8443/meetings/anna/intro?day=2030-01-02"
    MeetingSettings.objects.update(domain=None)
    for host in (CUSTOM, newer.host, APP):
        answer = get("/meetings/anna/intro", host)
        assert answer["Location"] == f"https://{MEETINGS}:8443/meetings/anna/intro"
    assert get("/meetings/anna/intro", "testserver").status_code == 200


@pytest.mark.parametrize("why", ["removed", "unproven", "plan", "lower plan"])
def test_a_domain_that_cannot_be_used_any_more_gives_way_to_the_default_host(
    page: SchedulingPage, domain: Domain, why: str
) -> None:
    if why == "removed":
        domain.delete()
    elif why == "unproven":
        Domain.objects.update(state=DomainState.PENDING)
    else:
        Subscription.objects.all().delete()
        if why == "lower plan":
            plan_make(page.account, Hub.OPERATIONS, Tier.ENTERPRISE)
    hosts.domains_forget()
    assert page_url(page) == f"https://{MEETINGS}:8443/meetings/anna/intro"
    assert get("/meetings/anna/intro", MEETINGS).status_code == 200


def test_who_has_chosen_nothing_has_pages_at_every_host_of_the_account(page: SchedulingPage) -> None:
    domain_make(page.account)
    for host in (MEETINGS, APP, "testserver", CUSTOM):
        assert get("/meetings/anna/intro", host).status_code == 200


def test_another_accounts_page_is_neither_shown_nor_led_to_on_this_domain(page: SchedulingPage, domain: Domain) -> None:
    other = page_make(account_make(), slug="jan/intro")
    settings_make(other)
    assert get("/meetings/jan/intro", CUSTOM).status_code == 404


def test_a_form_that_was_open_at_the_old_host_still_books(page: SchedulingPage, domain: Domain) -> None:
    data = {
        "start": f"{slot():%Y-%m-%dT%H:%M:%SZ}",
        "duration": "30",
        "first_name": "Jan",
        "email": "jan@example.com",
        "key": form_key(page),
    }
    answer = Client().post("/meetings/anna/intro", data, HTTP_HOST=MEETINGS)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/meetings/-/booked/")


def test_a_frame_stays_at_the_host_that_its_site_allows(page: SchedulingPage, domain: Domain) -> None:
    assert get("/meetings/-/embed/anna/intro", MEETINGS).status_code == 200


def test_the_addresses_of_many_pages_take_one_query(
    page: SchedulingPage, domain: Domain, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    pages = [page, *(page_make(page.account) for _ in range(5))]
    with django_assert_num_queries(1):
        assert len(page_urls(pages)) == 6
    assert page_urls([]) == {}


@pytest.mark.spec("C12")
def test_the_api_names_the_chosen_page_as_the_default_one_while_its_owner_has_a_seat(page: SchedulingPage) -> None:
    second = page_make(page.account, slug="anna/second")
    settings_make(page, default_page=second)
    assert default_page_ids(page.account_id) == {page.pk}
    assert default_page_of(owner_of(page)) == page
    seat_give(owner_of(page))
    assert default_page_ids(page.account_id) == {second.pk}
    assert default_page_of(owner_of(page)) == second


@pytest.mark.spec("C12")
def test_the_meeting_link_in_a_template_leads_to_the_default_meeting_of_the_host(page: SchedulingPage) -> None:
    booking, words = book(page), "Book again: {{ meeting_link }}"
    second = page_make(page.account, slug="anna/second")
    settings_make(page, default_page=second)
    assert words_for_booking(words, booking) == f"Book again: {page_url(page)}"
    seat_give(owner_of(page))
    assert words_for_booking(words, booking) == f"Book again: {page_url(second)}"
    owner_of(page).delete()
    assert words_for_booking(words, booking) == "Book again:"
