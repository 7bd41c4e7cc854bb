"""Grants, codes and tokens: what an account allowed an app, and the proofs of it that are about."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from sandbox.google.errors import insufficient, unauthorized
from sandbox.store import Row, Store
from sandbox.times import now_seconds, now_text
from sandbox.tokens import CODE_SECONDS, AccessTokens

TOKENS = AccessTokens("google", "ya29.", 48, live=0)


@dataclass(frozen=True)
class Bearer:
    """Who calls the API, and what they may ask."""

    account: str
    scopes: frozenset[str]

    def require(self, allowed: tuple[str, ...]) -> None:
        """Raises the 403 of missing scopes."""
        if not self.scopes.intersection(allowed):
            raise insufficient(" ".join(allowed))


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
    offline: bool = True,
    prompt_consent: bool = True,
    include_granted: bool = False,
) -> str:
    """Record a consent; answers the code to exchange. A refresh token comes with the first consent or on prompt."""
    with store.transaction():
        earlier = store.all(
            "select scope from google_grant where account = ? and client_id = ? and revoked = 0", (account, client_id)
        )
        if include_granted:
            scope = " ".join(dict.fromkeys([*scope.split(), *(s for row in earlier for s in row["scope"].split())]))
        refresh = f"1//{secrets.token_urlsafe(32)}" if offline and (prompt_consent or not earlier) else None
        grant_id = store.run(
            "insert into google_grant (account, client_id, scope, refresh_token, offline, created)"
            " values (?, ?, ?, ?, ?, ?)",
            (account, client_id, scope, refresh, int(offline), now_text()),
        )
        code = f"4/{secrets.token_urlsafe(32)}"
        store.run(
            "insert into google_code (code, grant_id, redirect_uri, scope, challenge, challenge_method, nonce, first,"
            " expires) values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                code,
                grant_id,
                redirect_uri,
                scope,
                challenge,
                challenge_method,
                nonce,
                int(not earlier),
                now_seconds() + CODE_SECONDS,
            ),
        )
        return code


def code_take(store: Store, code: str) -> Row | None:
    """The code, used up; None when unknown, old or used before (which also ends the grant, RFC 6749 4.1.2)."""
    with store.transaction():
        row = store.one(
            "select c.*, g.account, g.client_id, g.refresh_token from google_code c"
            " join google_grant g on g.id = c.grant_id where c.code = ? and g.revoked = 0",
            (code,),
        )
        if row is None or row["expires"] < now_seconds():
            return None
        if row["used"]:
            store.run("update google_grant set revoked = 1 where id = ?", (row["grant_id"],))
            store.run("delete from google_token where grant_id = ?", (row["grant_id"],))
            return None
        store.run("update google_code set used = 1 where code = ?", (code,))
        return row


def grant_refresh(store: Store, refresh_token: str, client_id: str) -> Row | None:
    """The grant of a good refresh token, its refresh counted; None when revoked or unknown."""
    with store.transaction():
        row = store.one(
            "select * from google_grant where refresh_token = ? and client_id = ? and revoked = 0",
            (refresh_token, client_id),
        )
        if row is not None:
            store.run("update google_grant set refreshes = refreshes + 1 where id = ?", (row["id"],))
        return row


def grant_of_token(store: Store, token: str) -> Row | None:
    """The grant behind an access or a refresh token."""
    return store.one(
        "select * from google_grant where revoked = 0 and (refresh_token = ?"
        " or id = (select grant_id from google_token where token = ?))",
        (token, token),
    )


def bearer_check(store: Store, authorization: str) -> Bearer:
    """Who an ``Authorization`` header proves. Raises the 401 of the API."""
    if not authorization:
        raise unauthorized("Login Required.", "required")
    kind, _, token = authorization.partition(" ")
    row = TOKENS.found(store, token.strip())
    if kind.lower() != "bearer" or row is None or row["expires"] < now_seconds():
        raise unauthorized()
    return Bearer(row["account"], frozenset(row["scope"].split()))
