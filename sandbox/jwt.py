"""Signed ID tokens (OpenID Connect), with a key that the sandbox makes for itself: one for each stand-in."""

from __future__ import annotations

import base64
import json
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from sandbox.store import Store

_KEY_ID = "sandbox-1"


def b64(data: bytes) -> str:
    """base64url without padding (RFC 7515)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _key(store: Store, owner: str) -> rsa.RSAPrivateKey:
    with store.transaction():
        pem = store.get(f"{owner}_id_key")
        if pem:
            key = serialization.load_pem_private_key(pem.encode(), None)
            assert isinstance(key, rsa.RSAPrivateKey)
            return key
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
        store.put(f"{owner}_id_key", key.private_bytes(encoding, form, serialization.NoEncryption()).decode())
        return key


def signed(store: Store, owner: str, claims: dict[str, Any]) -> str:
    """An RS256 JWT with these claims, by the key of a stand-in."""
    head = {"alg": "RS256", "kid": _KEY_ID, "typ": "JWT"}
    text = ".".join(b64(json.dumps(part).encode()) for part in (head, claims))
    return f"{text}.{b64(_key(store, owner).sign(text.encode(), padding.PKCS1v15(), hashes.SHA256()))}"


def key_set(store: Store, owner: str) -> dict[str, list[dict[str, str]]]:
    """The public key as a JWK set."""
    numbers = _key(store, owner).public_key().public_numbers()
    n, e = (b64(value.to_bytes((value.bit_length() + 7) // 8, "big")) for value in (numbers.n, numbers.e))
    return {"keys": [{"kty": "RSA", "use": "sig", "alg": "RS256", "kid": _KEY_ID, "n": n, "e": e}]}
