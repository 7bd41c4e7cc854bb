"""The demo account has people and companies at first sight."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.demo import DemoContext
from accounts.demo import load as load_people
from crm.demo import COMPANIES, PEOPLE, load
from crm.models import Association, Record
from crm.services.records import RecordChange, records_write


def loaded(output: dict[str, Any]) -> DemoContext:
    context = DemoContext(output=output)
    load_people(context)
    load(context)
    return context


@pytest.mark.django_db
def test_the_demo_has_contacts_and_companies_that_are_linked() -> None:
    context = loaded({})
    contacts = Record.objects.filter(account=context.account, object_type="contact")
    assert contacts.count() == len(PEOPLE)
    assert Record.objects.filter(object_type="company").count() == len(COMPANIES)
    helena = contacts.get(display_name="Helena Borowska")
    assert helena.properties["hubspot_owner_id"] == str(context.admin.pk)
    linked = Association.objects.filter(from_record=helena, type_id=1)
    assert [row.to_record.display_name for row in linked] == ["Harbour Books"]


@pytest.mark.django_db
def test_a_second_start_leaves_what_was_changed_and_archived() -> None:
    context = loaded({})
    first, second = Record.objects.filter(object_type="contact").order_by("pk")[:2]
    changes = [
        RecordChange("contact", {"jobtitle": "Founder"}, record_id=first.pk),
        RecordChange("contact", record_id=second.pk, archive=True),
    ]
    records_write(actor=context.actor, changes=changes)
    for output in (dict(context.output), {}):
        loaded(output)
        first.refresh_from_db()
        second.refresh_from_db()
        assert first.properties["jobtitle"] == "Founder"
        assert second.archived_at is not None
        assert Record.objects.filter(object_type="contact").count() == len(PEOPLE)
