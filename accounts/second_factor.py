"""The second factor: allauth's, with secrets encrypted, guesses counted in the database, and no code good twice."""

from __future__ import annotations

import time
from typing import Any

from allauth.core import context
from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa import app_settings
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.base.forms import AuthenticateForm as BaseAuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as BaseReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from axes.handlers.proxy import AxesProxyHandler
from django import forms
from django.contrib.auth.signals import user_login_failed
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.lockout import SECOND_FACTOR, attempt_name
from hubclone.lib.crypto import SecretUnreadable, decrypt, encrypt, rotate

ISSUER = "Hubclone"
ENCRYPTED = ("secret", "seed")
"""What of an authenticator's data is encrypted."""
_WORDS = {
    "incorrect_code": _("That code is not right. Take the one that your app shows now, or an unused recovery code."),
    "unverified_email": _("First confirm your new email address: the link is in your mailbox."),
    "cannot_generate_recovery_codes": _("Recovery codes need an authenticator app. Turn that on first."),
}


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Secrets are encrypted with the keys of all other secrets."""

    error_messages = {**DefaultMFAAdapter.error_messages, **_WORDS}

    def get_totp_issuer(self) -> str:
        """The name that an authenticator app shows; never the Host of the request."""
        return ISSUER

    def encrypt(self, text: str) -> str:
        """For the database."""
        return encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        """From the database."""
        return decrypt(encrypted_text)


class _CountedCode(forms.Form):
    """Wrong codes are counted for their person and lock after some; a right TOTP code is marked in the database.

    allauth marks used codes in the cache alone, and ours lets everything pass while Redis is away.
    """

    user: Any
    authenticator: Authenticator

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        code_field_dress(self.fields["code"])

    def clean_code(self) -> str:
        """The code, if it is right and new. Raises ValidationError."""
        request, credentials = context.request, {SECOND_FACTOR: self.user.pk}
        if not AxesProxyHandler.is_allowed(request, credentials):
            request.axes_locked_out, request.axes_credentials = True, credentials
            raise SecondFactorAdapter().validation_error("incorrect_code")
        try:
            code: str = super().clean_code()  # type: ignore[misc]
            self._use(code)
        except forms.ValidationError:
            user_login_failed.send(sender=__name__, credentials=credentials, request=request)
            raise
        AxesProxyHandler.reset_attempts(username=attempt_name(request, credentials))
        return code

    def _use(self, code: str) -> None:
        if self.authenticator.type == Authenticator.Type.TOTP and not totp_use(self.authenticator, code):
            raise SecondFactorAdapter().validation_error("incorrect_code")


class AuthenticateForm(_CountedCode, BaseAuthenticateForm):  # type: ignore[misc]
    """The second step of signing in."""


class ReauthenticateForm(_CountedCode, BaseReauthenticateForm):  # type: ignore[misc]
    """The same, asked of somebody who is signed in."""


class ActivateForm(ActivateTOTPForm):  # type: ignore[misc]
    """The first code of a new authenticator app."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        code_field_dress(self.fields["code"])

    def clean_code(self) -> str:
        """The code, if the new app made it. Raises ValidationError; no recovery code would do here."""
        try:
            code: str = super().clean_code()
        except forms.ValidationError as error:
            raise forms.ValidationError(_("That code is not right. Take the one that your app shows now.")) from error
        return code


def code_field_dress(field: forms.Field) -> None:
    """What a code field says and how phones fill it in."""
    field.label = _("Code")
    field.widget.attrs = {"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}


def secrets_rotate() -> tuple[int, int]:
    """Re-encrypt every second factor under the newest key (A11); how many were done and how many nobody can read."""
    done = failed = 0
    for pk in Authenticator.objects.order_by("pk").values_list("pk", flat=True):
        with transaction.atomic():
            row = Authenticator.objects.select_for_update().filter(pk=pk).first()
            if row is None:
                continue
            try:
                row.data |= {key: rotate(row.data[key]) for key in ENCRYPTED if key in row.data}
            except SecretUnreadable:
                failed += 1
                continue
            row.save(update_fields=["data"])
            done += 1
    return done, failed


@transaction.atomic
def totp_use(authenticator: Authenticator, code: str) -> bool:
    """Whether a right code is newer than the last one that was used (RFC 6238, section 5.2); then it is the last."""
    row = Authenticator.objects.select_for_update().get(pk=authenticator.pk)
    counter = _counter_of(row, code)
    if counter is None or counter <= row.data.get("last_counter", 0):
        return False
    row.data["last_counter"] = counter
    row.save(update_fields=["data"])
    authenticator.data = row.data
    return True


def _counter_of(authenticator: Authenticator, code: str) -> int | None:
    """The period that the code belongs to, the newest first."""
    secret = decrypt(authenticator.data["secret"])
    now = int(time.time()) // app_settings.TOTP_PERIOD
    for counter in range(now + app_settings.TOTP_TOLERANCE, now - app_settings.TOTP_TOLERANCE - 1, -1):
        if compare_user_code(actual=code, expected=format_hotp_value(hotp_value(secret, counter))):
            return counter
    return None
