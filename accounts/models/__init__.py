"""Accounts, the people in them, what they may do, and what was done."""

from accounts.models.account import Account, Subscription
from accounts.models.audit import AuditEntry
from accounts.models.mail import OutgoingEmail
from accounts.models.token import AccessToken
from accounts.models.user import Membership, User

__all__ = ["AccessToken", "Account", "AuditEntry", "Membership", "OutgoingEmail", "Subscription", "User"]
