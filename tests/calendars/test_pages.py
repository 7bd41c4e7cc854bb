"""The list and the editor of a member's own pages."""

from __future__ import annotations

import re
import threading
from typing import Any

import pytest
from django.db import connection, connections, transaction
from django.test import Client

from accounts.models import AuditEntry, Membership
from calendars.choices import PageState
from calendars.exceptions import PathTaken
from calendars.models import SchedulingPage
from calendars.services.pages import page_create, page_delete, page_update
from crm.choices import ObjectType, PropertyType
from crm.models import PropertyDefinition, PropertyGroup
from tests.accounts.factories import MembershipFactory, actor_of
from tests.calendars.scheduling import MONDAY, calendar_make, page_make, reservation_make

pytestmark = [pytest.mark.django_db, pytest.mark.spec("C19")]


@pytest.fixture
def member(client: Client) -> Membership:
    found: Membership = MembershipFactory(user__name="Anna Nowak", user__time_zone="Europe/Warsaw")
    client.force_login(found.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return found


def property_make(member: Membership, name: str, **fields: Any) -> None:
    group, _ = PropertyGroup.objects.get_or_create(
        account=member.account, object_type=ObjectType.CONTACT, name="contact", label="Contact"
    )
    PropertyDefinition.objects.create(
        account=member.account,
        object_type=ObjectType.CONTACT,
        group=group,
        name=name,
        **{"label": name.title(), "type": PropertyType.STRING, **fields},
    )


def filled(**changes: Any) -> dict[str, Any]:
    form: dict[str, Any] = {
        "name": "Intro",
        "title": "A first talk",
        "location_kind": "conference",
        "slug": "anna-nowak/intro",
        "durations": ["30", "60"],
        "time_zone": "Europe/Warsaw",
        "weekly_hours-0-start": ["09:00", "13:00"],
        "weekly_hours-0-end": ["12:00", "17:00"],
        "weekly_hours-4-start": ["22:00"],
        "weekly_hours-4-end": ["02:00"],
        "step": "15",
        "minimum_notice": "240",
        "rolling_days": "30",
        "buffer_before": "5",
        "buffer_after": "10",
    }
    return form | changes


def create(client: Client, member: Membership, **changes: Any) -> tuple[int, str]:
    answer = client.post(f"/app/{member.account_id}/meetings/new/", filled(**changes))
    return answer.status_code, answer.content.decode()


@pytest.mark.spec("C18")
def test_a_page_is_made_as_it_was_filled_in(client: Client, member: Membership) -> None:
    assert create(client, member, limit_day="3", brand_color="#1F5FBF")[0] == 302
    page = SchedulingPage.objects.get()
    assert (page.owner, page.account, page.slug) == (member.user, member.account, "anna-nowak/intro")
    assert page.weekly_hours == {"0": [["09:00", "12:00"], ["13:00", "17:00"]], "4": [["22:00", "02:00"]]}
    assert (page.durations, page.step, page.minimum_notice) == ([30, 60], 15, 240)
    assert (page.buffer_before, page.buffer_after, page.limit_day, page.limit_week) == (5, 10, 3, None)
    assert page.brand_color == "#1f5fbf"
    assert [host.user for host in page.hosts.all()] == [member.user]
    assert AuditEntry.objects.get().action == "page.created"


def test_a_new_page_comes_filled_in_with_what_suits_most(client: Client, member: Membership) -> None:
    page_make(membership=member, slug="anna-nowak/meeting")
    html = client.get(f"/app/{member.account_id}/meetings/new/").content.decode()
    assert 'value="anna-nowak/meeting-2"' in html
    assert '<option value="Europe/Warsaw" selected>' in html
    assert html.count('value="17:00"') == 5


@pytest.mark.spec("C14")
def test_a_link_that_is_taken_is_told_together_with_everything_else(client: Client, member: Membership) -> None:
    page_make(slug="anna-nowak/intro")
    status, html = create(client, member, slug="Anna-Nowak/INTRO", title="", limit_day="0")
    assert status == 422
    for field in ("slug", "title", "limit_day"):
        assert f'id="id_{field}_error"' in html


def test_hours_over_midnight_say_that_they_end_on_the_next_day(client: Client, member: Membership) -> None:
    page = page_make(membership=member, weekly_hours={"0": [["09:00", "17:00"]], "4": [["22:00", "02:00"]]})
    html = client.get(f"/app/{member.account_id}/meetings/pages/{page.pk}/").content.decode()
    monday, friday = (html.split(f'id="hours-{day}"')[1].split("</fieldset>")[0] for day in (0, 4))
    assert '<span class="hours__next" hidden>' in monday
    assert '<span class="hours__next">Ends on the next day</span>' in friday


def test_a_text_that_is_far_too_long_is_told_the_limit_alone(client: Client, member: Membership) -> None:
    html = create(client, member, description="x" * 1_000_000)[1]
    assert "This is too long: at most 4000 characters." in html
    assert "5001" not in html


def test_an_edited_page_keeps_what_was_not_touched_and_says_in_the_audit_what_was(
    client: Client, member: Membership
) -> None:
    page = page_make(membership=member, language="pl", kind="PERSONAL_LINK", limit_day=None)
    before = {"slug": page.slug, "durations": ["30"], "name": "New name"}
    answer = client.post(f"/app/{member.account_id}/meetings/pages/{page.pk}/", filled(**before))
    assert answer.status_code == 302
    page.refresh_from_db()
    assert (page.name, page.owner, page.state) == ("New name", member.user, PageState.ACTIVE)
    entry = AuditEntry.objects.get()
    assert entry.action == "page.updated"
    assert "name" in entry.detail["fields"]
    assert "slug" not in entry.detail["fields"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "id_name_error"),
        ({"name": "x" * 1_000_000}, "id_name_error"),
        ({"title": "\x00\u202e"}, "id_title_error"),
        ({"slug": "With spaces"}, "id_slug_error"),
        ({"slug": "a/b/c"}, "id_slug_error"),
        ({"slug": "-/slots"}, "id_slug_error"),
        ({"slug": "żółw"}, "id_slug_error"),
        ({"slug": "a" * 101}, "id_slug_error"),
        ({"time_zone": "Mars/Olympus"}, "id_time_zone_error"),
        ({"time_zone": ""}, "id_time_zone_error"),
        ({"durations": []}, "id_durations_error"),
        ({"durations": ["31"]}, "id_durations_error"),
        ({"step": "0"}, "id_step_error"),
        ({"rolling_days": "366"}, "id_rolling_days_error"),
        ({"rolling_days": "-1"}, "id_rolling_days_error"),
        ({"limit_day": "0"}, "id_limit_day_error"),
        ({"limit_week": "many"}, "id_limit_week_error"),
        ({"location_kind": "address"}, "id_location_detail_error"),
        ({"location_kind": "moon"}, "id_location_kind_error"),
        ({"brand_color": "red; }"}, "id_brand_color_error"),
        ({"description": "x" * 4001}, "id_description_error"),
        ({"weekly_hours-0-start": ["09:00", "11:00"]}, "hours-0-error"),
        ({"weekly_hours-0-end": ["12:00", ""]}, "hours-0-error"),
        ({"weekly_hours-0-start": ["9", "13:00"]}, "hours-0-error"),
        ({"weekly_hours-2-start": ["25:00"], "weekly_hours-2-end": ["26:00"]}, "hours-2-error"),
        ({"weekly_hours-3-start": ["24:00"], "weekly_hours-3-end": ["02:00"]}, "hours-3-error"),
    ],
)
def test_what_does_not_hold_is_told_at_its_field_and_nothing_typed_is_lost(
    client: Client, member: Membership, changes: dict[str, Any], field: str
) -> None:
    status, html = create(client, member, **({"invitation_subject": "Kept <this>"} | changes))
    assert status == 422
    assert f'id="{field}"' in html
    assert "Kept &lt;this&gt;" in html
    assert 'value="22:00"' in html
    assert not SchedulingPage.objects.exists()


