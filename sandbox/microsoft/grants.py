"""Consents, codes and tokens. Refresh tokens rotate: each use gives a new one; the old stays good for a while."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from sandbox.microsoft.errors import denied, unauthorized
from sandbox.store import Row, Store
from sandbox.times import now_seconds, now_text
from sandbox.tokens import CODE_SECONDS, AccessTokens

TOKENS = AccessTokens("microsoft", "EwB", 60, live="")
REPLACED_SECONDS = 3600

REVOKED = {
    "revoked": (50173, "invalid_grant", "", "The provided grant has expired due to it being revoked."),
    "consent": (65001, "invalid_grant", "consent_required", "The user or administrator has not consented to use it."),
    "inactive": (700082, "invalid_grant", "", "The refresh token has expired due to inactivity."),
    "conditional_access": (53003, "invalid_grant", "message_only", "Access has been blocked by conditional access."),
    "mfa": (50076, "interaction_required", "basic_action", "You must use multi-factor authentication."),
}
"""Why a grant no longer works → AADSTS number, error, suberror, text."""


@dataclass(frozen=True)
class Bearer:
    """Who calls the API, by which app, and what they may ask."""

    account: str
    client_id: str
    scopes: frozenset[str]

    def require(self, allowed: tuple[str, ...]) -> None:
        """Raises 403 where none of them was granted."""
        if not self.scopes.intersection(allowed):
            raise denied()


def code_issue(
    store: Store,
    *,
    account: str,
    client_id: str,
    redirect_uri: str,
    scope: str,
    challenge: str = "",
    challenge_method: str = "",
    nonce: str = "",
) -> str:
    """Record a consent; answers the code to exchange."""
    with store.transaction():
        grant_id = store.run(
            "insert into microsoft_grant (account, client_id, scope, created) values (?, ?, ?, ?)",
            (account, client_id, scope, now_text()),
        )
        code = f"M.C1_{secrets.token_urlsafe(32)}"
        values = (code, grant_id, redirect_uri, challenge, challenge_method, nonce, now_seconds() + CODE_SECONDS)
        store.run("insert into microsoft_code values (?, ?, ?, ?, ?, ?, ?, 0)", values)
        return code


def code_take(store: Store, code: str) -> Row | None:
    """The code with its grant, marked used; ``used`` says whether it was before. None when unknown or old."""
    with store.transaction():
        row = store.one(
            "select c.*, g.account, g.client_id, g.scope from microsoft_code c"
            " join microsoft_grant g on g.id = c.grant_id where c.code = ? and g.revoked = ''",
            (code,),
        )
        if row is None or row["expires"] < now_seconds():
            return None
        store.run("update microsoft_code set used = 1 where code = ?", (code,))
        return row


def refresh_issue(store: Store, grant_id: int) -> str:
    """A new refresh token; those before it die after REPLACED_SECONDS."""
    with store.transaction():
        dies = now_seconds() + REPLACED_SECONDS
        store.run("update microsoft_refresh set dies = ? where grant_id = ? and dies is null", (dies, grant_id))
        token = f"M.C1_BAY.0.U.{secrets.token_urlsafe(40)}"
        store.run("insert into microsoft_refresh values (?, ?, null)", (token, grant_id))
        return token


def grant_refresh(store: Store, refresh_token: str, client_id: str) -> Row | None:
    """The grant of a refresh token, its use counted; ``revoked`` says why it no longer works. None when unknown."""
    with store.transaction():
        row = store.one(
            "select g.*, r.dies from microsoft_refresh r join microsoft_grant g on g.id = r.grant_id"
            " where r.token = ? and g.client_id = ?",
            (refresh_token, client_id),
        )
        if row is None or (row["dies"] is not None and row["dies"] < now_seconds()):
            return None
        if not row["revoked"]:
            store.run("update microsoft_grant set refreshes = refreshes + 1 where id = ?", (row["id"],))
        return row


def replaced_expire(store: Store, account: str) -> None:
    """Refresh tokens of an account that were replaced stop working at once."""
    store.run(
        "update microsoft_refresh set dies = 0 where dies is not null and grant_id in"
        " (select id from microsoft_grant where account = ?)",
        (account,),
    )


def bearer_check(store: Store, authorization: str) -> Bearer:
    """Who an ``Authorization`` header proves. Raises 401."""
    kind, _, token = authorization.partition(" ")
    if kind.lower() != "bearer" or not token.strip():
        raise unauthorized("Access token is empty.")
    row = TOKENS.found(store, token.strip())
    if row is None:
        raise unauthorized("CompactToken parsing failed with error code: 80049217")
    if row["expires"] < now_seconds():
        raise unauthorized("Lifetime validation failed, the token is expired.")
    return Bearer(row["account"], row["client_id"], frozenset(row["scope"].split()))
