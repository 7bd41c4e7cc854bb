"""What can be wrong with the machine."""

from __future__ import annotations

import errno

DISK_FULL = (errno.ENOSPC, errno.EDQUOT)
NO_SPACE = "No space left on device"


class EmbeddedError(Exception):
    """A server cannot be started here; the text is one clear line that says what to do."""


def reason(text: str) -> str:
    """The line of a program's output that says why it failed: a full disk before all else, then its first error."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    for mark in (NO_SPACE, "PANIC:", "FATAL:", "error:", "could not"):
        if found := next((line for line in lines if mark in line), None):
            return found
    return lines[-1] if lines else "it said nothing"
