"""The three kinds of failure. Every error that our code raises on purpose is one of them.

The leased jobs act on the kind alone: transient is tried again, permanent goes to the dead letters at once,
and needs-the-user also marks the connection that it came from.
"""

from __future__ import annotations


class HubError(Exception):
    """The root. ``code`` is stable and in upper snake case; the text is for people and holds no secrets."""

    code = "ERROR"

    def __init__(self, message: str = "", *, code: str | None = None) -> None:
        super().__init__(message or self.__doc__)
        if code is not None:
            self.code = code


class TransientError(HubError):
    """It may work later. ``retry_after`` is in seconds when the other side named a time."""

    code = "TRANSIENT"

    def __init__(self, message: str = "", *, code: str | None = None, retry_after: float | None = None) -> None:
        super().__init__(message, code=code)
        self.retry_after = retry_after


class PermanentError(HubError):
    """It will never work as asked; trying again changes nothing."""

    code = "PERMANENT"


class NeedsUserError(HubError):
    """Only a person can mend it: a revoked grant, a lost calendar, a missing scope."""

    code = "NEEDS_USER"