def test_text_is_cleaned_of_control_characters(client: Client, member: Membership) -> None:
    assert create(client, member, title=" A\u202e <b>talk</b>\n\n x ", description="one\r\n\x07two")[0] == 302
    page = SchedulingPage.objects.get()
    assert (page.title, page.description) == ("A <b>talk</b> x", "one\ntwo")


@pytest.mark.spec("C14")
def test_a_path_is_one_in_the_installation_in_whatever_case(client: Client, member: Membership) -> None:
    page_make(slug="anna-nowak/intro")
    status, html = create(client, member, slug="Anna-Nowak/INTRO/")
    assert status == 422
    assert 'id="id_slug_error"' in html
    assert "Another page has this link already" in html
    other = page_make(membership=member)
    answer = client.post(f"/app/{member.account_id}/meetings/pages/{other.pk}/", filled())
    assert answer.status_code == 422
    assert SchedulingPage.objects.get(pk=other.pk).slug == other.slug


@pytest.mark.spec("C14")
def test_the_path_of_a_deleted_page_is_free_again(client: Client, member: Membership) -> None:
    page = page_make(membership=member, slug="anna-nowak/intro")
    page_delete(actor=actor_of(member), page=page)
    assert create(client, member)[0] == 302


@pytest.mark.spec("C14")
@pytest.mark.django_db(transaction=True)
def test_two_pages_saved_at_once_cannot_have_one_path() -> None:
    members = [MembershipFactory(), MembershipFactory()]
    barrier, outcomes = threading.Barrier(2), []

    def save(member: Membership) -> None:
        fields = {"name": "A", "title": "A", "slug": "Same/Path", "time_zone": "UTC"}
        try:
            with transaction.atomic():
                barrier.wait(10)
                page_create(actor=actor_of(member), account=member.account, owner=member.user, fields=fields)
            outcomes.append("made")
        except PathTaken:
            outcomes.append("taken")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=save, args=[member]) for member in members]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["made", "taken"]
    assert SchedulingPage.objects.get().slug == "same/path"


