"""Domains of which no integration makes contacts (A24)."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from accounts.actor import Actor
from accounts.choices import ActorKind
from accounts.models import Account, AuditEntry
from crm.models import ExcludedDomain
from crm.services.creation import contact_creation_refusal
from crm.services.excluded_domains import excluded_domain_remove
from tests.crm.conftest import Write, actor_of
from tests.crm.test_pages import client
from tests.state import database_fingerprint

__all__ = ["client"]
pytestmark = [pytest.mark.django_db, pytest.mark.spec("A24")]


@pytest.fixture
def url(account: Account) -> str:
    return reverse("crm:excluded_domains", args=[account.pk])


@pytest.mark.spec("A8")
def test_a_domain_is_excluded_and_let_in_again_on_its_page(
    account: Account, client: Client, write: Write, url: str
) -> None:
    sync = actor_of(account, ActorKind.SYNC)
    assert client.post(url, {"domain": " @ŻÓŁW.example.pl"}).status_code == 302
    assert "żółw.example.pl" in client.get(url).content.decode()
    for address in ("ala@żółw.example.pl", "ala@sub.xn--w-uga1v8h.example.pl"):
        assert contact_creation_refusal(actor=sync, email=address) == "excluded_domain"
    assert write(by=sync, match_email="ala@żółw.example.pl").refusal == "excluded_domain"
    client.post(url, {"remove": ExcludedDomain.objects.get().pk})
    assert contact_creation_refusal(actor=sync, email="ala@żółw.example.pl") is None
    entries = AuditEntry.objects.filter(target_kind="excluded_domain").order_by("id")
    assert list(entries.values_list("action", flat=True)) == ["excluded_domain.added", "excluded_domain.removed"]


@pytest.mark.parametrize("typed", ["", "example", "ann@example.com", "https://example.com", "example.com"])
def test_what_is_no_domain_or_is_excluded_already_says_so_and_stays_typed(
    account: Account, client: Client, url: str, typed: str
) -> None:
    ExcludedDomain.objects.create(account=account, domain="example.com")
    before = database_fingerprint()
    response = client.post(url, {"domain": typed})
    assert response.status_code == 422
    assert response.context["form"].errors["domain"]
    assert typed in response.content.decode()
    assert database_fingerprint() == before


def test_another_accounts_domain_stays(actor: Actor, other_account: Account) -> None:
    theirs = ExcludedDomain.objects.create(account=other_account, domain="example.com")
    excluded_domain_remove(actor=actor, excluded_id=theirs.pk)
    assert ExcludedDomain.objects.filter(pk=theirs.pk).exists()
