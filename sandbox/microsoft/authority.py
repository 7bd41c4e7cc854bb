"""The v2.0 authority: its document, tokens and keys. OpenID Connect discovery; RFC 6749, 7636."""

from __future__ import annotations

import hashlib
import json
import time
import uuid
from typing import Any

from werkzeug.exceptions import Forbidden
from werkzeug.wrappers import Response

from sandbox.context import Ask, Box, route
from sandbox.jwt import b64, key_set, signed
from sandbox.microsoft import grants
from sandbox.microsoft.accounts import NORTHWIND, PERSONAL
from sandbox.microsoft.errors import oauth_error
from sandbox.microsoft.scopes import IDENTITY, scopes_parse
from sandbox.pkce import verifier_matches
from sandbox.store import Row
from sandbox.tokens import ACCESS_SECONDS

TENANTS = ("common", "organizations", "consumers", NORTHWIND, PERSONAL)
TENANT = f"/<any({', '.join(repr(name) for name in TENANTS)}):tenant>"


def answer(value: Any) -> Response:
    """JSON as the authority sends it."""
    return Response(json.dumps(value), content_type="application/json; charset=utf-8")


def _https(ask: Ask) -> None:
    """The authority speaks https only. Raises 403."""
    if ask.scheme != "https":
        raise Forbidden("https is required")


@route("GET", TENANT + "/v2.0/.well-known/openid-configuration")
def discovery(box: Box, ask: Ask, tenant: str) -> Response:
    """What the authority offers. The page that people see is on http, where no browser warns of the certificate."""
    _https(ask)
    base = f"{ask.host_url.rstrip('/')}/{tenant}"
    issuer = tenant if tenant in {NORTHWIND, PERSONAL} else PERSONAL if tenant == "consumers" else "{tenantid}"
    return answer(
        {
            "token_endpoint": f"{base}/oauth2/v2.0/token",
            "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
            "jwks_uri": f"{base}/discovery/v2.0/keys",
            "response_modes_supported": ["query", "fragment", "form_post"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "response_types_supported": ["code"],
            "scopes_supported": ["openid", "profile", "email", "offline_access"],
            "issuer": f"{ask.host_url.rstrip('/')}/{issuer}/v2.0",
            "request_uri_parameter_supported": False,
            "authorization_endpoint": f"{box.url}/{tenant}/oauth2/v2.0/authorize",
            "claims_supported": ["sub", "iss", "aud", "exp", "iat", "nonce", "preferred_username", "name", "tid"],
            "tenant_region_scope": None,
        }
    )


@route("GET", TENANT + "/discovery/v2.0/keys")
def keys(box: Box, ask: Ask, tenant: str) -> Response:
    """The public key of ID tokens."""
    return answer(key_set(box.store, "microsoft"))


@route("POST", TENANT + "/oauth2/v2.0/token")
def token(box: Box, ask: Ask, tenant: str) -> Response:
    """Exchange a code or a refresh token."""
    _https(ask)
    basic = ask.authorization if ask.authorization is not None and ask.authorization.type == "basic" else None
    client_id = basic.username if basic else ask.form.get("client_id", "")
    secret = basic.password if basic else ask.form.get("client_secret", "")
    client = box.store.one("select * from microsoft_client where client_id = ?", (client_id,))
    if client is None:
        text = f"Application with identifier '{client_id}' was not found in the directory."
        return oauth_error(400, "unauthorized_client", 700016, text)
    if secret != client["secret"]:
        return oauth_error(401, "invalid_client", 7000215, "Invalid client secret provided.")
    kind = ask.form.get("grant_type", "")
    if kind == "authorization_code":
        return _exchange(box, ask, client)
    if kind == "refresh_token":
        return _refresh(box, ask, client)
    return oauth_error(400, "unsupported_grant_type", 70003, f"The app requested an unsupported grant type '{kind}'.")


def _exchange(box: Box, ask: Ask, client: Row) -> Response:
    row = grants.code_take(box.store, ask.form.get("code", ""))
    if row is None or row["client_id"] != client["client_id"]:
        text = "The provided value for the 'code' parameter is not valid, or the code has expired."
        return oauth_error(400, "invalid_grant", 70000, text)
    if row["used"]:
        return oauth_error(400, "invalid_grant", 54005, "The authorization code was already redeemed.")
    if row["redirect_uri"] != ask.form.get("redirect_uri", ""):
        return oauth_error(400, "invalid_grant", 500112, "The reply address does not match that of the code.")
    if not verifier_matches(row["challenge"], row["challenge_method"], ask.form.get("code_verifier", "")):
        return oauth_error(400, "invalid_grant", 501481, "The code_verifier does not match the code_challenge.")
    return _tokens(box, ask, row, row["grant_id"], row["scope"].split(), nonce=row["nonce"])


def _refresh(box: Box, ask: Ask, client: Row) -> Response:
    grant = grants.grant_refresh(box.store, ask.form.get("refresh_token", ""), client["client_id"])
    if grant is None:
        return oauth_error(400, "invalid_grant", 70000, "The refresh token is not valid.")
    if grant["revoked"]:
        number, error, suberror, text = grants.REVOKED[grant["revoked"]]
        return oauth_error(400, error, number, text, suberror=suberror)
    held = grant["scope"].split()
    asked, unknown = scopes_parse(ask.form.get("scope", ""))
    if unknown:
        return oauth_error(400, "invalid_scope", 70011, f"The scope {' '.join(unknown)} is not valid.")
    if not set(asked) <= set(held) | IDENTITY:
        text = "The user or administrator has not consented to use the application."
        return oauth_error(400, "invalid_grant", 65001, text, suberror="consent_required")
    return _tokens(box, ask, grant, grant["id"], held)


def _tokens(box: Box, ask: Ask, row: Row, grant_id: int, scopes: list[str], *, nonce: str = "") -> Response:
    account = box.store.one("select * from microsoft_account where email = ?", (row["account"],))
    assert account is not None
    told = [scope for scope in scopes if scope != "offline_access"]
    body: dict[str, Any] = {"token_type": "Bearer", "scope": " ".join(told), "expires_in": ACCESS_SECONDS}
    body["ext_expires_in"] = ACCESS_SECONDS
    body["access_token"] = grants.TOKENS.issue(box.store, grant_id, " ".join(told))
    if "offline_access" in scopes:
        body["refresh_token"] = grants.refresh_issue(box.store, grant_id)
    if "openid" in scopes:
        body["id_token"] = _id_token(box, ask, account, row["client_id"], nonce, set(scopes))
    if ask.form.get("client_info") == "1":
        body["client_info"] = b64(json.dumps({"uid": account["oid"], "utid": account["tenant"]}).encode())
    return answer(body)


def _id_token(box: Box, ask: Ask, account: Row, client_id: str, nonce: str, scopes: set[str]) -> str:
    now = int(time.time())
    claims = {
        "ver": "2.0",
        "iss": f"{ask.host_url}{account['tenant']}/v2.0",
        "aud": client_id,
        "sub": b64(hashlib.sha256(f"{client_id}/{account['oid']}".encode()).digest()),
        "iat": now,
        "nbf": now,
        "exp": now + 3600,
        "tid": account["tenant"],
        "uti": uuid.uuid4().hex,
    }
    if "profile" in scopes:
        name = f"{account['given_name']} {account['family_name']}"
        claims |= {"name": name, "preferred_username": account["email"], "oid": account["oid"]}
    if "email" in scopes:
        claims["email"] = account["email"]
    if nonce:
        claims["nonce"] = nonce
    return signed(box.store, "microsoft", claims)
