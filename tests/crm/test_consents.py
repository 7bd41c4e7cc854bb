"""Consents are append-only statements; the newest for a purpose holds."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from django.db import transaction

from accounts.actor import Actor
from accounts.models import Account, AuditEntry
from crm.exceptions import RecordNotFound
from crm.models import Consent, Record, TimelineEntry
from crm.selectors.consents import consent_history, consent_state
from crm.services.consents import ConsentInvalid, consent_write
from crm.services.erasing import record_erase
from tests.crm.conftest import account_make, actor_of
from tests.crm.test_merging import held, merge, new
from tests.state import database_fingerprint

pytestmark = pytest.mark.spec("A22")


@pytest.mark.django_db
def test_the_newest_statement_for_a_purpose_holds_and_each_is_kept(actor: Actor, account: Account) -> None:
    ann = new(actor)
    say = partial(consent_write, actor=actor, record_id=ann)
    say(purpose="News", state="given", text="I want news.", proof="Form /news")
    say(purpose="news", state="withdrawn")
    say(purpose="Calls", state="given", key="form:1")
    say(purpose="Calls", state="given", key="form:1")
    state = [(consent.purpose, consent.state) for consent in consent_state(account_id=account.pk, record_id=ann)]
    assert state == [("Calls", "given"), ("News", "withdrawn")]
    assert len(consent_history(account_id=account.pk, record_id=ann)) == 3
    assert TimelineEntry.objects.filter(record=ann, kind="consent").count() == 3
    actions = AuditEntry.objects.filter(action__startswith="consent.").values_list("action", flat=True)
    assert sorted(actions) == ["consent.given", "consent.given", "consent.withdrawn"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "fields",
    [
        {"purpose": " "},
        {"purpose": "x" * 101},
        {"state": "maybe"},
        {"proof": "x" * 401},
        {"record_id": 2**40},
    ],
)
def test_a_statement_that_says_nothing_is_refused(actor: Actor, fields: dict[str, Any]) -> None:
    values: dict[str, Any] = {"record_id": new(actor), "purpose": "News", "state": "given", **fields}
    before = database_fingerprint()
    with pytest.raises((ConsentInvalid, RecordNotFound)), transaction.atomic():
        consent_write(actor=actor, **values)
    assert database_fingerprint() == before


@pytest.mark.django_db
def test_a_company_and_another_accounts_contact_consent_to_nothing(actor: Actor, other_account: Account) -> None:
    for record_id in (new(actor, "company"), new(actor_of(other_account))):
        with pytest.raises(RecordNotFound), transaction.atomic():
            consent_write(actor=actor, record_id=record_id, purpose="News", state="given")
    assert not Consent.objects.exists()


@pytest.mark.django_db
def test_a_statement_of_a_merged_contact_is_one_of_the_winner(actor: Actor) -> None:
    ann, bob = new(actor), new(actor)
    merge(actor, ann, bob)
    assert consent_write(actor=actor, record_id=bob, purpose="News", state="given").record_id == ann


@pytest.mark.django_db(transaction=True)
def test_a_statement_made_while_its_contact_is_erased_is_not_kept() -> None:
    actor = actor_of(account_make()[0])
    ann = new(actor)

    def saying() -> None:
        with pytest.raises(RecordNotFound):
            consent_write(actor=actor, record_id=ann, purpose="News", state="given")

    held(partial(record_erase, actor=actor, record_id=ann), saying)
    assert not Consent.objects.exists()
    assert not Record.objects.exists()
