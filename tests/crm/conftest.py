"""An account with its definitions, a user who acts, and a shorthand for writing (in a savepoint, so that a refusal
leaves the test's own transaction usable)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction

from accounts.actor import Actor
from accounts.choices import ActorKind
from accounts.models import Account, User
from accounts.services.accounts import account_create
from crm.models import Record
from crm.services.records import RecordChange, RecordResult, records_write

Write = Callable[..., RecordResult]


def account_make(name: str = "Northwind") -> tuple[Account, User]:
    owner = User.objects.create_user(f"{name.lower()}@hubclone.test", name=f"{name} owner")
    return account_create(name=name, owner=owner), owner


def actor_of(account: Account, kind: ActorKind = ActorKind.USER, id: str = "7", label: str = "Ann Admin") -> Actor:
    return Actor(account.pk, kind, id, label)


def record_of(result: RecordResult) -> Record:
    assert result.record_id is not None
    return Record.objects.get(pk=result.record_id)


@pytest.fixture
def account(db: None) -> Account:
    return account_make()[0]


@pytest.fixture
def other_account(db: None) -> Account:
    return account_make("Contoso")[0]


@pytest.fixture
def actor(account: Account) -> Actor:
    return actor_of(account)


@pytest.fixture
def write(actor: Actor) -> Write:
    def one(object_type: str = "contact", *, by: Actor = actor, **fields: Any) -> RecordResult:
        with transaction.atomic():
            return records_write(actor=by, changes=[RecordChange(object_type, **fields)])[0]

    return one
