"""What a page asks for in its form beside the name and the email."""

from __future__ import annotations

import re

import pytest
import time_machine
from django.test import Client

from calendars.models import Booking, SchedulingPage
from calendars.selectors.answers import answers_shown
from crm.choices import ObjectType, PropertyType
from crm.models import PropertyDefinition, PropertyGroup
from tests.calendars.public_form import START, filled, post, public_page
from tests.calendars.scheduling import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.spec("C20")]


@pytest.fixture(autouse=True)
def _clock() -> object:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def page() -> SchedulingPage:
    return public_page()


def test_the_pages_own_fields_are_asked_for_and_kept(client: Client, page: SchedulingPage) -> None:
    fields = [
        {"name": "phone", "label": "Phone", "required": True},
        {"name": "lifecyclestage", "label": "Stage", "required": False},
        {"name": "gone", "label": "Gone", "required": True},
    ]
    SchedulingPage.objects.update(form_fields=fields[:2])
    html = client.get(f"/meetings/{page.slug}?start={START}").content.decode()
    assert 'name="answer-phone"' in html
    assert '<option value="lead">' in html
    status, html = post(client, page)
    assert status == 422
    assert 'id="id_answer-phone_error"' in html
    assert post(client, page, **{"answer-lifecyclestage": "nonsense", "answer-phone": "1"})[0] == 422
    assert post(client, page, **{"answer-phone": "+48 600 700 800", "answer-lifecyclestage": "lead"})[0] == 302
    assert Booking.objects.get().form_answers == {"phone": "+48 600 700 800", "lifecyclestage": "lead"}


@pytest.fixture
def asking(page: SchedulingPage) -> SchedulingPage:
    """The page, asking for a time and for some of a list."""
    options = [{"value": value, "label": value.title()} for value in ("tea", "coffee", "water")]
    kinds = {"arrival": (PropertyType.DATETIME, []), "drinks": (PropertyType.MULTI_ENUMERATION, options)}
    group = PropertyGroup.objects.filter(account=page.account, object_type=ObjectType.CONTACT)[0]
    for name, (kind, choices) in kinds.items():
        PropertyDefinition.objects.create(
            account=page.account,
            object_type=ObjectType.CONTACT,
            group=group,
            name=name,
            label=name.title(),
            type=kind,
            options=choices,
        )
    fields = [{"name": name, "label": name.title(), "required": True, "hidden": False} for name in kinds]
    SchedulingPage.objects.update(form_fields=fields)
    page.refresh_from_db()
    return page


@pytest.mark.spec("C19")
def test_times_and_some_of_a_list_are_asked_for_in_the_visitors_zone_and_kept(
    client: Client, asking: SchedulingPage
) -> None:
    shown = client.get(f"/meetings/{asking.slug}?start={START}&tz=Asia/Tokyo").content.decode()
    assert 'type="datetime-local" name="answer-arrival"' in shown
    assert "Time zone: Asia/Tokyo" in shown
    assert shown.count('type="checkbox" name="answer-drinks"') == 3
    form = filled(asking, tz="Asia/Tokyo") | {"answer-arrival": "2026-11-23T17:30", "answer-drinks": ["tea", "water"]}
    answer = client.post(f"/meetings/{asking.slug}", form)
    assert answer.status_code == 302, answer.content.decode()
    booking = Booking.objects.select_related("contact", "page__owner").get()
    assert booking.form_answers == {"arrival": "2026-11-23T08:30:00.000Z", "drinks": "tea;water"}
    assert booking.contact
    assert booking.contact.properties["arrival"] == "2026-11-23T08:30:00.000Z"
    assert booking.contact.properties["drinks"] == ["tea", "water"]
    (arrival, moment), drinks = answers_shown(booking, "Europe/Warsaw")
    assert drinks == ("Drinks", "Tea, Water")
    assert arrival == "Arrival"
    assert "9:30" in moment


def test_some_of_a_list_says_that_it_is_optional_as_other_fields_do(client: Client, asking: SchedulingPage) -> None:
    for item in asking.form_fields:
        item["required"] = False
    asking.save()
    shown = client.get(f"/meetings/{asking.slug}?start={START}").content.decode()
    legend = shown[shown.index("<legend") : shown.index("</legend>")]
    assert "Drinks" in legend
    assert "optional" in legend


@pytest.mark.spec("C19")
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("arrival", ""),
        ("arrival", "tomorrow"),
        ("arrival", "0001-01-01T00:00"),
        ("drinks", []),
        ("drinks", ["tea", "gin"]),
    ],
)
def test_a_time_or_a_choice_that_does_not_hold_is_told_at_its_field_and_the_rest_is_kept(
    client: Client, asking: SchedulingPage, field: str, value: object
) -> None:
    good = {"answer-arrival": "2026-11-23T17:30", "answer-drinks": ["coffee"]}
    answer = client.post(f"/meetings/{asking.slug}", filled(asking) | good | {f"answer-{field}": value})
    words = answer.content.decode()
    assert answer.status_code == 422
    assert f'id="id_answer-{field}_error"' in words
    if field == "arrival":
        assert re.search(r'value="coffee"[^>]*checked', words)
    else:
        assert 'value="2026-11-23T17:30"' in words
    assert not Booking.objects.exists()


@pytest.mark.spec("C19")
def test_every_kind_of_property_can_be_added_in_the_editor(client: Client, asking: SchedulingPage) -> None:
    SchedulingPage.objects.update(form_fields=[])
    client.force_login(asking.owner)
    words = client.get(f"/app/{asking.account_id}/meetings/pages/{asking.pk}/").content.decode()
    assert '<option value="arrival">Arrival</option>' in words
    assert '<option value="drinks">Drinks</option>' in words
