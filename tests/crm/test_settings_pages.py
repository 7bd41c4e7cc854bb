"""Settings → Objects."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.actor import Actor
from accounts.models import Account, User
from accounts.services.audit import audit_write
from crm.models import AssociationType, PropertyDefinition, PropertyGroup, Record
from crm.services.association_labels import association_label_create
from tests.crm.test_merging import new
from tests.crm.test_property_settings import own
from tests.state import database_fingerprint

pytestmark = [pytest.mark.django_db, pytest.mark.spec("A15")]
PAGE_QUERIES = 20


@pytest.fixture
def client(account: Account) -> Client:
    browser = Client()
    browser.force_login(User.objects.get(memberships__account=account))
    browser.get(reverse("crm:properties", args=[account.pk]))
    return browser


@pytest.fixture
def group(account: Account) -> PropertyGroup:
    return PropertyGroup.objects.get(account=account, object_type="contact", name="contactinformation")


def posted(definition: PropertyDefinition, **fields: Any) -> dict[str, Any]:
    kind = f"{definition.type}:{definition.field_type}"
    values = {"label": definition.label, "group": definition.group_id, "description": "", "kind": kind}
    return {**values, **fields}


def test_the_properties_of_each_kind_are_listed_and_searched(account: Account, actor: Actor, client: Client) -> None:
    own(actor)
    url = reverse("crm:properties", args=[account.pk])
    with CaptureQueriesContext(connection) as captured:
        rows = client.get(url).context["rows"]
    assert len(captured) <= PAGE_QUERIES
    assert {"email", "shoe"} <= {row["definition"].name for row in rows}
    assert [row["label"] for row in client.get(url, {"q": "shoe"}).context["rows"]] == ["Shoe size"]
    assert {row["definition"].object_type for row in client.get(url, {"object": "deals"}).context["rows"]} == {"deal"}
    assert client.get(url, {"object": "nonsense", "q": "<x>"}).status_code == 200


def test_a_list_is_built_with_buttons_that_save_nothing_and_then_saved(
    account: Account, client: Client, group: PropertyGroup
) -> None:
    url = reverse("crm:property_create", args=[account.pk, "contacts"])
    draft: dict[str, Any] = {"label": "Shoe size", "group": group.pk, "kind": "enumeration:select", "name": ""}
    before = database_fingerprint()
    page = client.post(url, {**draft, "do": "add"})
    assert page.status_code == 200
    assert 'value="Shoe size"' in page.content.decode()
    assert len(page.context["options"]) == 1
    rows = {"option-value": ["", "", ""], "option-label": ["Small", "Large", "Huge"]}
    assert [o["label"] for o in client.post(url, {**draft, **rows, "do": "up:1"}).context["options"]] == [
        "Large",
        "Small",
        "Huge",
    ]
    assert len(client.post(url, {**draft, **rows, "do": "remove:2"}).context["options"]) == 2
    for nonsense in ("remove:99", "up:0", "down:2", "x", "up:x"):
        assert len(client.post(url, {**draft, **rows, "do": nonsense}).context["options"]) == 3
    assert database_fingerprint() == before
    assert client.post(url, {**draft, **rows}).status_code == 302
    made = PropertyDefinition.objects.get(account=account, name="shoe_size")
    assert [option["value"] for option in made.options] == ["small", "large", "huge"]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"label": ""}, "label"),
        ({"name": "Not good"}, "name"),
        ({"name": "email"}, "name"),
        ({"kind": "enumeration:select"}, "__all__"),
        ({"kind": "nonsense"}, "kind"),
        ({"group": "0"}, "group"),
    ],
)
def test_a_property_that_cannot_be_says_why_by_its_field(
    account: Account, client: Client, group: PropertyGroup, fields: dict[str, Any], field: str
) -> None:
    before = database_fingerprint()
    values = {"label": "Shoe size", "group": group.pk, "kind": "string:text", "name": "", **fields}
    response = client.post(reverse("crm:property_create", args=[account.pk, "contacts"]), values)
    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert database_fingerprint() == before


def test_a_change_of_kind_is_previewed_and_done_only_when_agreed_to(
    account: Account, actor: Actor, client: Client
) -> None:
    shoe = own(actor)
    for size in ("43", "big"):
        new(actor, properties={"shoe": size})
    url = reverse("crm:property_edit", args=[account.pk, shoe.pk])
    assert client.get(url).status_code == 200
    before = database_fingerprint()
    page = client.post(url, posted(shoe, kind="number:number", label="Size"))
    assert (page.context["misfits"].count, page.context["misfits"].total) == (1, 2)
    assert "1 of 2 values does not fit" in page.content.decode()
    assert "<code>big" in page.content.decode()
    new(actor, properties={"shoe": "huge"})
    before = database_fingerprint()
    again = client.post(url, posted(shoe, kind="number:number", label="Size", agreed="1"))
    assert again.context["misfits"].count == 2
    assert database_fingerprint() == before
    assert client.post(url, posted(shoe, kind="number:number", label="Size", agreed="2")).status_code == 302
    assert [record.properties for record in Record.objects.order_by("pk")] == [{"shoe": 43}, {}, {}]
    assert PropertyDefinition.objects.get(pk=shoe.pk).label == "Size"


def test_an_option_in_use_that_is_removed_is_asked_about(account: Account, actor: Actor, client: Client) -> None:
    options = [{"value": "s", "label": "Small"}, {"value": "l", "label": "Large"}]
    shoe = own(actor, "enumeration", "select", options=options)
    new(actor, properties={"shoe": "l"})
    url = reverse("crm:property_edit", args=[account.pk, shoe.pk])
    fewer = posted(shoe, **{"option-value": ["s"], "option-label": ["Small"]})
    assert client.post(url, fewer).context["misfits"].count == 1
    assert client.post(url, {**fewer, "agreed": "1"}).status_code == 302
    assert Record.objects.get().properties == {}


def test_a_built_in_property_changes_its_words_alone(account: Account, client: Client) -> None:
    stage = PropertyDefinition.objects.get(account=account, object_type="contact", name="lifecyclestage")
    url = reverse("crm:property_edit", args=[account.pk, stage.pk])
    page = client.get(url)
    assert "kind" not in page.context["form"].fields
    assert all(option["fixed"] for option in page.context["options"])
    rows = {
        "option-value": [option["value"] for option in stage.options],
        "option-label": [option["label"] for option in stage.options],
    }
    values = {"label": "Stage", "group": stage.group_id, "kind": "string:text"}
    assert client.post(url, {**values, **rows}).status_code == 302
    stage.refresh_from_db()
    assert (stage.label, stage.type) == ("Stage", "enumeration")
    response = client.post(url, {**values, "option-value": ["lead"], "option-label": ["Lead"]})
    assert response.status_code == 422


def polish(client: Client) -> None:
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "pl"


def test_built_in_words_are_shown_in_the_readers_language_and_saving_them_keeps_them_so(
    account: Account, client: Client
) -> None:
    polish(client)
    stage = PropertyDefinition.objects.get(account=account, object_type="contact", name="lifecyclestage")
    kept = (stage.label, stage.options)
    url = reverse("crm:property_edit", args=[account.pk, stage.pk])
    page = client.get(url)
    form, rows = page.context["form"], page.context["options"]
    assert form["label"].value() == "Etap cyklu życia"
    assert "Subskrybent" in [row["label"] for row in rows]
    posted = {
        "label": "Etap cyklu życia",
        "group": stage.group_id,
        "option-value": [row["value"] for row in rows],
        "option-label": [row["label"] for row in rows],
    }
    assert client.post(url, posted).status_code == 302
    stage.refresh_from_db()
    assert (stage.label, stage.options) == kept
    found = client.get(reverse("crm:properties", args=[account.pk]), {"q": "cyklu zycia"}).context["rows"]
    assert [row["definition"].name for row in found] == ["lifecyclestage"]


def test_an_accounts_own_words_for_what_is_built_in_count_in_every_language_until_they_are_emptied(
    account: Account, client: Client, group: PropertyGroup
) -> None:
    stage = PropertyDefinition.objects.get(account=account, object_type="contact", name="lifecyclestage")
    kept = (stage.label, stage.options, group.label)
    url = reverse("crm:property_edit", args=[account.pk, stage.pk])
    edit = reverse("crm:property_group_edit", args=[account.pk, group.pk])
    values = [option["value"] for option in stage.options]
    own_words = {"label": "Owner", "group": group.pk, "option-value": values, "option-label": ["Owner", *values[1:]]}
    assert client.post(url, own_words).status_code == 302
    assert client.post(edit, {"label": "Company"}).status_code == 302
    polish(client)
    page = client.get(url)
    assert page.context["form"]["label"].value() == "Owner"
    assert page.context["options"][0]["label"] == "Owner"
    assert client.get(edit).context["form"]["label"].value() == "Company"
    empty = {"label": "", "group": group.pk, "option-value": values, "option-label": [""] * len(values)}
    assert client.post(url, empty).status_code == 302
    assert client.post(edit, {"label": ""}).status_code == 302
    stage.refresh_from_db()
    group.refresh_from_db()
    assert (stage.label, stage.options, group.label) == kept


@pytest.mark.spec("A8")
def test_the_audit_log_names_properties_groups_and_labels_in_the_readers_words(
    account: Account, actor: Actor, client: Client
) -> None:
    shoe = own(actor)
    owner = PropertyDefinition.objects.get(account=account, object_type="deal", name="hubspot_owner_id")
    client.post(reverse("crm:property_edit", args=[account.pk, owner.pk]), {"label": "", "group": owner.group_id})
    client.post(reverse("crm:property_group_move", args=[account.pk, shoe.group_id]), {"to": "down"})
    association_label_create(
        actor=actor, from_type="contact", to_type="company", label="Employer", inverse_label="Employee"
    )
    audit_write(actor=actor, action="property.archived", target_kind="property", target_id=7, target_label="deal.size")
    log = reverse("accounts:audit", args=[account.pk])
    names = [
        "Contact: Shoe size",
        "Deal: Owner",
        "Contact: Contact information",
        "Contact → Company: Employer",
        "Deal: size",
    ]
    text = client.get(log).content.decode()
    assert [name for name in names if name not in text] == []
    polish(client)
    names = ["Kontakt: Shoe size", "Transakcja: Opiekun", "Kontakt: Dane kontaktu", "Kontakt → Firma: Employer"]
    pages = [client.get(log), client.post(reverse("accounts:audit_csv", args=[account.pk]))]
    for text in (b"".join(page).decode() for page in pages):
        assert [name for name in names if name not in text] == []


def test_a_property_is_archived_and_restored_and_a_built_in_one_is_not(
    account: Account, actor: Actor, client: Client
) -> None:
    shoe = own(actor)
    email = PropertyDefinition.objects.get(account=account, object_type="contact", name="email")
    for definition in (shoe, email):
        client.post(reverse("crm:property_archive", args=[account.pk, definition.pk]))
    assert list(PropertyDefinition.objects.exclude(archived_at=None)) == [shoe]
    page = client.get(reverse("crm:properties", args=[account.pk]), {"archived": "1"})
    assert [row["definition"] for row in page.context["rows"]] == [shoe]
    client.post(reverse("crm:property_restore", args=[account.pk, shoe.pk]))
    assert not PropertyDefinition.objects.exclude(archived_at=None).exists()


def test_groups_are_kept_in_order_on_their_page(account: Account, client: Client) -> None:
    url = reverse("crm:property_groups", args=[account.pk])
    assert client.post(f"{url}?object=contacts", {"label": "Shoes"}).status_code == 302
    assert client.post(f"{url}?object=contacts", {"label": "shoes"}).status_code == 422
    group = PropertyGroup.objects.get(account=account, label="Shoes")
    client.post(reverse("crm:property_group_move", args=[account.pk, group.pk]), {"to": "up"})
    labels = [label for _group, label in client.get(url).context["groups"]]
    assert labels.index("Shoes") == len(labels) - 2
    edit = reverse("crm:property_group_edit", args=[account.pk, group.pk])
    assert client.post(edit, {"label": ""}).status_code == 422
    assert client.post(edit, {"label": "Boots"}).status_code == 302
    client.post(reverse("crm:property_group_delete", args=[account.pk, group.pk]))
    assert not PropertyGroup.objects.filter(pk=group.pk).exists()
    full = PropertyGroup.objects.filter(account=account, object_type="contact").order_by("position")[0]
    client.post(reverse("crm:property_group_delete", args=[account.pk, full.pk]))
    assert PropertyGroup.objects.filter(pk=full.pk).exists()


@pytest.mark.spec("A18")
def test_labels_are_made_renamed_and_deleted_on_their_pages(account: Account, client: Client) -> None:
    url = reverse("crm:association_labels", args=[account.pk])
    values = {"pair": "contact:company", "label": "Employer", "inverse_label": "Employee"}
    assert client.post(url, values).status_code == 302
    assert client.post(url, values).status_code == 422
    label = AssociationType.objects.get(account=account, label="Employer")
    edit = reverse("crm:association_label_edit", args=[account.pk, label.pk])
    assert 'value="Employee"' in client.get(edit).content.decode()
    assert client.post(edit, {"label": "Boss", "inverse_label": "Staff"}).status_code == 302
    assert "Boss" in client.get(url).content.decode()
    delete = reverse("crm:association_label_delete", args=[account.pk, label.pk])
    assert client.get(delete).status_code == 200
    assert client.post(delete).status_code == 302
    assert not AssociationType.objects.filter(account=account, type_id__gte=10_000).exists()


def test_of_a_long_list_only_what_is_sought_is_changed_and_everything_else_stays(
    account: Account, client: Client
) -> None:
    currency = PropertyDefinition.objects.get(account=account, object_type="deal", name="deal_currency_code")
    url = reverse("crm:property_edit", args=[account.pk, currency.pk])
    kept = currency.options
    page = client.get(url)
    assert not [option for option in page.context["options"] if option["open"]]
    assert 'type="text" name="option-label"' not in page.content.decode()
    assert "PLN – Polish Zloty" in page.content.decode()
    rows = {
        "label": "Currency",
        "group": currency.group_id,
        "option-value": [option["value"] for option in kept],
        "option-label": [option["label"] for option in kept],
    }
    entered = client.post(url, {**rows, "option-find": "zloty", "option-found": ""})
    found = [option for option in entered.context["options"] if option["open"]]
    assert [option["value"] for option in found] == ["PLN"]
    currency.refresh_from_db()
    assert currency.options == kept, "Enter in the field of what is sought saves nothing"
    at = [option["value"] for option in kept].index("PLN")
    sought = {"option-find": "zloty", "option-found": "zloty"}
    moved = client.post(url, {**rows, **sought, "do": f"top:{at}"}).context["options"]
    assert [option["value"] for option in moved][:2] == ["PLN", kept[0]["value"]]
    missed = client.post(url, {**rows, "option-find": "doubloon", "do": "find"})
    assert missed.context["is_missed"]
    added = client.post(url, {**rows, "do": "add"}).context["options"]
    assert [option["value"] for option in added if option["open"]] == [""]
    rows["option-value"], rows["option-label"] = (
        ["", *(option["value"] for option in moved)],
        ["Points", *(option["label"] for option in moved)],
    )
    assert client.post(url, {**rows, **sought}).status_code == 302
    currency.refresh_from_db()
    assert [option["value"] for option in currency.options][:3] == ["points", "PLN", "EUR"]
    assert len(currency.options) == len(kept) + 1


def test_an_owner_is_a_user_and_no_text(account: Account, client: Client) -> None:
    rows = client.get(reverse("crm:properties", args=[account.pk]), {"object": "deals"}).context["rows"]
    kinds = {row["definition"].name: str(row["kind"]) for row in rows}
    assert (kinds["hubspot_owner_id"], kinds["dealname"]) == ("A user", "Text on one line")
