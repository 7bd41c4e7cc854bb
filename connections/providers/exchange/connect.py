"""Trying an Exchange account before anything is kept: each thing that is wrong gets its own words at its own field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, cast

import requests
from django import forms
from exchangelib import Account
from exchangelib.errors import (
    CASError,
    ErrorAccessDenied,
    ErrorAccountDisabled,
    ErrorPasswordChangeRequired,
    ErrorPasswordExpired,
    ErrorServerBusy,
    ErrorTimeoutExpired,
    EWSError,
    UnauthorizedError,
)
from exchangelib.util import TNS
from exchangelib.version import Version
from spnego.exceptions import SpnegoError

from connections.exceptions import FieldRefused
from connections.providers.exchange.discovery import ews_url_find
from connections.providers.exchange.form import ExchangeForm
from connections.providers.exchange.probe import BASIC, READ_SECONDS, auth_type_find, unreachable_code
from connections.providers.exchange.versions import OLDEST, is_older_than, version_name, version_text
from connections.providers.exchange.wire import Redirected, UserLocked, account_open, default_calendar, folders_get
from connections.registries import FormAccount, Identity
from hubclone.lib.errors import HubError

WIRE_ERRORS = (EWSError, requests.RequestException, HubError, SpnegoError, OSError, ValueError, LookupError)
"""What a call of exchangelib may raise; the ordinary ones of Python come from answers that make no sense."""


FIELDS = {
    "PASSWORD_REFUSED": "password",
    "PASSWORD_OVER": "password",
    "USER_LOCKED": "user_name",
    "ACCESS_DENIED": "user_name",
}
"""Where a failure is shown; the others at the URL."""


class ExchangeConnect:
    """The wire side of the form; stateless."""

    form_class = ExchangeForm

    def attempt(self, data: Mapping[str, Any]) -> FormAccount:
        """Sign in and look at the mailbox. Raises FieldRefused."""
        email, password = str(data["email"]).strip(), str(data["password"])
        user_name = str(data["user_name"]).strip() or email
        url = data["url"] or ews_url_find(email=email, user_name=user_name, password=password)
        credentials = {
            "user_name": user_name,
            "password": password,
            "url": url,
            "auth_type": auth_type_find(url),
        }
        if credentials["auth_type"] == BASIC and not password.isprintable():
            raise FieldRefused("password", "PASSWORD_REFUSED")
        account = account_open(email=email, credentials=credentials, timeout_seconds=READ_SECONDS)
        version = _version(account, str(data["version"]))
        _mailbox_check(account, email)
        return FormAccount(Identity(email.lower(), email), {**credentials, "version": version_text(version)})

    def initial(self, credentials: Mapping[str, str]) -> dict[str, str]:
        """What is known when connecting again; the version is found anew."""
        return {name: credentials.get(name, "") for name in ("user_name", "url")}

    def form(self, data: Any, **kwargs: Any) -> forms.Form:
        """The form, bound or not."""
        return ExchangeForm(data, **kwargs)

    def target(self, data: Mapping[str, Any]) -> str:
        """Whose password an attempt would try."""
        return str(data["user_name"] or data["email"]).strip().lower()


def wire_code(error: Exception) -> str:
    """The key of the error guide for what exchangelib raised."""
    if isinstance(error, UnauthorizedError):
        return "USER_LOCKED" if isinstance(error, UserLocked) else "PASSWORD_REFUSED"
    if isinstance(error, ErrorAccountDisabled | ErrorPasswordChangeRequired | ErrorPasswordExpired):
        return "PASSWORD_OVER"
    if isinstance(error, Redirected):
        return "REDIRECTED"
    if isinstance(error, ErrorServerBusy):
        return "SERVER_BUSY"
    cause = error.__cause__ or error.__context__
    if isinstance(error, ErrorTimeoutExpired):
        return unreachable_code(cause) if isinstance(cause, Exception) else "TIMED_OUT"
    if isinstance(cause, requests.exceptions.SSLError):
        return "CERTIFICATE_REFUSED"
    if isinstance(error, ErrorAccessDenied | CASError):
        return "ACCESS_DENIED"
    if isinstance(error, requests.RequestException | HubError):
        return unreachable_code(error)
    return "NOT_EXCHANGE"


def _version(account: Account, chosen: str) -> Version:
    with _field_errors():
        version = cast("Version", account.version)
    found = {"version": version_name(version.build)}
    if version.build < OLDEST:
        raise FieldRefused("version", "VERSION_TOO_OLD", found)
    if is_older_than(version.build, chosen):
        raise FieldRefused("version", "VERSION_OTHER", found)
    return version


def _mailbox_check(account: Account, email: str) -> None:
    """The address must be the mailbox of who signs in: a calendar that is open to them may be another one's."""
    with _field_errors():
        (own,) = folders_get(account, [default_calendar()])
    if isinstance(own, Exception):
        raise FieldRefused("user_name", "NO_MAILBOX") from own
    try:
        (named,) = folders_get(account, [default_calendar(email)])
    except WIRE_ERRORS as error:
        if wire_code(error) not in {"NOT_EXCHANGE", "ACCESS_DENIED"}:
            raise FieldRefused("url", wire_code(error)) from error
        named = error
    if isinstance(named, Exception):
        raise FieldRefused("email", "MAILBOX_UNKNOWN") from named
    if _folder_id(named) != _folder_id(own):
        raise FieldRefused("email", "MAILBOX_OTHER")


def _folder_id(folder: Any) -> str:
    found = folder.find(f"{{{TNS}}}FolderId")
    return "" if found is None else str(found.get("Id"))


@contextmanager
def _field_errors() -> Iterator[None]:
    try:
        yield
    except WIRE_ERRORS as error:
        code = wire_code(error)
        raise FieldRefused(FIELDS.get(code, "url"), code) from error
