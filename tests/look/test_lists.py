"""Lists: rows that are chosen, columns that are chosen, and what can be undone."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Membership
from crm.models import Record
from crm.services.records import RecordChange, records_write
from tests.accounts.factories import MembershipFactory, actor_of
from tests.browser import PageFactory, axe_violations, overflow, picture
from tests.calendars.booking import account_make
from tests.calendars.scheduling import page_make, reservation_make
from tests.look.test_application import enter


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_rows_are_chosen_one_by_one_all_at_once_and_in_a_range(guide: str, open_page: PageFactory) -> None:
    page = open_page()
    page.goto(f"{guide}contacts/")
    bar = page.get_by_role("group", name="Chosen rows")
    every = page.get_by_label("Choose all rows of this page")
    expect(bar).not_to_be_visible()
    page.get_by_label("Choose Grace Hopper").check()
    expect(bar).to_contain_text("Chosen: 1")
    assert every.evaluate("box => box.indeterminate") is True
    page.get_by_label("Choose Kai Ito").click(modifiers=["Shift"])
    expect(bar).to_contain_text("Chosen: 4")
    picture(page, "bulk-light-wide")
    assert axe_violations(page) == []
    every.check()
    expect(bar).to_contain_text("Chosen: 6")
    sent = page.evaluate("[...new FormData(document.getElementById('bulk')).getAll('id')].length")
    assert sent == 6
    page.get_by_role("button", name="Choose none").click()
    expect(bar).not_to_be_visible()
    expect(every).not_to_be_checked()


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_without_scripts_chosen_rows_bring_the_bar_and_no_box_for_all(guide: str, open_page: PageFactory) -> None:
    page = open_page(java_script_enabled=False, narrow=True, theme="dark")
    page.goto(f"{guide}contacts/")
    expect(page.get_by_label("Choose all rows of this page")).not_to_be_visible()
    page.get_by_label("Choose Grace Hopper").check()
    expect(page.get_by_role("group", name="Chosen rows")).to_be_visible()
    picture(page, "bulk-dark-narrow")


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_the_choice_of_columns_is_in_the_address(guide: str, open_page: PageFactory) -> None:
    page = open_page()
    page.goto(f"{guide}contacts/?q=ada")
    page.locator("summary", has_text="Columns").click()
    picture(page, "columns-light-wide")
    page.get_by_label("Owner", exact=True).and_(page.get_by_role("checkbox")).uncheck()
    page.get_by_role("button", name="Show").click()
    expect(page).to_have_url(f"{guide}contacts/?q=ada&columns=email&columns=updated")


@pytest.mark.django_db
def test_a_deleted_record_comes_back_by_the_button_of_its_message() -> None:
    owner = Membership.objects.get(account=account_make())
    change = RecordChange("company", {"name": "Adalbert Ltd"})
    record_id = records_write(actor=actor_of(owner), changes=[change])[0].record_id
    assert record_id is not None
    client = Client()
    client.force_login(owner.user)
    page = client.post(reverse("crm:archive", args=[owner.account_id, "companies", record_id]), follow=True)
    back = reverse("crm:restore", args=[owner.account_id, record_id])
    assert f'<form method="post" action="{back}">' in page.content.decode()
    assert Record.objects.get(pk=record_id).archived_at is not None
    assert client.post(back).status_code == 302
    assert Record.objects.get(pk=record_id).archived_at is None


@pytest.mark.django_db
def test_a_later_page_of_a_keyset_leads_back_to_its_beginning_and_the_first_one_nowhere(client: Client) -> None:
    membership = MembershipFactory()
    client.force_login(membership.user)
    start = dt.datetime.now(dt.UTC) + dt.timedelta(days=1)
    page = page_make(membership=membership)
    for number in range(51):
        reservation_make(page, start + dt.timedelta(hours=number))
    url = reverse("calendars:bookings", args=[membership.account_id])
    first = client.get(url).content.decode()
    assert "First page" not in first
    assert "Previous" not in first
    later = client.get(f"{url}{client.get(url).context['next_url']}").content.decode()
    assert 'href="?show=upcoming"' in later.split('class="pager"')[1]
    assert "First page" in later


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_list_is_never_wider_than_its_window(live_server: LiveServer, open_page: PageFactory) -> None:
    membership = MembershipFactory(account=account_make(), user__name="Konstancja Brzęczyszczykiewicz")
    address = "helena.borowska-wierzbicka@harbourbooks-and-coffee.example.com"
    properties = {"firstname": "Helena", "lastname": "Borowska", "email": address, "phone": "+48 601 555 011"}
    owned = properties | {"company": "Harbour Books", "hubspot_owner_id": str(membership.user_id)}
    records_write(actor=actor_of(membership), changes=[RecordChange("contact", properties=owned)])
    page = open_page()
    enter(page, membership, live_server.url)
    page.goto(f"{live_server.url}/app/{membership.account_id}/contacts/")
    expect(page.get_by_text(address)).to_be_visible()
    for width in (800, 1180, 1240, 1280, 1320, 1440):
        page.set_viewport_size({"width": width, "height": 800})
        assert overflow(page) == 0, width
