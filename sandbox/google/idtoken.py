"""Signed ID tokens (OpenID Connect), with a key that the sandbox makes for itself."""

from __future__ import annotations

import base64
import json
import time

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from sandbox.store import Row, Store

ISSUER = "https://accounts.google.com"
_KEY_ID = "sandbox-1"


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _key(store: Store) -> rsa.RSAPrivateKey:
    with store.transaction():
        pem = store.get("google_id_key")
        if pem:
            key = serialization.load_pem_private_key(pem.encode(), None)
            assert isinstance(key, rsa.RSAPrivateKey)
            return key
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
        store.put("google_id_key", key.private_bytes(encoding, form, serialization.NoEncryption()).decode())
        return key


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
    head = {"alg": "RS256", "kid": _KEY_ID, "typ": "JWT"}
    signed = ".".join(_b64(json.dumps(part).encode()) for part in (head, claims))
    return f"{signed}.{_b64(_key(store).sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256()))}"


def key_set(store: Store) -> dict[str, list[dict[str, str]]]:
    """The public key as a JWK set."""
    numbers = _key(store).public_key().public_numbers()
    n, e = (_b64(value.to_bytes((value.bit_length() + 7) // 8, "big")) for value in (numbers.n, numbers.e))
    return {"keys": [{"kty": "RSA", "use": "sig", "alg": "RS256", "kid": _KEY_ID, "n": n, "e": e}]}
