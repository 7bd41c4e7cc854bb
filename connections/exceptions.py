"""What can go wrong while connecting an outside account, and afterwards. The texts are for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hubclone.lib.errors import NeedsUserError, PermanentError


class GrantRevoked(NeedsUserError):
    """The outside account no longer lets us in; its owner has to connect it again."""

    code = "GRANT_REVOKED"


class ConnectRefused(PermanentError):
    """The outside account was not connected. ``code`` is a key of the provider's error guide."""

    code = "CONNECT_REFUSED"


class ConsentDenied(ConnectRefused):
    """The person said no on the provider's page."""

    code = "CONSENT_DENIED"


class StateMismatch(ConnectRefused):
    """The answer belongs to no connection attempt of this browser, or to one that is over."""

    code = "STATE_MISMATCH"


class CodeRefused(ConnectRefused):
    """The provider did not accept its own code: it was used before, is too old, or was meant for another browser."""

    code = "CODE_REFUSED"


class ScopesMissing(ConnectRefused):
    """The person allowed less than is needed."""

    code = "SCOPES_MISSING"

    def __init__(self, scopes: Sequence[str]) -> None:
        super().__init__()
        self.scopes = tuple(scopes)


class OtherIdentity(ConnectRefused):
    """Reconnecting was asked for one outside account and another one answered."""

    code = "OTHER_IDENTITY"


class FieldRefused(ConnectRefused):
    """What was typed into a field of a connect form does not work. ``params`` fill the words of the error guide."""

    code = "FIELD_REFUSED"

    def __init__(self, field: str, code: str, params: Mapping[str, str] | None = None) -> None:
        super().__init__(code=code)
        self.field, self.params = field, dict(params or {})
