"""A privacy deletion leaves nothing but keyed digests; an ordinary one ends after 90 days (A22)."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.db.models.functions import Now

from accounts.actor import Actor, system_actor
from accounts.choices import ActorKind
from accounts.models import Account, AuditEntry, Notification, OutgoingEmail
from accounts.services.audit import audit_write
from accounts.services.mail import email_enqueue
from calendars.choices import LocationKind
from calendars.models import Booking
from crm.choices import ConsentState
from crm.exceptions import InvalidProperty, RecordNotFound
from crm.models import Consent, ErasedAddress, Event, PropertyChange, Record, RecordIdentity, TimelineEntry
from crm.selectors.deleted import KEPT_DAYS
from crm.services.erasing import record_delete, record_erase, records_purge
from crm.services.records import AssociationChange, RecordChange, TimelineChange, record_archive, records_write
from crm.tasks import records_purge as purge_task
from hubclone.lib.jobs.choices import JobState
from hubclone.lib.jobs.services import run_jobs
from tests.calendars.booking import account_make as calendar_account_make
from tests.calendars.booking import book, page_make, slot
from tests.crm.conftest import account_make, actor_of
from tests.crm.test_merging import NINE, held, merge, new
from tests.state import database_fingerprint

pytestmark = pytest.mark.spec("A22")
ADDRESS, SECOND, FORMER = "gil.guest@example.com", "g.g@example.org", "gil@former.example"


def found_in_database(*texts: str) -> list[str]:
    """Every column of every table that has one of the texts, whatever its case."""
    hits = []
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            table = model._meta.db_table
            for text in texts:
                cursor.execute(
                    f'select count(*) from "{table}" t where position(lower(%s) in lower(t::text)) > 0',  # noqa: S608
                    [text],
                )
                if cursor.fetchone()[0]:
                    hits.append(f"{table}: {text}")
    return hits


def gil_make(actor: Actor, **fields: Any) -> int:
    gil = new(
        actor,
        match_email=FORMER,
        properties={"firstname": "Gil", "lastname": "Guest", "phone": "+48 600 100 200"},
        **fields,
    )
    new(actor, record_id=gil, properties={"email": ADDRESS}, emails=[SECOND])
    return gil


@pytest.mark.django_db
def test_nothing_of_a_person_is_left_in_any_column_of_any_table() -> None:
    page = page_make(calendar_account_make())
    account_id, owner = page.account_id, page.owner
    actor = Actor(account_id, ActorKind.USER, str(owner.pk), "Ann Admin")
    gil = gil_make(actor)
    booking = book(page, email=ADDRESS, first_name="Gil", last_name="Guest")
    run_jobs()
    other = new(actor, match_email="other@example.com", properties={"firstname": "Olga", "lastname": "Other"})
    company = new(
        actor,
        "company",
        properties={"name": "Gil Guest and sons", "description": f"Ask {ADDRESS.upper()} first"},
        associations=[AssociationChange(280, to_record_id=gil)],
        timeline=[TimelineChange("note", "c", NINE, {"text": "Gil Guest called"}, about_record_id=gil)],
    )
    shared = new(
        actor,
        "meeting",
        properties={"hs_meeting_title": "Gil Guest and Olga"},
        associations=[AssociationChange(200, to_record_id=gil), AssociationChange(200, to_record_id=other)],
    )
    entry = TimelineChange("note", "m", NINE, {"subject": "Gil Guest and Olga"}, about_record_id=shared)
    new(actor, record_id=other, timeline=[entry], properties={"jobtitle": f"Assistant of {ADDRESS}"})
    new(
        actor,
        "note",
        properties={"hs_note_body": "The guest is fond of blue."},
        associations=[AssociationChange(202, to_record_id=gil)],
    )
    merged = new(actor, match_email="gil.twin@example.com", properties={"firstname": "Gilbert", "lastname": "Guestly"})
    merge(actor, gil, merged)
    Consent.objects.create(
        account_id=account_id,
        record_id=gil,
        purpose="News",
        state=ConsentState.GIVEN,
        proof=ADDRESS,
        source_kind="user",
    )
    with transaction.atomic():
        audit_write(
            actor=actor, action="record.archived", target_kind="record", target_id=gil, target_label="Gil Guest"
        )
        audit_write(actor=actor, action="property.changed", target_kind="property", target_id=1, detail={"to": ADDRESS})
        email_enqueue(
            account_id=account_id, key="news", to=ADDRESS.title(), subject="Hi Gil", text="Hi", delay_seconds=60
        )
    Notification.objects.create(
        account_id=account_id, user=owner, kind="x", key="x", title="Gil Guest has booked", url="/"
    )
    assert found_in_database(ADDRESS, "Gil Guest", "Gilbert Guestly", "fond of blue")
    assert record_erase(actor=actor, record_id=gil) == 4
    texts = (ADDRESS, SECOND, FORMER, "gil.twin@", "Gil Guest", "Gilbert", "Guestly", "600 100 200", "fond of blue")
    assert found_in_database(*texts) == []
    assert ErasedAddress.objects.count() == 4
    assert Record.objects.get(pk=company).properties["name"] == "[…] and sons"
    assert Record.objects.get(pk=company).display_name == "[…] and sons"
    assert Record.objects.get(pk=shared).properties["hs_meeting_title"] == "[…] and Olga"
    assert Record.objects.get(pk=other).properties["jobtitle"] == "Assistant of […]"
    assert not TimelineEntry.objects.filter(record=company).exists()
    assert not Record.objects.filter(pk__in=[gil, merged]).exists()
    booking = Booking.objects.get(pk=booking.pk)
    assert (booking.contact_id, booking.guest_email, booking.form_answers) == (None, "", {})
    assert set(OutgoingEmail.objects.values_list("state", flat=True)) == {JobState.DONE}
    assert Event.objects.filter(kind="record.erased", record_id=gil).count() == 1
    audit = AuditEntry.objects.get(action="record.erased")
    assert (audit.target_id, audit.target_label) == (str(gil), "")


@pytest.mark.django_db
def test_the_number_to_call_where_they_booked_from_and_what_others_wrote_of_them_are_gone() -> None:
    fields = [{"name": "phone", "label": "Phone number"}, {"name": "who", "label": "Who told you of us?"}]
    page = page_make(calendar_account_make(), location_kind=LocationKind.CALL_GUEST, form_fields=fields)
    actor = Actor(page.account_id, ActorKind.USER, str(page.owner_id), "Ann Admin")
    mine = book(page, email=ADDRESS, answers={"phone": "+48 600 100 200"})
    friends = book(page, slot(1), answers={"phone": "+48 500 500 500", "who": f"Ask {ADDRESS.upper()}"})
    run_jobs()
    assert found_in_database(ADDRESS, "600 100 200")
    record_erase(actor=actor, record_id=Booking.objects.get(pk=mine.pk).contact_id or 0)
    assert found_in_database(ADDRESS, "600 100 200") == []
    visits = AuditEntry.objects.filter(target_kind="booking", actor_kind=ActorKind.VISITOR)
    assert set(visits.values_list("target_id", "ip")) == {(str(mine.pk), None), (str(friends.pk), "192.0.2.7")}
    friends.refresh_from_db()
    assert (friends.location, friends.form_answers["who"]) == ("+48 500 500 500", "Ask […]")


@pytest.mark.django_db
def test_others_keep_what_is_theirs(actor: Actor) -> None:
    gil = gil_make(actor)
    twin = new(actor, match_email="joe-gil.guest@example.com", properties={"firstname": "Gil", "lastname": "Guest"})
    taken_over = new(actor, match_email="shared@example.com")
    new(actor, record_id=gil, properties={"email": "old@example.com"})
    before = Record.objects.get(pk=twin).properties
    record_erase(actor=actor, record_id=gil)
    assert Record.objects.get(pk=twin).properties == before
    assert RecordIdentity.objects.filter(record=taken_over).exists()


@pytest.mark.django_db
@pytest.mark.spec("A24")
@pytest.mark.parametrize("kind", ActorKind)
def test_an_erased_address_comes_back_by_nobody(actor: Actor, account: Account, kind: ActorKind) -> None:
    record_erase(actor=actor, record_id=gil_make(actor))
    before = database_fingerprint()
    by = actor_of(account, kind)
    for address in (ADDRESS, SECOND.upper(), FORMER):
        (result,) = records_write(
            actor=by, changes=[RecordChange("contact", {"firstname": "Gil"}, match_email=address)]
        )
        assert (result.record_id, result.refusal) == (None, "erased")
    (result,) = records_write(actor=by, changes=[RecordChange("contact", {"email": ADDRESS})])
    assert result.refusal == "erased"
    assert database_fingerprint() == before
    olga = new(actor)
    with pytest.raises(InvalidProperty), transaction.atomic():
        new(by, record_id=olga, emails=[ADDRESS])


@pytest.mark.django_db
@pytest.mark.spec("A24")
def test_an_address_of_an_international_domain_is_one_however_it_is_spelt(actor: Actor, account: Account) -> None:
    ala = new(actor, match_email="Ala@Żółw.PL", properties={"firstname": "Ala"})
    assert new(actor, match_email="ala@xn--w-uga1v8h.pl") == ala
    other = new(actor, properties={"jobtitle": "Assistant of ala@żółw.pl"})
    assert record_erase(actor=actor, record_id=ala) == 1
    assert Record.objects.get(pk=other).properties["jobtitle"] == "Assistant of […]"
    for address in ("ala@żółw.pl", "ALA@XN--W-UGA1V8H.PL"):
        (result,) = records_write(actor=actor, changes=[RecordChange("contact", match_email=address)])
        assert result.refusal == "erased"


@pytest.mark.django_db
@pytest.mark.spec("A24")
def test_a_guest_who_was_erased_can_book_and_does_not_become_a_contact() -> None:
    page = page_make(calendar_account_make())
    actor = Actor(page.account_id, ActorKind.USER, str(page.owner_id))
    record_erase(actor=actor, record_id=gil_make(actor))
    booking = book(page, email=ADDRESS)
    assert booking.contact_id is None
    assert not Record.objects.filter(object_type="contact").exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.spec("A24")
def test_a_booking_or_sync_in_the_very_moment_of_the_erasure_brings_nobody_back() -> None:
    account = account_make()[0]
    actor = actor_of(account)
    gil = gil_make(actor)
    results: list[Any] = []

    def writing() -> None:
        change = RecordChange("contact", {"phone": "1"}, match_email=ADDRESS)
        results.extend(records_write(actor=actor_of(account, ActorKind.SYNC), changes=[change]))

    held(partial(record_erase, actor=actor, record_id=gil), writing)
    assert [(result.record_id, result.refusal) for result in results] == [(None, "erased")]
    assert found_in_database(ADDRESS) == []


@pytest.mark.django_db(transaction=True)
def test_what_is_written_while_the_erasure_waits_is_erased_with_it() -> None:
    actor = actor_of(account_make()[0])
    gil = gil_make(actor)
    note = {"properties": {"hs_note_body": "fond of blue"}, "associations": [AssociationChange(202, to_record_id=gil)]}
    held(partial(new, actor, "note", **note), partial(record_erase, actor=actor, record_id=gil))
    assert found_in_database(ADDRESS, "fond of blue") == []


@pytest.mark.django_db
@pytest.mark.parametrize("case", ["stranger", "merged", "none"])
def test_what_is_not_there_is_not_erased(actor: Actor, other_account: Account, case: str) -> None:
    gil = gil_make(actor)
    by, target = actor, gil
    if case == "stranger":
        by = actor_of(other_account)
    elif case == "none":
        target = 2**40
    else:
        merge(actor, new(actor), gil)
    before = database_fingerprint()
    with pytest.raises(RecordNotFound), transaction.atomic():
        record_erase(actor=by, record_id=target)
    assert database_fingerprint() == before


@pytest.mark.django_db
def test_a_deletion_ends_after_90_days_and_frees_the_address(actor: Actor) -> None:
    old, fresh = gil_make(actor), new(actor, match_email="fresh@example.com")
    merge(actor, old, new(actor, match_email="twin@example.com"))
    for record_id in (old, fresh):
        record_archive(actor=actor, record_id=record_id, object_type="contact")
    Record.objects.filter(pk=old).update(archived_at=Now() - dt.timedelta(days=KEPT_DAYS, minutes=1))
    Record.objects.filter(pk=fresh).update(archived_at=Now() - dt.timedelta(days=KEPT_DAYS - 1))
    purge_task()
    assert [record.pk for record in Record.objects.all()] == [fresh]
    assert not PropertyChange.objects.exclude(record=fresh).exists()
    assert not ErasedAddress.objects.exists()
    assert Event.objects.filter(kind="record.erased", record_id=old, source_kind=ActorKind.SYSTEM).exists()
    assert AuditEntry.objects.get(action="record.purged").detail == {"records": [old]}
    assert new(actor_of(Account.objects.get(pk=actor.account_id), ActorKind.SYNC), match_email=ADDRESS) > fresh
    assert records_purge() == 0


@pytest.mark.django_db
def test_an_archived_record_can_be_deleted_for_good_and_one_that_is_there_cannot(actor: Actor) -> None:
    gil = gil_make(actor)
    with pytest.raises(RecordNotFound), transaction.atomic():
        record_delete(actor=actor, record_id=gil)
    record_archive(actor=actor, record_id=gil, object_type="contact")
    with pytest.raises(RecordNotFound), transaction.atomic():
        record_delete(actor=system_actor(actor.account_id + 1), record_id=gil)
    record_delete(actor=actor, record_id=gil)
    assert not Record.objects.exists()
    assert new(actor, match_email=ADDRESS)
