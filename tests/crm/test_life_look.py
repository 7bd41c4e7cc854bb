"""Merging, deleting, consents and property settings in a browser: accessible, and as wide as the window."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.actor import Actor
from accounts.choices import ActorKind
from accounts.models import Account, User
from crm.models import PropertyDefinition
from crm.services.association_labels import association_label_create
from crm.services.consents import consent_write
from crm.services.excluded_domains import excluded_domain_add
from crm.services.records import record_archive
from tests.browser import PageFactory, axe_violations, overflow, picture
from tests.crm.conftest import account_make
from tests.crm.test_look import signed_in
from tests.crm.test_merging import new
from tests.crm.test_property_settings import own

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def actor() -> Actor:
    account, owner = account_make()
    return Actor(account.pk, ActorKind.USER, str(owner.pk), "Ann Admin")


@pytest.fixture
def paths(actor: Actor) -> dict[str, str]:
    """Name → path below the account's."""
    ann = new(
        actor,
        match_email="ann@example.com",
        properties={"firstname": "Ann", "lastname": "Nowak", "phone": "601 100 200", "jobtitle": "Buyer"},
    )
    twin = new(
        actor,
        match_email="anna.nowak@long-domain-of-a-company.example.org",
        properties={"firstname": "Ann", "lastname": "Nowak", "city": "Gdańsk", "phone": "+48 601 100 200"},
    )
    for name in ("Grace", "Łucja"):
        gone = new(actor, properties={"firstname": name})
        record_archive(actor=actor, record_id=gone, object_type="contact")
    new(actor, record_id=ann, emails=["ann.nowak@a-rather-long-domain-of-her-own.example.org"])
    excluded_domain_add(actor=actor, domain="competitor.example")
    consent_write(actor=actor, record_id=ann, purpose="Newsletter", state="given", text="I want news.", proof="Form")
    consent_write(actor=actor, record_id=ann, purpose="Phone calls", state="withdrawn", proof="Call on 3 May")
    options = [{"value": "s", "label": "Small"}, {"value": "l", "label": "Large"}]
    own(actor, "enumeration", "select", options=options)
    label = association_label_create(
        actor=actor, from_type="contact", to_type="company", label="Employer", inverse_label="Employee"
    )
    shoe = PropertyDefinition.objects.get(name="shoe").pk
    objects = "settings/objects"
    return {
        "merge-search": f"contacts/{ann}/merge/",
        "merge": f"contacts/{ann}/merge/?with={twin}",
        "archive": f"contacts/{ann}/archive/",
        "erase": f"contacts/{ann}/erase/",
        "deleted": "deleted/",
        "gone": f"contacts/{gone}/",
        "delete": f"deleted/{gone}/delete/",
        "consents": f"contacts/{ann}/consents/",
        "addresses": f"contacts/{ann}/emails/",
        "properties": f"{objects}/properties/",
        "property": f"{objects}/properties/{shoe}/",
        "property-new": f"{objects}/properties/new/contacts/",
        "groups": f"{objects}/groups/",
        "domains": f"{objects}/domains/",
        "labels": f"{objects}/labels/",
        "label": f"{objects}/labels/{label.pk}/",
        "label-delete": f"{objects}/labels/{label.pk}/delete/",
    }


@pytest.mark.parametrize(("narrow", "theme"), [(False, "light"), (True, "light"), (False, "dark"), (True, "dark")])
def test_the_pages_are_accessible_and_fit_the_window(
    live_server: Any, actor: Actor, paths: dict[str, str], open_page: PageFactory, narrow: bool, theme: str
) -> None:
    start = f"{live_server.url}/app/{actor.account_id}"
    page = signed_in(open_page(narrow=narrow, theme=theme), start)
    for name, path in paths.items():
        page.goto(f"{start}/{path}")
        picture(page, f"life-{name}-{theme}-{'narrow' if narrow else 'wide'}")
        assert axe_violations(page) == [], name
        assert overflow(page) <= 0, name


@pytest.mark.spec("A15")
def test_a_kind_is_changed_by_a_person_who_sees_first_what_becomes_of_the_values(
    live_server: Any, actor: Actor, open_page: PageFactory
) -> None:
    shoe = own(actor)
    for size in ("43", "big"):
        new(actor, properties={"shoe": size})
    assert Account.objects.count() == User.objects.count() == 1
    start = f"{live_server.url}/app/{actor.account_id}"
    page = signed_in(open_page(), start)
    page.goto(f"{start}/settings/objects/properties/{shoe.pk}/")
    page.get_by_label("Kind of value").select_option("number:number")
    page.get_by_role("button", name="Save").last.click()
    page.get_by_text("1 of 2 values does not fit").wait_for()
    picture(page, "life-misfits")
    assert axe_violations(page) == []
    page.get_by_role("button", name="Change it and clear these values").click()
    page.get_by_text("The property is changed.").wait_for()
