"""Connecting an outside account by consent in the browser: what is kept meanwhile, and what is checked on return."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from accounts.actor import Actor
from connections.exceptions import CodeRefused, ConsentDenied, ScopesMissing, StateMismatch
from connections.models import Connection
from connections.registries import PROVIDERS, PURPOSES, OAuthClient
from connections.services.keep import Completed, Grant, connection_keep

SESSION_KEY = "oauth_attempts"
ATTEMPT_SECONDS = 900
ATTEMPTS_MOST = 5


@dataclass(frozen=True, slots=True)
class Attempt:
    """One journey to a provider and back, kept in the session under its ``state`` and good once."""

    provider: str
    purpose: str
    account_id: int
    user_id: int
    verifier: str
    redirect_uri: str
    scopes: list[str]
    params: dict[str, Any]
    started_at: float
    owner_id: int | None
    connection_id: int | None = None


def oauth_begin(
    request: HttpRequest,
    *,
    account_id: int,
    user_id: int,
    provider: str,
    purpose: str,
    params: Mapping[str, Any] | None = None,
    reconnect: Connection | None = None,
    for_account: bool = False,
) -> str:
    """Keep state and PKCE verifier in the session and answer the consent page's address.

    With ``reconnect`` only the same outside account is taken back, for whom it was; else the connection is the user's
    own, or the account's with ``for_account``. ``params`` (JSON) reaches the purpose.
    """
    state = secrets.token_urlsafe(32)
    redirect_uri = _redirect_uri(request, provider)
    scopes = [item.scope for item in PROVIDERS[provider].scopes]
    authorization = _client(provider).authorization(
        redirect_uri=redirect_uri,
        scopes=scopes,
        state=state,
        login_hint=reconnect.identity if reconnect else "",
    )
    own = None if for_account else user_id
    attempt = Attempt(
        provider=provider,
        purpose=purpose,
        account_id=account_id,
        user_id=user_id,
        verifier=authorization.verifier,
        redirect_uri=redirect_uri,
        scopes=scopes,
        params=dict(params or {}),
        started_at=timezone.now().timestamp(),
        owner_id=reconnect.owner_id if reconnect else own,
        connection_id=reconnect.pk if reconnect else None,
    )
    kept = list(request.session.get(SESSION_KEY, {}).items())[-(ATTEMPTS_MOST - 1) :]
    request.session[SESSION_KEY] = {**dict(kept), state: asdict(attempt)}
    return authorization.url


def oauth_attempt_take(request: HttpRequest, *, provider: str, user_id: int) -> Attempt:
    """The attempt that this answer belongs to; it is gone from the session afterwards. Raises StateMismatch."""
    attempts = dict(request.session.get(SESSION_KEY, {}))
    state = request.GET.get("state", "")
    found = attempts.pop(next((key for key in attempts if _same(key, state)), ""), None)
    if found is None:
        raise StateMismatch
    request.session[SESSION_KEY] = attempts
    attempt = Attempt(**found)
    too_old = timezone.now().timestamp() - attempt.started_at > ATTEMPT_SECONDS
    if too_old or attempt.provider != provider or attempt.user_id != user_id:
        raise StateMismatch
    return attempt


def oauth_complete(*, actor: Actor, attempt: Attempt, answer: Mapping[str, str]) -> Completed:
    """Trade the provider's answer for a connection and hand it to its purpose.

    Raises ConsentDenied, CodeRefused, ScopesMissing, OtherIdentity, TransientError and what the purpose refuses. After
    a refusal nothing is kept here. It is not revoked there: that would end other connections of the same person, too.
    """
    descriptor = PROVIDERS[attempt.provider]
    if error := answer.get("error"):
        refusal = CodeRefused(code=descriptor.refusals.get(error, "PROVIDER_ERROR"))
        raise ConsentDenied if error == "access_denied" else refusal
    client = _client(attempt.provider)
    tokens = client.code_exchange(
        code=answer.get("code", ""),
        verifier=attempt.verifier,
        redirect_uri=attempt.redirect_uri,
        scopes=attempt.scopes,
    )
    needed = {item.scope for item in descriptor.scopes if item.is_needed}
    missing = sorted(set(attempt.scopes) & needed - set(tokens.scopes))
    if missing:
        raise ScopesMissing(missing)
    identity = client.identity(access_token=tokens.access_token)
    with transaction.atomic():
        connection, is_again = connection_keep(
            actor=actor,
            grant=Grant(attempt.provider, attempt.purpose, attempt.owner_id, attempt.connection_id),
            identity=identity,
            scopes=tokens.scopes,
            credentials={"access_token": tokens.access_token, "refresh_token": tokens.refresh_token},
            expires_at=tokens.expires_at,
        )
        url = PURPOSES[attempt.purpose].connected(connection, actor, attempt.params)
        return Completed(url, connection, is_again)


def _redirect_uri(request: HttpRequest, provider: str) -> str:
    """Registered at the provider, so it is on the base URL; the demo's stand-in takes the host that is being used."""
    path = reverse("connections:oauth_callback", args=[provider])
    return request.build_absolute_uri(path) if settings.DEMO else f"{settings.BASE_URL}{path}"


def _client(provider: str) -> OAuthClient:
    client = PROVIDERS[provider].oauth
    if client is None:
        raise LookupError(f"{provider} is not connected by OAuth")
    return client


def _same(a: str, b: str) -> bool:
    return hmac.compare_digest(a.encode(), b.encode())
