"""Stages, statuses and currencies are lists; what was typed before they were stays."""

from __future__ import annotations

import importlib

import pytest
from django.apps import apps
from django.db import transaction
from django.test import Client
from django.urls import reverse

from accounts.actor import Actor
from accounts.models import Account, User
from crm.builtin_properties import BUILT_IN
from crm.currencies import CURRENCIES, currency_words
from crm.exceptions import InvalidProperty
from crm.models import PropertyDefinition, Record, Schema
from crm.services.definitions import options_check
from tests.crm.test_merging import new

pytestmark = [pytest.mark.django_db, pytest.mark.spec("A15")]
migration = importlib.import_module("crm.migrations.0006_stages_and_currencies")


@pytest.fixture
def client(account: Account) -> Client:
    browser = Client()
    browser.force_login(User.objects.get(memberships__account=account))
    return browser


@pytest.fixture
def typed(account: Account, actor: Actor) -> dict[str, int]:
    """Deals of an account whose stages were free text still, by stage, before the migration has run."""
    definitions = PropertyDefinition.objects.filter(account=account, object_type="deal", name="dealstage")
    definitions.update(type="string", field_type="text", options=[])
    Schema.objects.update(version="00000000-0000-0000-0000-000000000000")
    return {
        stage: new(actor, "deal", properties={"dealname": stage, "dealstage": stage})
        for stage in ("Offer", "closedwon", "CLOSEDLOST", "one; two", "x" * 300)
    }


def test_new_accounts_have_the_lists_that_the_migration_makes(account: Account) -> None:
    for (object_type, name), options in migration.LISTS.items():
        definition = PropertyDefinition.objects.get(account=account, object_type=object_type, name=name)
        assert definition.type == "enumeration"
        assert [(option["value"], option["label"]) for option in definition.options] == options
        options_check(definition.type, definition.options)


def test_what_was_typed_becomes_an_option_and_nothing_that_cannot_be_one_is_lost(
    account: Account, typed: dict[str, int]
) -> None:
    before = dict(Record.objects.values_list("pk", "properties"))
    version = Schema.objects.get(account=account).version
    migration.lists_make(apps, None)
    definition = PropertyDefinition.objects.get(account=account, object_type="deal", name="dealstage")
    values = [option["value"] for option in definition.options]
    assert values == [*dict(migration.LISTS["deal", "dealstage"]), "Offer"]
    options_check(definition.type, definition.options)
    assert dict(Record.objects.values_list("pk", "properties")) == before
    assert Schema.objects.get(account=account).version != version
    migration.lists_make(apps, None)
    again = PropertyDefinition.objects.get(pk=definition.pk)
    assert again.options == definition.options


def test_a_value_that_is_no_option_is_shown_and_stays_when_something_else_is_saved(
    account: Account, typed: dict[str, int], client: Client
) -> None:
    migration.lists_make(apps, None)
    for stage in ("Offer", "CLOSEDLOST", "one; two", "x" * 300):
        address = [account.pk, "deals", typed[stage]]
        assert stage in client.get(reverse("crm:record", args=address)).content.decode()
        url = reverse("crm:record_edit", args=address)
        form = client.get(url).context["form"]
        assert form["dealstage"].value() == stage
        posted = {name: form[name].value() or "" for name in form.fields}
        shown = {f"initial-{name}": value for name, value in posted.items()}
        assert client.post(url, {**shown, **posted, "dealname": "Other"}).status_code == 302
        kept = Record.objects.get(pk=typed[stage]).properties
        assert (kept["dealname"], kept["dealstage"]) == ("Other", stage)


def test_a_stage_that_is_none_is_refused_and_an_accounts_own_option_is_taken(actor: Actor) -> None:
    with pytest.raises(InvalidProperty), transaction.atomic():
        new(actor, "deal", properties={"dealname": "A", "dealstage": "Nowhere"})
    assert new(actor, "deal", properties={"dealname": "A", "dealstage": "closedwon", "deal_currency_code": "PLN"})


def test_currencies_are_named_in_the_readers_language_and_kept_as_codes(
    account: Account, actor: Actor, client: Client
) -> None:
    deal = new(actor, "deal", properties={"dealname": "A", "deal_currency_code": "PLN", "dealstage": "closedwon"})
    url = reverse("crm:record_edit", args=[account.pk, "deals", deal])
    field = client.get(url, headers={"Accept-Language": "pl"}).context["form"].fields["deal_currency_code"]
    choices = dict(field.choices)
    assert choices["EUR"] == "EUR – euro"
    assert choices["PLN"] == "PLN – złoty polski"
    assert "data-combobox" in field.widget.attrs
    page = client.get(reverse("crm:record", args=[account.pk, "deals", deal]), headers={"Accept-Language": "pl"})
    text = page.content.decode()
    assert "PLN" in text
    assert "PLN – " not in text
    assert "Zamknięta – wygrana" in text
    assert currency_words("???") == "???"
    assert len(set(CURRENCIES)) == len(CURRENCIES) == 154


def test_every_option_that_comes_with_a_property_has_its_own_value_and_label() -> None:
    for groups in BUILT_IN.values():
        for spec in (spec for group in groups for spec in group.properties if spec.options):
            options_check(spec.type, [{"value": value, "label": label} for value, label in spec.options])
