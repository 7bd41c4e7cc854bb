"""What the platform refuses."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.choices import Right
from hubclone.lib.errors import PermanentError


class RightMissing(PermanentError):
    """The actor does not hold the right that this needs."""

    code = "RIGHT_MISSING"

    def __init__(self, right: Right) -> None:
        super().__init__(str(_("This needs the right “%(right)s”.") % {"right": right.label}))
        self.right = right


class LastSuperAdmin(PermanentError):
    """The account would be left without a super admin."""

    code = "LAST_SUPER_ADMIN"

    def __init__(self) -> None:
        super().__init__(str(_("An account needs at least one super admin. Make somebody else one first.")))


class SeatInvalid(PermanentError):
    """A seat without a tier, or a tier without a seat."""

    code = "SEAT_INVALID"

    def __init__(self) -> None:
        super().__init__(str(_("A paid seat has a tier, and no seat has none.")))


class AlreadyMember(PermanentError):
    """This person is in the account already."""

    code = "ALREADY_MEMBER"

    def __init__(self) -> None:
        super().__init__(str(_("This person is in the account already.")))


class ScopeUnknown(PermanentError):
    """A scope that is not in ``accounts.scopes``."""

    code = "SCOPE_UNKNOWN"
