"""Editing on the record's page: one group or all, and two people at once."""

from __future__ import annotations

import threading

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from accounts.actor import Actor
from accounts.models import Account, User
from crm.exceptions import RecordStale
from crm.models import PropertyChange, Record
from crm.rich_text import html_of, text_of
from crm.services.records import RecordChange, records_write
from tests.crm.conftest import Write, account_make, actor_of, record_of
from tests.state import database_fingerprint

GROUP = "contactinformation"


@pytest.fixture
def client(account: Account) -> Client:
    browser = Client()
    browser.force_login(User.objects.get(memberships__account=account))
    return browser


@pytest.fixture
def ann(write: Write) -> Record:
    return record_of(write(match_email="ann@example.com", properties={"firstname": "Ann", "phone": "1"}))


def posted(record: Record, **typed: str) -> dict[str, str]:
    """What the form of a group sends: what it showed, the version, and what was typed."""
    shown = {name: str(value) for name, value in record.properties.items()}
    initial = {f"initial-{name}": value for name, value in shown.items()}
    return {**initial, **shown, **typed, "group": GROUP, "version": str(record.version)}


def edit_url(record: Record) -> str:
    return reverse("crm:record_edit", args=[record.account_id, "contacts", record.pk])


@pytest.mark.spec("A21")
def test_a_group_is_edited_on_the_page_of_the_record(client: Client, ann: Record) -> None:
    url = reverse("crm:record", args=[ann.account_id, "contacts", ann.pk])
    page = client.get(url, {"edit": GROUP}).content.decode()
    assert 'name="firstname" value="Ann"' in page
    assert 'name="city"' not in page
    assert client.post(edit_url(ann), posted(ann, lastname="Bell"))["Location"] == url
    assert Record.objects.get().properties["lastname"] == "Bell"


@pytest.mark.spec("A21")
def test_a_refused_group_comes_back_on_the_page_with_what_was_typed(client: Client, ann: Record) -> None:
    before = database_fingerprint()
    response = client.post(edit_url(ann), posted(ann, email="nonsense", lastname="Bell"))
    page = response.content.decode()
    assert response.status_code == 422
    assert 'value="nonsense"' in page
    assert 'value="Bell"' in page
    assert 'id="timeline"' in page
    assert database_fingerprint() == before


@pytest.mark.spec("A21")
def test_what_two_people_change_at_once_is_shown_to_the_second_and_nothing_typed_is_lost(
    client: Client, ann: Record, write: Write
) -> None:
    sent = posted(ann, phone="2", lastname="Bell")
    write(record_id=ann.pk, properties={"phone": "3"})
    before = database_fingerprint()
    response = client.post(edit_url(ann), sent)
    page = response.content.decode()
    assert response.status_code == 422
    assert "Ann Admin has changed this to “3” meanwhile." in page
    assert 'name="phone" value="2"' in page
    assert 'name="initial-phone" value="3"' in page
    assert 'name="version" value="2"' in page
    assert 'value="Bell"' in page
    assert database_fingerprint() == before
    again = {**sent, "initial-phone": "3", "version": "2"}
    assert client.post(edit_url(ann), again).status_code == 302
    ann.refresh_from_db()
    assert (ann.properties["phone"], ann.properties["lastname"]) == ("2", "Bell")
    assert list(PropertyChange.objects.filter(name="phone").order_by("id").values_list("value", flat=True)) == [
        "1",
        "3",
        "2",
    ]


def test_another_change_of_another_field_is_kept_without_asking(client: Client, ann: Record, write: Write) -> None:
    sent = posted(ann, lastname="Bell")
    write(record_id=ann.pk, properties={"phone": "3"})
    assert client.post(edit_url(ann), sent).status_code == 302
    ann.refresh_from_db()
    assert (ann.properties["phone"], ann.properties["lastname"]) == ("3", "Bell")


def test_the_same_change_by_two_people_is_no_conflict(client: Client, ann: Record, write: Write) -> None:
    sent = posted(ann, phone="3")
    write(record_id=ann.pk, properties={"phone": "3"})
    assert client.post(edit_url(ann), sent).status_code == 302


def test_a_value_that_was_cleared_meanwhile_is_said(client: Client, ann: Record, write: Write) -> None:
    sent = posted(ann, phone="2")
    write(record_id=ann.pk, properties={"phone": ""})
    assert "Ann Admin has cleared this meanwhile." in client.post(edit_url(ann), sent).content.decode()


def test_a_write_for_a_version_that_is_gone_is_refused_and_nothing_changes(actor: Actor, ann: Record) -> None:
    before = database_fingerprint()
    change = RecordChange("contact", {"phone": "9"}, record_id=ann.pk, if_version=ann.version + 1)
    with pytest.raises(RecordStale), transaction.atomic():
        records_write(actor=actor, changes=[change])
    assert database_fingerprint() == before
    fresh = RecordChange("contact", {"phone": "9"}, record_id=ann.pk, if_version=ann.version)
    assert records_write(actor=actor, changes=[fresh])[0].changed


def test_an_option_that_is_no_longer_offered_is_not_lost_by_saving(client: Client, ann: Record) -> None:
    Record.objects.update(properties={**ann.properties, "lifecyclestage": "former"})
    ann.refresh_from_db()
    assert client.post(edit_url(ann), posted(ann, lastname="Bell")).status_code == 302
    ann.refresh_from_db()
    assert ann.properties["lifecyclestage"] == "former"


@pytest.mark.parametrize("text", ["a", "a\nb", "a\n\nb\nc", "1 < 2 & 3", "“ż”", ""])
def test_typed_lines_are_the_same_after_a_way_through_html(text: str) -> None:
    assert text_of(html_of(text)) == text


def test_html_is_read_as_lines() -> None:
    assert text_of("<p>One</p><p>Two<br>three</p><ul><li>x</li><li>y</li></ul>") == "One\n\nTwo\nthree\n\nx\ny"


@pytest.mark.django_db(transaction=True)
def test_who_is_slower_by_a_moment_is_checked_again_and_loses_nothing() -> None:
    account, owner = account_make()
    actor = actor_of(account, id=str(owner.pk))
    ann = record_of(
        records_write(actor=actor, changes=[RecordChange("contact", {"firstname": "Ann", "phone": "1"})])[0]
    )
    browser, start, statuses = [Client(), Client()], threading.Barrier(2), []

    def save(client: Client, typed: dict[str, str]) -> None:
        start.wait()
        statuses.append(client.post(edit_url(ann), typed).status_code)
        connection.close()

    for client in browser:
        client.force_login(owner)
    typed = [posted(ann, lastname="Bell"), posted(ann, phone="2")]
    threads = [threading.Thread(target=save, args=pair) for pair in zip(browser, typed, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ann.refresh_from_db()
    assert statuses == [302, 302]
    assert ann.properties == {"firstname": "Ann", "phone": "2", "lastname": "Bell"}
