"""Accounts, the people in them, what they may do, what they are told, and what was done."""

from accounts.models.account import Account, Subscription
from accounts.models.audit import AuditEntry
from accounts.models.brand import Brand
from accounts.models.domain import Domain
from accounts.models.invitation import Invitation
from accounts.models.mail import OutgoingEmail
from accounts.models.notification import Notification, NotificationChoice
from accounts.models.token import AccessToken
from accounts.models.user import Membership, User

__all__ = [
    "AccessToken",
    "Account",
    "AuditEntry",
    "Brand",
    "Domain",
    "Invitation",
    "Membership",
    "Notification",
    "NotificationChoice",
    "OutgoingEmail",
    "Subscription",
    "User",
]