def test_a_path_taken_meanwhile_leaves_the_page_as_it_was() -> None:
    page, other = page_make(), page_make()
    with pytest.raises(PathTaken):
        page_update(
            actor=actor_of(page.owner.memberships.get()), page=page, fields={"slug": other.slug.upper(), "name": "X"}
        )
    assert connection.is_usable()
    assert SchedulingPage.objects.get(pk=page.pk).name == "Intro"


def test_windows_and_fields_can_be_added_and_removed_without_javascript(client: Client, member: Membership) -> None:
    property_make(member, "phone", label="Phone")
    property_make(member, "secret", is_read_only=True)
    url = f"/app/{member.account_id}/meetings/new/"
    html = client.post(url, filled(add_window="0", name="")).content.decode()
    assert html.count('name="weekly_hours-0-start"') == 3
    assert "id_name_error" not in html
    html = client.post(url, filled(drop_window="0-1")).content.decode()
    assert html.count('name="weekly_hours-0-start"') == 1
    assert 'value="13:00"' not in html
    html = client.post(url, filled(add_field="1", **{"form_fields-add": "phone"})).content.decode()
    assert 'name="form_fields" value="phone"' in html
    assert "Secret" not in html
    html = client.post(url, filled(drop_field="phone", form_fields=["phone"])).content.decode()
    assert 'name="form_fields" value="phone"' not in html
    assert not SchedulingPage.objects.exists()


@pytest.mark.parametrize("step", [{"add_window": "9"}, {"drop_window": "x-y"}, {"drop_window": "0-99"}])
def test_a_button_with_a_mangled_value_changes_nothing(
    client: Client, member: Membership, step: dict[str, str]
) -> None:
    answer = client.post(f"/app/{member.account_id}/meetings/new/", filled(**step))
    assert answer.status_code == 200
    assert answer.content.decode().count('name="weekly_hours-0-start"') == 2


