"""Proof Key for Code Exchange (RFC 7636)."""

from __future__ import annotations

import hashlib
import hmac

from sandbox.jwt import b64


def verifier_matches(challenge: str, method: str, verifier: str) -> bool:
    """Whether the verifier is the one whose challenge was given; always, where none was."""
    if not challenge:
        return True
    if method in {"", "plain"}:
        return hmac.compare_digest(challenge, verifier)
    return hmac.compare_digest(challenge, b64(hashlib.sha256(verifier.encode()).digest()))
