"""The history on a record's page, where the property is not any more what it was (A15, A17)."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.actor import Actor
from accounts.models import Account
from crm.choices import PropertyType as P
from crm.models import PropertyGroup
from crm.services.definition_changes import DefinitionChange, definition_update
from crm.services.definitions import definition_archive, definition_create
from tests.crm.conftest import Write
from tests.crm.test_pages import client

__all__ = ["client"]
pytestmark = [pytest.mark.django_db, pytest.mark.spec("A15", "A17")]
AB = [{"value": "a", "label": "First"}, {"value": "b", "label": "Second"}]


def own_make(actor: Actor, type_: P) -> int:
    options = AB if type_ in (P.ENUMERATION, P.MULTI_ENUMERATION) else ()
    group = PropertyGroup.objects.filter(account_id=actor.account_id, object_type="contact")[0]
    fields = {"object_type": "contact", "group_name": group.name, "name": "shoe", "label": "Shoe size"}
    return definition_create(actor=actor, type=type_, options=options, **fields).pk


def shown(client: Client, account: Account, record_id: int | None) -> list[str]:
    """What the record's page says of the property, as words."""
    page = client.get(reverse("crm:record", args=[account.pk, "contacts", record_id]))
    assert page.status_code == 200
    parts = re.findall(r"<dt>Shoe size</dt><dd>(.*?)</dd>", page.content.decode(), re.DOTALL)
    return [" ".join(re.sub("<[^>]*>", " ", part).split()) for part in parts]


@pytest.mark.parametrize(
    ("before", "value", "after", "words"),
    [
        (P.STRING, "large", P.DATE, "large"),
        (P.STRING, "large", P.DATETIME, "large"),
        (P.STRING, "large", P.NUMBER, "large"),
        (P.STRING, "2026-11-30", P.DATETIME, "2026-11-30"),
        (P.NUMBER, 42, P.DATE, "42"),
        (P.NUMBER, 42, P.DATETIME, "42"),
        (P.BOOL, True, P.DATE, "Yes"),
        (P.BOOL, False, P.NUMBER, "No"),
        (P.MULTI_ENUMERATION, ["a", "b"], P.NUMBER, "a, b"),
        (P.MULTI_ENUMERATION, ["a", "b"], P.DATETIME, "a, b"),
    ],
)
def test_a_value_from_before_the_type_was_changed_is_shown_as_it_was(
    account: Account, actor: Actor, client: Client, write: Write, before: P, value: Any, after: P, words: str
) -> None:
    definition = own_make(actor, before)
    ann = write(properties={"firstname": "Ann", "shoe": value})
    group = PropertyGroup.objects.filter(account=account, object_type="contact")[0]
    change = DefinitionChange("Shoe size", group.pk, after, "text")
    definition_update(actor=actor, definition_id=definition, change=change, lost_most=1)
    assert words in shown(client, account, ann.record_id)


@pytest.mark.parametrize(
    ("type_", "value", "words"),
    [
        (P.BOOL, False, "No"),
        (P.NUMBER, 0, "0"),
        (P.DATE, "2026-11-30", "Nov 30, 2026"),
        (P.MULTI_ENUMERATION, ["a", "b"], "First, Second"),
    ],
)
def test_the_history_of_an_archived_property_keeps_its_label_and_its_words(
    account: Account, actor: Actor, client: Client, write: Write, type_: P, value: Any, words: str
) -> None:
    own_make(actor, type_)
    ann = write(properties={"firstname": "Ann", "shoe": value})
    definition_archive(actor=actor, object_type="contact", name="shoe")
    assert shown(client, account, ann.record_id) == [words]
