"""People and their memberships."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from accounts.choices import Right, SeatKind, Tier
from accounts.models.account import Account


class UserManager(BaseUserManager["User"]):
    """Creates users by e-mail address, which is kept in lower case."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Create a person; without a password nobody can sign in as them until one is set."""
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        """Sign-in does not care about case."""
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser):
    """A person, who may belong to several accounts (A1). The e-mail address is the login."""

    email = models.EmailField(max_length=254, unique=True, help_text="In lower case.")
    name = models.CharField(max_length=200, blank=True)
    language = models.CharField(max_length=8, blank=True, help_text="Empty: as the browser asks.")
    time_zone = models.CharField(max_length=64, default="UTC")
    is_active = models.BooleanField(default=True)
    last_account = models.ForeignKey(Account, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(db_default=Now())

    objects: ClassVar[UserManager] = UserManager()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    def __str__(self) -> str:
        return self.name or self.email


class Membership(models.Model):
    """A person in an account: their rights and their paid seat."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    rights = ArrayField(models.CharField(max_length=40, choices=Right), default=list, blank=True)
    seat = models.CharField(max_length=20, choices=SeatKind, default=SeatKind.NONE)
    seat_tier = models.CharField(max_length=20, choices=Tier, default=Tier.NONE, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "user"], name="membership_once")]

    def __str__(self) -> str:
        return f"{self.user} in {self.account}"

    def has_right(self, right: Right) -> bool:
        """Whether this member holds ``right``; a super admin holds them all."""
        return Right.SUPER_ADMIN in self.rights or right in self.rights
