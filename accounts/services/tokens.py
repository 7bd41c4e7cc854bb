"""Private app tokens."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import secrets
from collections.abc import Iterable

from django.db import transaction
from django.db.models import DurationField, Q, Value
from django.db.models.functions import Now

from accounts.actor import Actor
from accounts.choices import ActorKind
from accounts.exceptions import ScopeUnknown
from accounts.models import AccessToken, Account, User
from accounts.scopes import SCOPES
from accounts.services.audit import audit_write
from hubclone.lib.text import clean_line

PREFIX = "pat-"
LAST_USED_SECONDS = 60


@transaction.atomic
def access_token_create(
    *, actor: Actor, account: Account, name: str, scopes: Iterable[str], created_by: User
) -> tuple[AccessToken, str]:
    """Make a token; its text is returned this once and kept nowhere. Raises ScopeUnknown."""
    wanted = sorted(set(scopes))
    if unknown := [scope for scope in wanted if scope not in SCOPES]:
        raise ScopeUnknown(", ".join(unknown))
    plain = PREFIX + secrets.token_urlsafe(32)
    token = AccessToken.objects.create(
        account=account,
        name=clean_line(name)[:100],
        digest=_digest(plain),
        hint=plain[-4:],
        scopes=wanted,
        created_by=created_by,
    )
    _audit(actor, "access_token.created", token)
    return token, plain


@transaction.atomic
def access_token_revoke(*, actor: Actor, token_id: int) -> None:
    """End a token for good; one that has ended stays as it is. Raises AccessToken.DoesNotExist."""
    token = AccessToken.objects.select_for_update().get(account_id=actor.account_id, pk=token_id)
    if token.revoked_at is not None:
        return
    AccessToken.objects.filter(pk=token.pk).update(revoked_at=Now())
    _audit(actor, "access_token.revoked", token)


def access_token_resolve(plain: str) -> AccessToken | None:
    """The token behind its text, None when it is unknown or revoked. Notes its use at most once a minute."""
    digest = _digest(plain)
    token = AccessToken.objects.filter(digest=digest, revoked_at=None).first()
    if token is None or not hmac.compare_digest(token.digest, digest):
        return None
    long_ago = Now() - Value(dt.timedelta(seconds=LAST_USED_SECONDS), output_field=DurationField())
    stale = Q(last_used_at=None) | Q(last_used_at__lt=long_ago)
    AccessToken.objects.filter(stale, pk=token.pk).update(last_used_at=Now())
    return token


def access_token_actor(token: AccessToken) -> Actor:
    """Who acts when a call bears this token."""
    return Actor(token.account_id, ActorKind.APP, str(token.pk), token.name)


def _digest(plain: str) -> str:
    return hashlib.sha256(plain.encode()).hexdigest()


def _audit(actor: Actor, action: str, token: AccessToken) -> None:
    audit_write(
        actor=actor,
        action=action,
        target_kind="access_token",
        target_id=token.pk,
        target_label=token.name,
        detail={"scopes": token.scopes, "hint": token.hint},
    )
