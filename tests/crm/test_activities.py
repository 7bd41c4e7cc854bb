"""Notes, tasks, calls, e-mails and meetings that people log on a record."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.test import Client
from django.urls import reverse

from accounts.actor import Actor
from accounts.models import Account, User
from crm.builtin_associations import unlabelled
from crm.composer_forms import NoteForm
from crm.exceptions import RecordError
from crm.models import Association, Event, Record, TimelineEntry
from crm.objects import OBJECTS
from crm.registries import COMPOSERS, Composer
from crm.services.activities import activity_change, activity_log
from crm.services.records import record_restore
from tests.crm.conftest import Write, actor_of, record_of
from tests.state import database_fingerprint

POSTED = {
    "note": {"hs_note_body": "First line\nsecond <b>line</b>"},
    "task": {"hs_task_subject": "Call back", "hs_task_priority": "HIGH", "hs_timestamp": "2026-12-01T09:00"},
    "call": {
        "hs_call_title": "Prices",
        "hs_timestamp": "2026-11-20T09:00",
        "hs_call_direction": "INBOUND",
        "minutes": "8",
    },
    "email": {"hs_email_subject": "Offer", "hs_timestamp": "2026-11-20T09:00", "hs_email_html": "Dear Ann"},
    "meeting": {"hs_meeting_title": "Fair", "hs_timestamp": "2026-11-20T09:00", "minutes": "45"},
}
KINDS = sorted(POSTED)


@pytest.fixture
def owner(account: Account) -> User:
    return User.objects.get(memberships__account=account)


@pytest.fixture
def actor(account: Account, owner: User) -> Actor:
    return actor_of(account, id=str(owner.pk))


@pytest.fixture
def client(owner: User) -> Client:
    browser = Client()
    browser.force_login(owner)
    return browser


@pytest.fixture
def ann(write: Write) -> Record:
    return record_of(write(match_email="ann@example.com", properties={"firstname": "Ann"}))


def url_of(record: Record, rest: str = "") -> str:
    return reverse("crm:record", args=[record.account_id, "contacts", record.pk]) + rest


def logged(actor: Actor, record: Record, kind: str = "note", **properties: object) -> Record:
    at = dt.datetime(2026, 11, 20, 9, tzinfo=dt.UTC)
    return record_of(
        activity_log(actor=actor, record=record, activity_type=kind, properties=properties, occurred_at=at)
    )


@pytest.mark.spec("A19", "A21")
@pytest.mark.parametrize("kind", KINDS)
def test_each_composer_makes_an_activity_that_is_linked_and_on_the_timeline(
    client: Client, ann: Record, owner: User, kind: str
) -> None:
    page = client.get(url_of(ann), {"compose": kind}).content.decode()
    assert f'action="{url_of(ann)}log/{kind}/#composer"' in page
    assert client.post(url_of(ann, f"log/{kind}/"), POSTED[kind])["Location"] == url_of(ann)
    activity = Record.objects.get(object_type=kind)
    assert activity.owner_id == (None if kind == "task" else owner.pk)
    link = Association.objects.get(from_record=activity)
    assert (link.to_record_id, link.type_id) == (ann.pk, unlabelled(kind, "contact"))
    entry = TimelineEntry.objects.get(record=ann)
    assert (entry.kind, entry.about_id, entry.source_label) == (kind, activity.pk, str(owner))
    for address in (url_of(ann), f"{url_of(ann)}?kind={kind}"):
        assert f'id="activity-{activity.pk}"' in client.get(address).content.decode()
    assert f'id="activity-{activity.pk}"' not in client.get(f"{url_of(ann)}?kind=property_change").content.decode()


def test_what_was_typed_is_kept_as_it_was_meant(client: Client, ann: Record) -> None:
    for kind in KINDS:
        client.post(url_of(ann, f"log/{kind}/"), POSTED[kind])
    values = {record.object_type: record.properties for record in Record.objects.exclude(pk=ann.pk)}
    assert values["note"]["hs_note_body"] == "<p>First line<br>second &lt;b&gt;line&lt;/b&gt;</p>"
    assert values["task"]["hs_timestamp"] == "2026-12-01T09:00:00.000Z"
    assert values["task"]["hs_task_status"] == "NOT_STARTED"
    assert values["call"]["hs_call_duration"] == 480_000
    assert values["email"]["hs_email_text"] == "Dear Ann"
    assert values["meeting"]["hs_meeting_end_time"] == "2026-11-20T09:45:00.000Z"
    page = client.get(url_of(ann)).content.decode()
    assert "First line<br>second &lt;b&gt;line&lt;/b&gt;" in page
    assert "8 minutes" in page


@pytest.mark.parametrize("kind", KINDS)
def test_a_refused_composer_keeps_what_was_typed_and_writes_nothing(client: Client, ann: Record, kind: str) -> None:
    before = database_fingerprint()
    posted = {**POSTED[kind], "hs_timestamp": "not a time", "hs_note_body": "", "minutes": "-1"}
    response = client.post(url_of(ann, f"log/{kind}/"), posted)
    assert response.status_code == 422
    page = response.content.decode()
    assert "field__error" in page
    assert kind == "note" or next(iter(POSTED[kind].values())) in page
    assert database_fingerprint() == before


@pytest.mark.parametrize("kind", KINDS)
def test_an_activity_is_changed_on_the_timeline(client: Client, ann: Record, actor: Actor, kind: str) -> None:
    client.post(url_of(ann, f"log/{kind}/"), POSTED[kind])
    activity = Record.objects.get(object_type=kind)
    page = client.get(url_of(ann), {"activity": activity.pk}).content.decode()
    assert re.search(rf'action="{url_of(ann)}activities/{activity.pk}/edit/', page)
    subject = next(iter(POSTED[kind]))
    sent = {**POSTED[kind], subject: "Something else", "version": str(activity.version)}
    answer = client.post(url_of(ann, f"activities/{activity.pk}/edit/"), sent)
    assert answer["Location"] == f"{url_of(ann)}#activity-{activity.pk}"
    activity.refresh_from_db()
    assert "Something else" in str(activity.properties[subject])
    assert "Something else" in client.get(url_of(ann)).content.decode()
    stale = client.post(url_of(ann, f"activities/{activity.pk}/edit/"), {**sent, "version": "77"})
    assert stale.status_code == 422
    assert "Something else" in stale.content.decode()


def test_a_moved_call_moves_on_every_timeline(ann: Record, actor: Actor, write: Write) -> None:
    call = logged(actor, ann, "call", hs_call_title="Prices")
    later = dt.datetime(2026, 11, 21, 9, tzinfo=dt.UTC)
    activity_change(actor=actor, activity=call, properties={"hs_timestamp": later}, occurred_at=later)
    assert TimelineEntry.objects.get(about=call).occurred_at == later


@pytest.mark.spec("A21")
def test_a_task_is_ticked_off_and_reopened_on_the_timeline(client: Client, ann: Record, actor: Actor) -> None:
    task = logged(actor, ann, "task", hs_task_subject="Call back", hs_task_status="NOT_STARTED")
    url = url_of(ann, f"activities/{task.pk}/done/")
    for sent, status, words in (("1", "COMPLETED", "Reopen"), ("0", "NOT_STARTED", "Mark as done")):
        assert client.post(url, {"done": sent}).status_code == 302
        task.refresh_from_db()
        assert task.properties["hs_task_status"] == status
        assert words in client.get(url_of(ann)).content.decode()


@pytest.mark.spec("A21", "A22")
def test_a_deleted_note_goes_from_the_timeline_and_comes_back_with_a_restore(
    client: Client, ann: Record, actor: Actor
) -> None:
    note = logged(actor, ann, hs_note_body="<p>Secret</p>")
    url = url_of(ann, f"activities/{note.pk}/delete/")
    assert "90 days" in client.get(url).content.decode()
    assert client.post(url)["Location"] == url_of(ann)
    assert "Secret" not in client.get(url_of(ann)).content.decode()
    assert client.get(url_of(ann, f"activities/{note.pk}/delete/")).status_code == 404
    record_restore(actor=actor, record_id=note.pk, object_type="note")
    assert "Secret" in client.get(url_of(ann)).content.decode()


def test_an_activity_of_another_record_is_not_changed_from_here(
    client: Client, ann: Record, actor: Actor, write: Write
) -> None:
    bob = record_of(write(properties={"firstname": "Bob"}))
    note = logged(actor, bob, hs_note_body="x")
    before = database_fingerprint()
    for rest, sent in (("edit/", POSTED["note"]), ("done/", {"done": "1"}), ("delete/", {})):
        assert client.post(url_of(ann, f"activities/{note.pk}/{rest}"), sent).status_code == 404
    assert database_fingerprint() == before


@pytest.mark.spec("A19", "A21")
@pytest.mark.parametrize("plural", ["companies", "deals", "tickets", "orders", "invoices"])
def test_sales_and_service_are_logged_on_too(client: Client, actor: Actor, write: Write, plural: str) -> None:
    info = next(info for info in OBJECTS.values() if info.plural == plural)
    record = record_of(write(info.type.value, properties={info.name[0][0]: "Blue chairs"}))
    url = reverse("crm:record", args=[record.account_id, plural, record.pk])
    for kind in ("note", "task", "call", "email", "meeting"):
        assert client.post(f"{url}log/{kind}/", POSTED[kind]).status_code == 302, kind
    assert {row["kind"].key for row in client.get(url).context["items"]} >= set(POSTED)


def test_a_kind_of_record_without_activities_offers_none_and_takes_none(
    client: Client, actor: Actor, write: Write
) -> None:
    product = record_of(write("product", properties={"name": "Chair"}))
    url = reverse("crm:record", args=[product.account_id, "products", product.pk])
    assert 'id="composer"' not in client.get(f"{url}?compose=note").content.decode()
    assert client.post(f"{url}log/note/", POSTED["note"]).status_code == 404
    with pytest.raises(RecordError):
        logged(actor, product)


def test_what_a_note_holds_never_runs(client: Client, ann: Record, actor: Actor) -> None:
    logged(actor, ann, hs_note_body='<p onclick="x()">a<script>alert(1)</script><a href="javascript:x()">b</a></p>')
    page = client.get(url_of(ann)).content.decode()
    assert "alert(1)" not in page
    assert "onclick" not in page
    assert "javascript:" not in page


def test_an_empty_timeline_leads_to_the_composer(client: Client, ann: Record) -> None:
    page = client.get(url_of(ann), {"kind": "call"}).content.decode()
    assert "Nothing here yet" in page
    assert "?kind=call&amp;compose=call#composer" in page


def test_another_app_can_take_the_place_of_a_composer(client: Client, ann: Record) -> None:
    seen: list[int] = []
    before = COMPOSERS["note"]
    own = Composer("note", "Note", "note", "Keep", NoteForm, lambda actor, record, form: seen.append(record.pk))
    COMPOSERS.replace("note", own)
    try:
        assert client.post(url_of(ann, "log/note/"), POSTED["note"]).status_code == 302
    finally:
        COMPOSERS.replace("note", before)
    assert seen == [ann.pk]
    assert not Record.objects.filter(object_type="note").exists()


def test_an_activity_is_in_the_event_log(actor: Actor, ann: Record) -> None:
    note = logged(actor, ann, hs_note_body="x")
    kinds = set(Event.objects.filter(record_id__in=[note.pk, ann.pk]).values_list("record_id", "kind"))
    assert {(note.pk, "record.created"), (note.pk, "association.created"), (ann.pk, "association.created")} <= kinds
