"""The four steps of the editor, its preview, and pages as a whole: folders, copies, links, codes (C19)."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.test import Client

from accounts.models import AuditEntry, Membership
from calendars.models import PageFolder, SchedulingPage
from tests.accounts.factories import MembershipFactory
from tests.calendars.scheduling import page_make
from tests.calendars.test_pages import create, filled, member, property_make

__all__ = ["member"]
pytestmark = [pytest.mark.django_db, pytest.mark.spec("C19")]


def test_every_step_of_the_form_is_kept(client: Client, member: Membership) -> None:
    property_make(member, "phone", label="Phone")
    property_make(member, "utm", label="Campaign")
    more: dict[str, Any] = {
        "language": "pl",
        "description": "Hello {{ contact.firstname }}, bring {{contact.utm}}.",
        "invitation_subject": "{{ contact.lastname }} meets {{ host.name }}",
        "date_overrides-date": ["2026-12-24", "2026-12-27", "2026-12-27"],
        "date_overrides-start": ["", "10:00", "13:00"],
        "date_overrides-end": ["", "12:00", "15:00"],
        "window_kind": "fixed",
        "first_day": "2026-12-01",
        "last_day": "2027-01-31",
        "rolling_days": "",
        "form_fields": ["utm", "phone"],
        "form_fields-hidden": ["utm"],
        "form_fields-required": ["phone", "utm"],
        "consent_text": "I agree.",
        "confirmation_text": "See you {{ meeting.when }}.",
        "reminders-number": ["1", "90", ""],
        "reminders-unit": ["days", "minutes", "hours"],
        "follow_up_minutes-number": "2",
        "follow_up_minutes-unit": "hours",
        "follow_up_subject": "Thank you",
        "follow_up_text": "Dear {{ contact.firstname }}",
        "redirect_url": "https://example.com/thanks",
    }
    status, html = create(client, member, **more)
    assert status == 302, re.findall(r"field__error.*?</div>", html, re.S)
    page = SchedulingPage.objects.get()
    assert page.language == "pl"
    assert page.date_overrides == {"2026-12-24": [], "2026-12-27": [["10:00", "12:00"], ["13:00", "15:00"]]}
    assert (page.first_day, page.last_day) == (dt.date(2026, 12, 1), dt.date(2027, 1, 31))
    assert [(item["name"], item["hidden"], item["required"]) for item in page.form_fields] == [
        ("utm", True, False),
        ("phone", False, True),
    ]
    assert (page.reminders, page.follow_up_minutes) == ([1440, 90], 120)
    url = f"/app/{member.account_id}/meetings/pages/{page.pk}/"
    html = client.get(url).content.decode()
    for shown in ('value="2026-12-24"', 'value="2027-01-31"', 'value="https://example.com/thanks"', "I agree."):
        assert shown in html
    assert client.post(url, filled(window_kind="rolling")).status_code == 302
    page.refresh_from_db()
    assert (page.first_day, page.last_day, page.rolling_days) == (None, None, 30)


@pytest.mark.parametrize(
    ("changes", "field", "step"),
    [
        ({"description": "{{ contact.income }}"}, "id_description_error", "overview"),
        ({"description": "{{ contact.firstname"}, "id_description_error", "overview"),
        ({"description": "{% include 'x' %}{{ contact.email|upper }}"}, "id_description_error", "overview"),
        ({"invitation_subject": "{{ meeting.when }}"}, "id_invitation_subject_error", "overview"),
        ({"location_kind": "phone"}, "id_location_detail_error", "overview"),
        ({"language": "xx"}, "id_language_error", "overview"),
        (
            {"date_overrides-date": "soon", "date_overrides-start": "", "date_overrides-end": ""},
            "dates-0-error",
            "scheduling",
        ),
        (
            {"date_overrides-date": "2026-12-24", "date_overrides-start": "10:00", "date_overrides-end": ""},
            "dates-0-error",
            "scheduling",
        ),
        ({"window_kind": "fixed", "first_day": "2027-01-02"}, "id_last_day_error", "scheduling"),
        (
            {"window_kind": "fixed", "first_day": "2027-01-02", "last_day": "2027-01-01"},
            "id_last_day_error",
            "scheduling",
        ),
        (
            {"window_kind": "fixed", "first_day": "2027-01-02", "last_day": "2029-01-01"},
            "id_last_day_error",
            "scheduling",
        ),
        ({"rolling_days": ""}, "id_rolling_days_error", "scheduling"),
        ({"consent_text": "x" * 2001}, "id_consent_text_error", "form"),
        ({"reminders-number": "0", "reminders-unit": "days"}, "reminders-0-error", "automation"),
        ({"reminders-number": "many", "reminders-unit": "days"}, "reminders-0-error", "automation"),
        ({"reminders-number": "1", "reminders-unit": "years"}, "reminders-0-error", "automation"),
        ({"follow_up_text": "Thanks"}, "id_follow_up_minutes_error", "automation"),
        ({"redirect_url": "http://example.com"}, "id_redirect_url_error", "automation"),
        ({"redirect_url": "javascript:alert(1)"}, "id_redirect_url_error", "automation"),
        ({"redirect_url": "https://me:secret@example.com"}, "id_redirect_url_error", "automation"),
        ({"redirect_url": "https://example.com; script-src *"}, "id_redirect_url_error", "automation"),
    ],
)
def test_what_does_not_hold_is_told_at_its_field_and_its_step_is_marked(
    client: Client, member: Membership, changes: dict[str, str], field: str, step: str
) -> None:
    status, html = create(client, member, **changes)
    assert status == 422
    assert f'id="{field}"' in html
    assert re.findall(r'stepper__step--wrong" href="#(\w+)"', html) == [step]
    assert not SchedulingPage.objects.exists()


def test_a_page_of_the_application_is_no_place_to_send_visitors_to(
    client: Client, member: Membership, settings: Any
) -> None:
    settings.BASE_URL, settings.MEETINGS_URL = "https://app.hub.test", "https://meetings.hub.test"
    for url in (
        "https://app.hub.test/app/1/",
        "https://APP.hub.test:443/",
        "https://meetings.hub.test/accounts/logout/",
    ):
        assert create(client, member, redirect_url=url)[0] == 422, url
    for number, url in enumerate(("https://meetings.hub.test/meetings/other", "http://127.0.0.1:9000/x")):
        assert create(client, member, redirect_url=url, slug=f"page-{number}")[0] == 302, url


def test_rows_of_dates_fields_and_reminders_come_and_go_without_javascript(client: Client, member: Membership) -> None:
    property_make(member, "phone", label="Phone")
    property_make(member, "company", label="Company")
    url = f"/app/{member.account_id}/meetings/new/"
    rows = {"date_overrides-date": ["2026-12-24"], "date_overrides-start": [""], "date_overrides-end": [""]}
    assert client.post(url, filled(add_date="1", **rows)).content.decode().count('name="date_overrides-date"') == 2
    assert 'name="date_overrides-date"' not in client.post(url, filled(drop_date="0", **rows)).content.decode()
    assert client.post(url, filled(add_reminder="1")).content.decode().count('name="reminders-number"') == 1
    five = {"reminders-number": ["1"] * 5, "reminders-unit": ["days"] * 5}
    html = client.post(url, filled(add_reminder="1", **five)).content.decode()
    assert html.count('name="reminders-number"') == 5
    assert 'name="add_reminder"' not in html
    dropped = client.post(url, filled(drop_reminder="4", **five)).content.decode()
    assert dropped.count('name="reminders-number"') == 4
    html = client.post(url, filled(up_field="company", form_fields=["phone", "company"])).content.decode()
    assert re.findall(r'name="form_fields" value="(\w+)"', html) == ["company", "phone"]
    assert not SchedulingPage.objects.exists()


def test_the_preview_shows_what_is_typed_and_saves_nothing(client: Client, member: Membership) -> None:
    url = f"/app/{member.account_id}/meetings/preview/"
    typed = filled(
        title="A <b>talk</b>",
        description="Hello {{ contact.firstname }}, welcome",
        consent_text="I agree to everything.",
        confirmation_text="Bring {{ contact.firstname }}'s dog",
        brand_color="#aa2200",
        name="",
        slug="!!",
    )
    answer = client.post(url, typed)
    html = answer.content.decode()
    assert answer.status_code == 200
    assert "A &lt;b&gt;talk&lt;/b&gt;" in html
    assert "Hello, welcome" in html
    assert "I agree to everything." in html
    assert "Bring Alex&#x27;s dog" in html
    assert "brand/aa2200.css" in html
    assert not SchedulingPage.objects.exists()
    page = page_make(membership=member, title="As it was")
    kept = client.post(f"/app/{member.account_id}/meetings/pages/{page.pk}/preview/", {"title": ""}).content.decode()
    assert "As it was" in kept
    page.refresh_from_db()
    assert page.title == "As it was"
    assert client.post(f"/app/{member.account_id}/meetings/pages/{page_make().pk}/preview/", typed).status_code == 404


def test_folders_are_made_renamed_filled_and_deleted_with_their_pages_kept(client: Client, member: Membership) -> None:
    base, page = f"/app/{member.account_id}/meetings/", page_make(membership=member, name="Demo call")
    assert client.post(f"{base}folders/new/", {"name": " Sales  team "}).status_code == 302
    folder = PageFolder.objects.get()
    assert folder.name == "Sales team"
    for wrong in ("SALES TEAM", "", "x" * 101):
        answer = client.post(f"{base}folders/new/", {"name": wrong})
        assert answer.status_code == 422
        assert 'id="id_name_error"' in answer.content.decode()
    assert client.post(f"{base}pages/{page.pk}/folder/", {"folder": folder.pk}).status_code == 302
    assert "Demo call" in client.get(base, {"folder": folder.pk}).content.decode()
    client.post(f"{base}folders/{folder.pk}/", {"name": "Partners"})
    assert "Partners" in client.get(base).content.decode()
    client.post(f"{base}folders/{folder.pk}/delete/")
    page.refresh_from_db()
    assert page.folder is None
    actions = list(AuditEntry.objects.order_by("id").values_list("action", flat=True))
    assert actions == ["page_folder.created", "page.moved", "page_folder.renamed", "page_folder.deleted"]


def test_somebody_elses_folder_cannot_be_seen_used_or_taken_away(client: Client, member: Membership) -> None:
    other = MembershipFactory(account=member.account)
    folder = PageFolder.objects.create(account=other.account, owner=other.user, name="Theirs")
    base, page = f"/app/{member.account_id}/meetings/", page_make(membership=member)
    assert client.post(f"{base}folders/{folder.pk}/", {"name": "Mine"}).status_code == 404
    assert client.post(f"{base}folders/{folder.pk}/delete/").status_code == 404
    assert client.post(f"{base}pages/{page.pk}/folder/", {"folder": folder.pk}).status_code == 422
    folder.refresh_from_db()
    page.refresh_from_db()
    assert (folder.name, page.folder) == ("Theirs", None)


def test_a_copy_has_everything_but_the_name_and_the_link(client: Client, member: Membership) -> None:
    page = page_make(membership=member, name="Intro", slug="anna/intro", reminders=[60], consent_text="Yes?")
    assert client.post(f"/app/{member.account_id}/meetings/pages/{page.pk}/duplicate/").status_code == 302
    copy = SchedulingPage.objects.exclude(pk=page.pk).get()
    assert (copy.name, copy.slug) == ("Copy of Intro", "anna/intro-2")
    assert (copy.reminders, copy.consent_text, copy.owner) == ([60], "Yes?", page.owner)
    assert copy.hosts.count() == 1


def test_a_page_is_shared_by_link_tag_and_code(client: Client, member: Membership) -> None:
    page = page_make(membership=member, slug="anna/intro", title='A "good" <talk>')
    url = f"/app/{member.account_id}/meetings/pages/{page.pk}"
    html = client.get(f"{url}/share/").content.decode()
    assert "/meetings/anna/intro" in html
    assert "&lt;iframe src=" in html
    assert "<iframe" not in html
    assert "meetings/-/embed/anna/intro" in html
    code = client.get(f"{url}/qr.svg", {"download": ""})
    assert code["Content-Type"] == "image/svg+xml"
    assert code["Content-Disposition"] == 'attachment; filename="anna-intro.svg"'
    assert b"<svg" in code.content
    assert b"script" not in code.content


def test_list_and_editor_ask_few_questions_however_many_pages_there_are(
    client: Client, member: Membership, django_assert_max_num_queries: Any
) -> None:
    base = f"/app/{member.account_id}/meetings/"
    folder = PageFolder.objects.create(account=member.account, owner=member.user, name="Sales")
    page = page_make(membership=member, consent_text="Yes?", limit_day=3)
    for _ in range(12):
        page_make(membership=member, folder=folder)
    with django_assert_max_num_queries(16):
        client.get(base)
    with django_assert_max_num_queries(25):
        client.get(f"{base}pages/{page.pk}/")
