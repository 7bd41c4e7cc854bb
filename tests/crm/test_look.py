"""The pages of records in a browser: wide and narrow, light and dark, checked with axe."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from accounts.actor import Actor
from accounts.models import User
from crm.models import Record
from crm.services.activities import activity_log
from crm.services.records import AssociationChange, RecordChange, records_write
from tests.browser import PageFactory, axe_violations, overflow, picture
from tests.crm.conftest import account_make, actor_of
from tests.crm.test_records_write import NINE, booking

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def start(live_server: Any) -> str:
    """The address of an account with a few people, one of whom has booked."""
    account, owner = account_make()
    actor = actor_of(account, id=str(owner.pk))
    records_write(actor=actor, changes=booking())
    names = [("Łucja", "Żak", "Zażółć sp. z o.o."), ("Grace", "Hopper", "US Navy"), ("Ada", "Lovelace", "")]
    changes = [
        RecordChange(
            "contact",
            {
                "firstname": first,
                "lastname": last,
                "company": company,
                "phone": "+48 601 100 200",
                "hubspot_owner_id": str(owner.pk),
            },
            match_email=f"{first.lower().replace('ł', 'l')}@example.com",
        )
        for first, last, company in names
    ]
    records_write(actor=actor, changes=changes)
    guest = Record.objects.get(display_name="Gil Guest")
    records_write(
        actor=actor,
        changes=[
            RecordChange(
                "company",
                {"name": "Guests Inc.", "domain": "example.com"},
                associations=[AssociationChange(2, to_record_id=guest.pk)],
            ),
            RecordChange("contact", {"phone": "1", "lifecyclestage": "lead"}, record_id=guest.pk),
        ],
    )
    _log_everything(actor, Record.objects.get(pk=guest.pk))
    return f"{live_server.url}/app/{account.pk}"


def _log_everything(actor: Actor, guest: Record) -> None:
    """One activity of each kind, and an open deal."""
    said = "<p>Wants the blue ones,<br>but only in <b>spring</b>.</p>"
    logged: list[tuple[str, dict[str, Any]]] = [
        ("note", {"hs_note_body": said}),
        (
            "task",
            {
                "hs_task_subject": "Send the offer",
                "hs_task_status": "NOT_STARTED",
                "hs_task_priority": "HIGH",
                "hs_timestamp": NINE,
            },
        ),
        ("call", {"hs_call_title": "First call", "hs_call_direction": "OUTBOUND", "hs_call_duration": 480_000}),
        ("email", {"hs_email_subject": "Our prices", "hs_email_direction": "EMAIL", "hs_email_html": said}),
        (
            "meeting",
            {"hs_meeting_title": "At the fair", "hs_meeting_start_time": NINE, "hs_meeting_outcome": "COMPLETED"},
        ),
    ]
    for n, (kind, properties) in enumerate(logged):
        at = NINE + dt.timedelta(hours=n)
        activity_log(actor=actor, record=guest, activity_type=kind, properties=properties, occurred_at=at)
    deal = {"dealname": "Blue chairs", "amount": 12500.5, "deal_currency_code": "EUR", "dealstage": "contractsent"}
    link = AssociationChange(3, to_record_id=guest.pk)
    records_write(actor=actor, changes=[RecordChange("deal", deal, associations=[link])])


def signed_in(page: Any, start: str) -> Any:
    client = Client()
    client.force_login(User.objects.get())
    value = client.cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": start}])
    return page


@pytest.mark.parametrize(("narrow", "theme"), [(False, "light"), (True, "light"), (False, "dark"), (True, "dark")])
def test_the_pages_of_records_are_accessible_and_fit_the_window(
    start: str, open_page: PageFactory, narrow: bool, theme: str
) -> None:
    page = signed_in(open_page(narrow=narrow, theme=theme), start)
    guest = Record.objects.get(display_name="Gil Guest").pk
    meeting = Record.objects.get(object_type="meeting", display_name="Intro").pk
    company = Record.objects.get(object_type="company").pk
    task = Record.objects.get(object_type="task").pk
    addresses = {
        "contacts": "contacts/",
        "nobody": "contacts/?q=nobody",
        "create": "contacts/new/",
        "deals": "deals/",
        "tickets": "tickets/",
        "line-items": "line_items/",
        "notes": "notes/",
        "meetings": "meetings/all/",
        "deal-create": "deals/new/",
        "contact": f"contacts/{guest}/",
        "contact-properties": f"contacts/{guest}/#about",
        "contact-links": f"contacts/{guest}/#links",
        "contact-group": f"contacts/{guest}/?edit=contactinformation#group-contactinformation",
        "contact-task": f"contacts/{guest}/?compose=task",
        "contact-meeting": f"contacts/{guest}/?compose=meeting",
        "contact-activity": f"contacts/{guest}/?kind=task&activity={task}",
        "company": f"companies/{company}/?kind=email",
        "meeting": f"meetings/{meeting}/",
        "edit": f"contacts/{guest}/edit/",
        "history": f"contacts/{guest}/history/",
        "history-one": f"contacts/{guest}/history/?property=phone",
        "history-none": f"contacts/{guest}/history/?property=jobtitle",
        "delete": f"contacts/{guest}/activities/{task}/delete/",
        "link": f"contacts/{guest}/links/companies/add/",
        "labels": f"contacts/{guest}/links/{company}/",
        "unlink": f"contacts/{guest}/links/{company}/remove/",
    }
    wrong = {}
    for name, path in addresses.items():
        page.goto("about:blank")
        page.goto(f"{start}/{path}")
        page.evaluate("scrollTo(0, 0)")
        picture(page, f"crm-{name}-{theme}-{'narrow' if narrow else 'wide'}")
        wrong[name] = [*axe_violations(page), *([f"{overflow(page)} px too wide"] if overflow(page) > 0 else [])]
    assert {name: found for name, found in wrong.items() if found} == {}


ROWS_OF_TEXT = """() => [...document.querySelectorAll("td.table__line")].map((cell) => {
    const range = document.createRange();
    range.selectNodeContents(cell);
    return new Set([...range.getClientRects()].map((rect) => Math.round(rect.top))).size;
})"""


LINES = "nav => new Set([...nav.querySelectorAll('a')].map((link) => link.offsetTop)).size"


def test_in_polish_numbers_and_dates_of_a_list_stay_on_one_line_and_every_tab_is_in_sight(
    start: str, open_page: PageFactory
) -> None:
    page = signed_in(open_page(), start)
    page.context.add_cookies([{"name": settings.LANGUAGE_COOKIE_NAME, "value": "pl", "url": start}])
    guest = Record.objects.get(display_name="Gil Guest").pk
    for path in ("contacts/", "deals/"):
        page.goto(f"{start}/{path}")
        lines = page.evaluate(ROWS_OF_TEXT)
        assert lines
        assert set(lines) == {1}
        picture(page, f"crm-pl-{path[:-1]}")
    page.goto(f"{start}/contacts/{guest}/")
    picture(page, "crm-pl-contact")
    tabs = page.get_by_role("navigation", name="Rodzaje aktywności")
    assert tabs.evaluate("nav => nav.scrollWidth - nav.clientWidth") == 0
    assert tabs.evaluate(LINES) == 1


@pytest.mark.spec("A21")
@pytest.mark.parametrize("language", ["en", "pl"])
@pytest.mark.parametrize("narrow", [False, True])
def test_what_can_be_logged_stands_on_one_line(start: str, open_page: PageFactory, narrow: bool, language: str) -> None:
    page = signed_in(open_page(narrow=narrow), start)
    page.context.add_cookies([{"name": settings.LANGUAGE_COOKIE_NAME, "value": language, "url": start}])
    page.goto(f"{start}/contacts/{Record.objects.get(display_name='Gil Guest').pk}/")
    picture(page, f"crm-kinds-{language}-{'narrow' if narrow else 'wide'}")
    kinds = page.locator(".composer__kinds")
    assert kinds.get_by_role("link").count() == 6
    assert kinds.evaluate(LINES) == 1
    assert kinds.evaluate("nav => nav.scrollWidth - nav.clientWidth") == 0


def test_a_person_adds_a_contact_finds_it_and_changes_it(start: str, open_page: PageFactory) -> None:
    page = signed_in(open_page(), start)
    page.goto(f"{start}/contacts/")
    page.get_by_role("link", name="Add a contact").click()
    page.get_by_label("Email").fill("new@example.com")
    page.get_by_label("First name").fill("Nina")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("heading", name="Nina").wait_for()
    page.get_by_role("link", name="Edit properties").click()
    page.get_by_label("Last name").fill("Nowak")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("heading", name="Nina Nowak").wait_for()
    page.goto(f"{start}/contacts/?q=now")
    assert page.get_by_role("row").count() == 2
    page.get_by_role("link", name="Nina Nowak").click()
    page.get_by_role("heading", name="Nina Nowak").wait_for()


def test_a_person_logs_and_links_without_leaving_the_page(start: str, open_page: PageFactory) -> None:
    guest = Record.objects.get(display_name="Gil Guest").pk
    page = signed_in(open_page(), start)
    page.goto(f"{start}/contacts/{guest}/")
    page.locator("#composer").get_by_role("link", name="Note").click()
    page.get_by_label("Note").fill("Prefers mornings")
    page.get_by_role("button", name="Save note").click()
    page.locator(".timeline").get_by_text("Prefers mornings").wait_for()
    page.get_by_role("button", name="Mark as done").click()
    page.get_by_role("button", name="Reopen").wait_for()
    page.locator("#group-contactinformation").get_by_role("link", name="Edit").click()
    page.get_by_label("Job title").fill("Buyer")
    page.get_by_role("button", name="Save").click()
    page.locator("#group-contactinformation").get_by_text("Buyer").wait_for()
    page.goto(f"{start}/contacts/{guest}/links/contacts/add/")
    page.get_by_role("combobox", name="Contact").click()
    page.keyboard.type("hopp")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Link").click()
    page.locator("#links-contact").get_by_role("link", name="Grace Hopper", exact=True).wait_for()


def test_on_a_phone_one_part_of_a_record_is_shown_at_a_time(start: str, open_page: PageFactory) -> None:
    guest = Record.objects.get(display_name="Gil Guest").pk
    page = signed_in(open_page(narrow=True, java_script_enabled=False), start)
    page.goto(f"{start}/contacts/{guest}/")
    parts = {"Activity": "#activity", "Properties": "#about", "Linked records": "#links"}
    for name, shown in parts.items():
        page.get_by_role("navigation", name="Parts of this page").get_by_role("link", name=name).click()
        assert [part for part in parts.values() if page.locator(part).is_visible()] == [shown]