def test_fields_of_the_contact_are_kept_with_their_label(client: Client, member: Membership) -> None:
    property_make(member, "phone", label="Phone")
    property_make(member, "budget", type=PropertyType.NUMBER)
    extra = {"form_fields": ["phone"], "form_fields-required": ["phone"], "form_fields-add": "budget"}
    assert create(client, member, **extra)[0] == 302
    assert SchedulingPage.objects.get().form_fields == [
        {"name": "phone", "label": "Phone", "required": True, "hidden": False},
        {"name": "budget", "label": "Budget", "required": False, "hidden": False},
    ]
    status, html = create(client, member, slug="other", form_fields=["phone", "gone"])
    assert status == 422
    assert "does not exist any more" in html


def test_the_list_shows_links_states_and_the_way_to_a_calendar(client: Client, member: Membership) -> None:
    url = f"/app/{member.account_id}/meetings/"
    assert "Make your first page" in client.get(url).content.decode()
    page = page_make(membership=member, slug="anna/x", durations=[60, 30])
    page_make(slug="somebody/else")
    html = client.get(url).content.decode()
    assert "/meetings/anna/x" in html
    assert "30 minutes, 1 hour" in html
    assert "somebody/else" not in html
    assert "No calendar is connected" in html
    calendar_make(page)
    assert "No calendar is connected" not in client.get(url).content.decode()


def test_a_page_is_paused_resumed_and_deleted_with_its_bookings_kept(client: Client, member: Membership) -> None:
    page = page_make(membership=member)
    booking = reservation_make(page, MONDAY)
    url = f"/app/{member.account_id}/meetings/pages/{page.pk}/"
    client.post(f"{url}pause/", {"state": "paused"})
    assert SchedulingPage.objects.get(pk=page.pk).state == PageState.PAUSED
    client.post(f"{url}pause/", {"state": "active"})
    assert SchedulingPage.objects.get(pk=page.pk).state == PageState.ACTIVE
    assert client.post(f"{url}delete/").status_code == 302
    booking.refresh_from_db()
    assert booking.page.state == PageState.DELETED
    assert client.get(url).status_code == 404
    actions = list(AuditEntry.objects.order_by("id").values_list("action", flat=True))
    assert actions == ["page.paused", "page.activated", "page.deleted"]


@pytest.mark.parametrize("path", ["", "pause/", "delete/"])
def test_somebody_elses_page_is_not_there(client: Client, member: Membership, path: str) -> None:
    stranger, colleague = page_make(), page_make(membership=MembershipFactory(account=member.account))
    for page in (stranger, colleague):
        address = f"/app/{member.account_id}/meetings/pages/{page.pk}/{path}"
        assert client.post(address, filled(state="paused")).status_code == 404
        assert client.post(f"/app/{stranger.account_id}/meetings/pages/{page.pk}/{path}", filled()).status_code == 404
    assert {page.state for page in SchedulingPage.objects.all()} == {PageState.ACTIVE}
    assert not AuditEntry.objects.exists()


def test_a_light_brand_colour_is_pointed_out(client: Client, member: Membership) -> None:
    page = page_make(membership=member, brand_color="#ffdd00")
    url = f"/app/{member.account_id}/meetings/pages/{page.pk}/"
    assert "too light to be read on white" in client.get(url).content.decode()
    public = client.get(f"/meetings/{page.slug}").content.decode()
    assert "/appearance/brand/ffdd00.css" in public


def test_an_hour_that_ends_at_midnight_survives_the_editor(client: Client, member: Membership) -> None:
    page = page_make(membership=member, weekly_hours={"0": [["20:00", "24:00"]]})
    html = client.get(f"/app/{member.account_id}/meetings/pages/{page.pk}/").content.decode()
    assert re.search(r'type="text" name="weekly_hours-0-end" value="24:00"', html)
    hours = {"weekly_hours-0-start": ["20:00"], "weekly_hours-0-end": ["24:00"]}
    client.post(f"/app/{member.account_id}/meetings/pages/{page.pk}/", filled(**hours))
    page.refresh_from_db()
    assert page.weekly_hours["0"] == [["20:00", "24:00"]]
