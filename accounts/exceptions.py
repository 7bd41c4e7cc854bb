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


class InvitationOpen(PermanentError):
    """This address has an invitation that still stands."""

    code = "INVITATION_OPEN"

    def __init__(self) -> None:
        super().__init__(str(_("This address is invited already. Send the invitation again, or withdraw it first.")))


class InvitationState(PermanentError):
    """The invitation cannot be accepted, resent or withdrawn any more."""

    code = "INVITATION_STATE"

    def __init__(self) -> None:
        super().__init__(str(_("This invitation no longer stands.")))


class BrandNameTaken(PermanentError):
    """The account has a brand of this name."""

    code = "BRAND_NAME_TAKEN"

    def __init__(self) -> None:
        super().__init__(str(_("There is a brand of this name already.")))


class BrandIsPrimary(PermanentError):
    """The primary brand cannot be deleted."""

    code = "BRAND_IS_PRIMARY"

    def __init__(self) -> None:
        super().__init__(str(_("The primary brand cannot be deleted. Make another one primary first.")))


class ScopeUnknown(PermanentError):
    """A scope that is not in ``accounts.scopes``."""

    code = "SCOPE_UNKNOWN"


class DomainExists(PermanentError):
    """The account claims this name already."""

    code = "DOMAIN_EXISTS"

    def __init__(self) -> None:
        super().__init__(str(_("This name is in the list already.")))


class DomainTaken(PermanentError):
    """Another account has connected this name."""

    code = "DOMAIN_TAKEN"

    def __init__(self) -> None:
        super().__init__(str(_("Another account has connected this name.")))
