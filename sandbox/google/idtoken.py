"""What Google's ID tokens say."""

from __future__ import annotations

import time

from sandbox.jwt import signed
from sandbox.store import Row, Store

ISSUER = "https://accounts.google.com"


def id_token(store: Store, account: Row, *, client_id: str, nonce: str, scopes: set[str]) -> str:
    """An RS256 JWT about ``account`` for ``client_id``, good for an hour."""
    now = int(time.time())
    claims = {"iss": ISSUER, "aud": client_id, "azp": client_id, "sub": account["gid"], "iat": now, "exp": now + 3600}
    if "email" in scopes:
        claims |= {"email": account["email"], "email_verified": True}
    if "profile" in scopes:
        name = f"{account['given_name']} {account['family_name']}"
        claims |= {"name": name, "given_name": account["given_name"], "family_name": account["family_name"]}
    if nonce:
        claims["nonce"] = nonce
    return signed(store, "google", claims)
