"""The token endpoint, revocation and the profile. RFC 6749, 7009, 7636; OpenID Connect userinfo."""

from __future__ import annotations

import json
from typing import Any

from werkzeug.wrappers import Response

from sandbox.context import Ask, Box, route
from sandbox.google import grants
from sandbox.google.errors import oauth_error
from sandbox.google.idtoken import id_token
from sandbox.google.scopes import EMAIL, IDENTITY, PROFILE
from sandbox.jwt import key_set
from sandbox.pkce import verifier_matches
from sandbox.store import Row
from sandbox.times import now_seconds
from sandbox.tokens import ACCESS_SECONDS


def answer(value: Any) -> Response:
    """JSON as Google's servers send it."""
    return Response(json.dumps(value), content_type="application/json; charset=UTF-8")


def _client(box: Box, ask: Ask) -> Row | None:
    """The app that calls, by HTTP Basic or by the form; None when the secret is wrong."""
    basic = ask.authorization
    if basic is not None and basic.type == "basic":
        given, secret = basic.username, basic.password
    else:
        given, secret = ask.form.get("client_id"), ask.form.get("client_secret")
    return box.store.one("select * from google_client where client_id = ? and secret = ?", (given, secret))


@route("POST", "/google/token")
def token(box: Box, ask: Ask) -> Response:
    """Exchange a code or a refresh token."""
    client = _client(box, ask)
    if client is None:
        return oauth_error(401, "invalid_client", "The OAuth client was not found.")
    kind = ask.form.get("grant_type", "")
    if kind == "authorization_code":
        return _exchange(box, ask, client)
    if kind == "refresh_token":
        return _refresh(box, ask, client)
    return oauth_error(400, "unsupported_grant_type", f"Invalid grant_type: {kind}")


def _exchange(box: Box, ask: Ask, client: Row) -> Response:
    row = grants.code_take(box.store, ask.form.get("code", ""))
    if row is None or row["client_id"] != client["client_id"]:
        return oauth_error(400, "invalid_grant", "Malformed auth code.")
    if row["redirect_uri"] != ask.form.get("redirect_uri", ""):
        return oauth_error(400, "redirect_uri_mismatch", "Bad Request")
    verifier = ask.form.get("code_verifier", "")
    if row["challenge"] and not verifier:
        return oauth_error(400, "invalid_grant", "Missing code verifier.")
    if not verifier_matches(row["challenge"], row["challenge_method"], verifier):
        return oauth_error(400, "invalid_grant", "Invalid code verifier.")
    body = _access(box, row["grant_id"], row["scope"])
    if row["refresh_token"]:
        body["refresh_token"] = row["refresh_token"]
    if "openid" in row["scope"].split():
        body["id_token"] = _identity(box, row)
    return answer(body)


def _access(box: Box, grant_id: int, scope: str) -> dict[str, Any]:
    access = grants.TOKENS.issue(box.store, grant_id, scope)
    return {"access_token": access, "expires_in": ACCESS_SECONDS, "scope": scope, "token_type": "Bearer"}


def _identity(box: Box, row: Row) -> str:
    names = {"email": EMAIL, "profile": PROFILE}
    scopes = {short for short, full in names.items() if full in row["scope"].split()}
    account = box.store.one("select * from google_account where email = ?", (row["account"],))
    assert account is not None
    return id_token(box.store, account, client_id=row["client_id"], nonce=row["nonce"], scopes=scopes)


def _refresh(box: Box, ask: Ask, client: Row) -> Response:
    grant = grants.grant_refresh(box.store, ask.form.get("refresh_token", ""), client["client_id"])
    if grant is None:
        return oauth_error(400, "invalid_grant", "Token has been expired or revoked.")
    return answer(_access(box, grant["id"], grant["scope"]))


@route("POST", "/google/revoke")
def revoke(box: Box, ask: Ask) -> Response:
    """End all that the account allowed this app, by either token."""
    grant = grants.grant_of_token(box.store, ask.values.get("token", ""))
    if grant is None:
        return oauth_error(400, "invalid_token", "Token expired or revoked")
    grants.TOKENS.revoke(box.store, account=grant["account"], client_id=grant["client_id"], why=1)
    return answer({})


@route("GET", "/google/oauth2/v3/certs")
def certs(box: Box, ask: Ask) -> Response:
    """The public key of ID tokens."""
    return answer(key_set(box.store, "google"))


@route("GET", "/google/oauth2/v2/userinfo")
@route("GET", "/google/userinfo/v2/me")
def userinfo_v2(box: Box, ask: Ask) -> Response:
    """The profile, as the oauth2 v2 API tells it."""
    account, scopes = _profile(box, ask)
    body: dict[str, Any] = {"id": account["gid"]}
    if EMAIL in scopes:
        body |= {"email": account["email"], "verified_email": True}
    if PROFILE in scopes:
        body |= _names(account)
    return answer(body)


@route("GET,POST", "/google/oauth2/v3/userinfo")
def userinfo_v3(box: Box, ask: Ask) -> Response:
    """The profile, as OpenID Connect tells it."""
    account, scopes = _profile(box, ask)
    body: dict[str, Any] = {"sub": account["gid"]}
    if EMAIL in scopes:
        body |= {"email": account["email"], "email_verified": True}
    if PROFILE in scopes:
        body |= _names(account)
    return answer(body)


def _profile(box: Box, ask: Ask) -> tuple[Row, frozenset[str]]:
    bearer = grants.bearer_check(box.store, ask.headers.get("Authorization", ""))
    bearer.require(tuple(sorted(IDENTITY)))
    account = box.store.one("select * from google_account where email = ?", (bearer.account,))
    assert account is not None
    return account, bearer.scopes


def _names(account: Row) -> dict[str, str]:
    given, family = account["given_name"], account["family_name"]
    return {"name": f"{given} {family}", "given_name": given, "family_name": family}


@route("POST", "/google/oauth2/v2/tokeninfo")
def tokeninfo(box: Box, ask: Ask) -> Response:
    """What an access token is good for."""
    token = ask.values.get("access_token", "")
    row = box.store.one(
        "select t.scope, t.expires, g.account, g.client_id, a.gid from google_token t join google_grant g"
        " on g.id = t.grant_id join google_account a on a.email = g.account where t.token = ? and g.revoked = 0",
        (token,),
    )
    left = 0 if row is None else int(row["expires"] - now_seconds())
    if row is None or left <= 0:
        return oauth_error(400, "invalid_token", "Invalid Value")
    body = {"issued_to": row["client_id"], "audience": row["client_id"], "user_id": row["gid"], "scope": row["scope"]}
    extra = {"email": row["account"], "verified_email": True} if EMAIL in row["scope"].split() else {}
    return answer({**body, **extra, "expires_in": left})
