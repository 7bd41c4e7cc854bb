"""The one place that decides whether a contact may be made (A24)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.db import connection
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from accounts.actor import Actor
from accounts.choices import ActorKind
from crm.choices import IdentityKind, ObjectType
from hubclone.lib.crypto import keyed_digest
from hubclone.lib.text import email_normalise

PERSONS = frozenset({ActorKind.USER, ActorKind.IMPORT})
"""Who acts with a person's own intent; everyone else is an integration."""
RESTORERS = PERSONS | {ActorKind.VISITOR}
"""Whose match brings a deleted contact back: a person who asks for it, or the contact themselves."""


class Refusal(TextChoices):
    """Why an address does not become a contact, or does not come back as one."""

    ERASED = "erased", _("The address was erased for good.")
    USER = "user", _("The address belongs to a user of the account.")
    EXCLUDED_DOMAIN = "excluded_domain", _("The domain is excluded.")
    DELETED = "deleted", _("The contact was deleted before.")


def contact_creation_refusal(*, actor: Actor, email: str) -> Refusal | None:
    """Why ``actor`` may not make a contact with this address; None when they may."""
    return contact_creation_refusals(actor=actor, emails=[email]).get(email_normalise(email))


def contact_creation_refusals(*, actor: Actor, emails: Iterable[str]) -> dict[str, Refusal]:
    """The addresses (in lower case) that may not become contacts, each with the gravest reason; one query.

    An erased address is refused to everybody. A user's address and an excluded domain are refused to integrations:
    apps, syncs, workflows, visitors and the product itself; a person who types or imports one means it. A deleted
    contact is brought back by a person and by its own visit, and by nothing else.
    """
    wanted = sorted({email_normalise(email) for email in emails})
    if not wanted:
        return {}
    found = _facts(actor.account_id, wanted)
    return {email: reason for email in wanted if (reason := _decide(actor.kind, found.get(email, frozenset())))}


def address_digest(email: str) -> str:
    """What is kept of an erased address."""
    return keyed_digest(email_normalise(email), purpose="erased-address")


def _decide(kind: ActorKind, facts: frozenset[str]) -> Refusal | None:
    if Refusal.ERASED in facts:
        return Refusal.ERASED
    if kind not in PERSONS:
        for reason in (Refusal.USER, Refusal.EXCLUDED_DOMAIN):
            if reason in facts:
                return reason
    if Refusal.DELETED in facts and kind not in RESTORERS:
        return Refusal.DELETED
    return None


def _facts(account_id: int, emails: list[str]) -> dict[str, frozenset[str]]:
    """What is known of each address, whoever asks."""
    pairs = [(email, domain) for email in emails for domain in _domains(email)]
    with connection.cursor() as cursor:
        cursor.execute(
            _FACTS,
            {
                "account": account_id,
                "emails": emails,
                "digests": [address_digest(email) for email in emails],
                "domain_emails": [email for email, _domain in pairs],
                "domains": [domain for _email, domain in pairs],
                "contact": ObjectType.CONTACT.value,
                "email": IdentityKind.EMAIL.value,
            },
        )
        rows = cursor.fetchall()
    found: dict[str, set[str]] = {}
    for email, fact in rows:
        found.setdefault(email, set()).add(fact)
    return {email: frozenset(facts) for email, facts in found.items()}


def _domains(email: str) -> Iterator[str]:
    """The domain and each domain above it."""
    parts = email.rpartition("@")[2].split(".")
    return (".".join(parts[i:]) for i in range(len(parts)))


_FACTS = """
select a.email, 'erased' from unnest(%(emails)s::text[], %(digests)s::text[]) a(email, digest)
  join crm_erasedaddress e on e.account_id = %(account)s and e.digest = a.digest
union all
select u.email, 'user' from accounts_membership m join accounts_user u on u.id = m.user_id
 where m.account_id = %(account)s and u.email = any(%(emails)s)
union all
select p.email, 'user' from accounts_membership m join account_emailaddress p on p.user_id = m.user_id and p.verified
 where m.account_id = %(account)s and p.email = any(%(emails)s)
union all
select a.email, 'excluded_domain' from unnest(%(domain_emails)s::text[], %(domains)s::text[]) a(email, domain)
  join crm_excludeddomain d on d.account_id = %(account)s and d.domain = a.domain
union all
select i.value, 'deleted' from crm_recordidentity i join crm_record r on r.id = i.record_id
 where i.account_id = %(account)s and i.object_type = %(contact)s and i.kind = %(email)s
   and i.value = any(%(emails)s) and r.archived_at is not null
"""
