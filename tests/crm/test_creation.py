"""Who may become a contact (A24)."""

from __future__ import annotations

import pytest

from accounts.actor import Actor
from accounts.choices import ActorKind
from accounts.models import Account, User
from crm.exceptions import InvalidProperty
from crm.models import Association, ErasedAddress, ExcludedDomain, Record, TimelineEntry
from crm.services.creation import PERSONS, Refusal, address_digest, contact_creation_refusal
from crm.services.records import record_archive, records_write
from tests.crm.conftest import Write, actor_of
from tests.crm.test_records_write import booking

pytestmark = pytest.mark.spec("A24")
INTEGRATIONS = [kind for kind in ActorKind if kind not in PERSONS]


@pytest.fixture
def user_email(account: Account) -> str:
    return User.objects.get(memberships__account=account).email


@pytest.mark.parametrize("kind", INTEGRATIONS)
def test_an_integration_makes_no_contact_of_a_user_of_the_account(
    account: Account, write: Write, user_email: str, kind: ActorKind
) -> None:
    result = write(match_email=user_email.upper(), by=actor_of(account, kind))
    assert (result.record_id, result.refusal) == (None, Refusal.USER)
    assert not Record.objects.exists()


def test_a_person_may_make_a_contact_of_a_user(write: Write, user_email: str) -> None:
    assert write(match_email=user_email).created


def test_a_user_of_another_account_is_like_anybody(account: Account, other_account: Account, write: Write) -> None:
    email = User.objects.get(memberships__account=other_account).email
    assert write(match_email=email, by=actor_of(account, ActorKind.VISITOR)).created


def test_a_visitor_with_a_users_address_still_books(account: Account, user_email: str) -> None:
    visitor = actor_of(account, ActorKind.VISITOR, "", "")
    contact, meeting = records_write(actor=visitor, changes=booking(user_email))
    assert contact.record_id is None
    assert contact.refusal == Refusal.USER
    assert meeting.created
    assert not Association.objects.exists()
    assert not TimelineEntry.objects.exists()


@pytest.mark.parametrize("kind", list(ActorKind))
def test_an_erased_address_comes_back_for_nobody(account: Account, write: Write, kind: ActorKind) -> None:
    ErasedAddress.objects.create(account=account, digest=address_digest("Gone@example.com"))
    assert write(match_email="gone@EXAMPLE.com", by=actor_of(account, kind)).refusal == Refusal.ERASED


def test_an_erased_address_cannot_be_put_on_an_existing_contact(account: Account, write: Write) -> None:
    ErasedAddress.objects.create(account=account, digest=address_digest("gone@example.com"))
    ann = write()
    with pytest.raises(InvalidProperty):
        write(record_id=ann.record_id, properties={"email": "gone@example.com"})
    assert Record.objects.get().properties == {}


@pytest.mark.parametrize("kind", INTEGRATIONS)
def test_an_integration_makes_no_contact_of_an_excluded_domain(account: Account, write: Write, kind: ActorKind) -> None:
    ExcludedDomain.objects.create(account=account, domain="example.com")
    result = write(match_email="a@eu.example.com", by=actor_of(account, kind))
    assert (result.record_id, result.refusal) == (None, Refusal.EXCLUDED_DOMAIN)
    assert not Record.objects.exists()


@pytest.mark.parametrize("kind", INTEGRATIONS)
def test_what_is_refused_as_a_match_is_refused_as_a_property(
    account: Account, actor: Actor, write: Write, user_email: str, kind: ActorKind
) -> None:
    ExcludedDomain.objects.create(account=account, domain="excluded.example")
    ErasedAddress.objects.create(account=account, digest=address_digest("gone@example.com"))
    by = actor_of(account, kind)
    for email in (user_email, "a@excluded.example", "gone@example.com"):
        assert write(properties={"email": email}, by=by).record_id is None
    assert not Record.objects.exists()


def test_an_excluded_domain_covers_its_subdomains_for_integrations_only(account: Account, actor: Actor) -> None:
    ExcludedDomain.objects.create(account=account, domain="example.com")
    sync = actor_of(account, ActorKind.SYNC)
    for email in ("a@example.com", "a@eu.example.com"):
        assert contact_creation_refusal(actor=sync, email=email) == Refusal.EXCLUDED_DOMAIN
        assert contact_creation_refusal(actor=actor, email=email) is None
    assert contact_creation_refusal(actor=sync, email="a@notexample.com") is None


@pytest.mark.parametrize(
    ("kind", "comes_back"),
    [
        (ActorKind.USER, True),
        (ActorKind.IMPORT, True),
        (ActorKind.VISITOR, True),
        (ActorKind.SYNC, False),
        (ActorKind.APP, False),
        (ActorKind.WORKFLOW, False),
        (ActorKind.SYSTEM, False),
    ],
)
def test_a_deleted_contact_comes_back_by_a_person_and_not_by_an_integration(
    account: Account, actor: Actor, write: Write, kind: ActorKind, comes_back: bool
) -> None:
    ann = write(match_email="ann@example.com")
    assert ann.record_id is not None
    record_archive(actor=actor, record_id=ann.record_id, object_type="contact")
    result = write(match_email="ann@example.com", by=actor_of(account, kind))
    assert result.record_id == (ann.record_id if comes_back else None)
    assert result.refusal == ("" if comes_back else Refusal.DELETED)
    assert (Record.objects.get().archived_at is None) == comes_back


def test_an_existing_contact_is_updated_whatever_its_address(account: Account, write: Write, user_email: str) -> None:
    ann = write(match_email=user_email)
    again = write(match_email=user_email, properties={"phone": "1"}, by=actor_of(account, ActorKind.VISITOR))
    assert again.record_id == ann.record_id
    assert again.changed
