"""The built-in association types have the public API's numbers."""

from __future__ import annotations

import importlib

import pytest
from django.apps import apps
from hubspot.crm.association_type import AssociationType as Published

from crm.builtin_associations import ASSOCIATIONS, IMPLIED, unlabelled
from crm.choices import ObjectType
from crm.models import AssociationType, PropertyDefinition, Schema
from tests.crm.conftest import account_make

TYPES = set(ObjectType.values)


def published() -> list[tuple[str, str, bool, int]]:
    """From, to, whether primary, and the number of each type of the SDK between objects that we have."""
    found = []
    for name, number in vars(Published).items():
        if name.startswith("_"):
            continue
        start, _, end = name.lower().removeprefix("primary_").partition("_to_")
        if {start, end} <= TYPES:
            found.append((start, end, name.startswith("PRIMARY_"), number))
    return found


@pytest.mark.spec("A18")
def test_the_numbers_are_those_of_the_official_sdk() -> None:
    ours = {(s.from_type, s.to_type, s.label == "Primary"): s.type_id for s in ASSOCIATIONS if not _family(s.label)}
    wrong = [row for row in published() if row[:3] in ours and ours[row[:3]] != row[3]]
    assert wrong == []
    assert len([row for row in published() if row[:3] in ours]) == 60


def _family(label: str) -> bool:
    return label in {"Parent", "Child"}


def test_numbers_are_unique_in_a_direction_and_a_primary_link_implies_the_unlabelled_one() -> None:
    numbers = [(s.from_type, s.to_type, s.type_id) for s in ASSOCIATIONS]
    assert len(numbers) == len(set(numbers))
    for spec in ASSOCIATIONS:
        if spec.label == "Primary":
            assert IMPLIED[spec.type_id] == unlabelled(spec.from_type, spec.to_type)


def test_two_numbers_never_mean_two_directions() -> None:
    meaning: dict[int, tuple[str, str]] = {}
    for spec in ASSOCIATIONS:
        assert meaning.setdefault(spec.type_id, (spec.from_type, spec.to_type)) == (spec.from_type, spec.to_type)


@pytest.mark.django_db
def test_an_older_account_gets_the_public_numbers_and_words() -> None:
    account, _owner = account_make()
    kinds = AssociationType.objects.filter(account=account)
    new = set(kinds.values_list("from_type", "to_type", "type_id", "inverse_type_id", "name", "label"))
    kinds.filter(type_id=177).update(type_id=9001, inverse_type_id=9002)
    kinds.filter(type_id=178).update(type_id=9002, inverse_type_id=9001)
    kinds.filter(type_id__in=[509, 510]).delete()
    PropertyDefinition.objects.filter(account=account, label="Email").update(label="E-mail")
    version = Schema.objects.get(account=account).version
    migration = importlib.import_module("crm.migrations.0003_public_words_and_numbers")
    migration.renumber(apps, None)
    migration.rewrite(apps, None)
    assert set(kinds.values_list("from_type", "to_type", "type_id", "inverse_type_id", "name", "label")) == new
    assert not PropertyDefinition.objects.filter(label="E-mail").exists()
    assert Schema.objects.get(account=account).version != version


@pytest.mark.django_db
def test_an_older_account_gets_the_activities_of_orders_and_invoices() -> None:
    account, _owner = account_make()
    kinds = AssociationType.objects.filter(account=account)
    new = set(kinds.values_list("from_type", "to_type", "type_id", "inverse_type_id", "category", "name", "label"))
    kinds.filter(type_id__in=range(9042, 9060)).delete()
    version = Schema.objects.get(account=account).version
    importlib.import_module("crm.migrations.0007_activities_of_sales").types_add(apps, None)
    after = set(kinds.values_list("from_type", "to_type", "type_id", "inverse_type_id", "category", "name", "label"))
    assert after == new
    assert Schema.objects.get(account=account).version != version
