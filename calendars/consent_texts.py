"""Which words a visitor has agreed to: the box in the form names them by their digest, so that words which the host
changes meanwhile are not taken for those that were read."""

from __future__ import annotations

import hashlib

DIGEST_LENGTH = 24


def consent_digest(text: str) -> str:
    """What the box sends when it is ticked."""
    return hashlib.sha256(text.encode()).hexdigest()[:DIGEST_LENGTH]
