"""allauth's forms in our words."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import AddEmailForm
from allauth.account.forms import ChangePasswordForm as BaseChangePasswordForm
from allauth.account.forms import LoginForm as BaseLoginForm
from allauth.account.forms import ReauthenticateForm as BaseReauthenticateForm
from allauth.account.forms import ResetPasswordForm as BaseResetPasswordForm
from allauth.account.forms import ResetPasswordKeyForm as BaseResetPasswordKeyForm
from allauth.account.forms import SignupForm as BaseSignupForm
from django import forms
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.actor import Actor
from accounts.choices import ActorKind
from accounts.forms import name_shown, person_name, zone_or_utc
from accounts.models import User
from accounts.services.accounts import account_create
from accounts.web import request_ip


class LoginForm(BaseLoginForm):  # type: ignore[misc]
    """Address and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("Email")
        _placeholders_drop(self)


class SignupForm(BaseSignupForm):  # type: ignore[misc]
    """A person and the account that they open."""

    name = forms.CharField(label=_("Your name"), max_length=200, widget=forms.TextInput({"autocomplete": "name"}))
    account_name = forms.CharField(
        label=_("Name of the account"),
        max_length=200,
        help_text=_("Your company, as your guests know it."),
        widget=forms.TextInput({"autocomplete": "organization"}),
    )
    time_zone = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput({"data-zone": ""}))
    field_order = ["name", "email", "account_name", "password1"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("Email")
        self.fields["password1"].help_text = _("At least 10 characters.")
        _placeholders_drop(self)

    def clean_name(self) -> str:
        """A name that shows and is no link."""
        return person_name(self.cleaned_data["name"])

    def clean_account_name(self) -> str:
        """A name that shows."""
        return name_shown(self.cleaned_data["account_name"])

    def try_save(self, request: HttpRequest) -> Any:
        """Person and account, or neither; an address that is taken meanwhile answers like one that was taken before."""
        try:
            with transaction.atomic():
                return super().try_save(request)
        except IntegrityError:
            self.account_already_exists = True
            return super().try_save(request)

    def custom_signup(self, request: HttpRequest, user: User) -> None:
        """Called once the person is saved: their profile, and the account of their own."""
        user.name = self.cleaned_data["name"]
        user.language = get_language() or ""
        user.time_zone = zone_or_utc(self.cleaned_data["time_zone"])
        user.save(update_fields=["name", "language", "time_zone"])
        account_create(
            name=self.cleaned_data["account_name"],
            owner=user,
            time_zone=user.time_zone,
            language=user.language or "en",
            actor=Actor(0, ActorKind.USER, str(user.pk), str(user), request_ip(request)),
        )


class AddressForm(AddEmailForm):  # type: ignore[misc]
    """One more address of a person's own."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("New email address")
        _placeholders_drop(self)


class ResetPasswordForm(BaseResetPasswordForm):  # type: ignore[misc]
    """The address that a link for a new password goes to."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("Email")
        _placeholders_drop(self)


class ResetPasswordKeyForm(BaseResetPasswordKeyForm):  # type: ignore[misc]
    """A new password by a link."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _new_password_words(self)


class ChangePasswordForm(BaseChangePasswordForm):  # type: ignore[misc]
    """A new password instead of the one known."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["oldpassword"].label = _("Current password")
        _new_password_words(self)


class ReauthenticateForm(BaseReauthenticateForm):  # type: ignore[misc]
    """The password once more."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _placeholders_drop(self)


def _new_password_words(form: forms.Form) -> None:
    form.fields["password1"].label = _("New password")
    form.fields["password1"].help_text = _("At least 10 characters.")
    form.fields["password2"].label = _("New password again")
    _placeholders_drop(form)


def _placeholders_drop(form: forms.Form) -> None:
    """Labels say what a field is; a placeholder that says it too is noise, and gone when one types."""
    for field in form.fields.values():
        field.widget.attrs.pop("placeholder", None)
