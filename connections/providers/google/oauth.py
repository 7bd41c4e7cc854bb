"""Google's OAuth 2.0, by google-auth-oauthlib and google-auth on our guarded client.

https://developers.google.com/identity/protocols/oauth2/web-server
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import requests
from django.conf import settings
from django.utils import timezone
from google.auth.exceptions import RefreshError, TransportError
from google.auth.transport.requests import Request
from google.oauth2.credentials import Credentials
from google_auth_oauthlib.flow import Flow
from oauthlib.oauth2.rfc6749.errors import OAuth2Error

from connections.exceptions import CodeRefused, GrantRevoked
from connections.registries import Authorization, Identity, Tokens
from hubclone.lib.errors import PermanentError, TransientError
from hubclone.lib.outbound.http import session

TOKEN_SECONDS = 3600
TIMEOUT_SECONDS = 10
GRANT_OVER = frozenset({"invalid_grant", "unauthorized_client", "access_denied"})

os.environ.setdefault("OAUTHLIB_RELAX_TOKEN_SCOPE", "1")
"""Fewer scopes than asked for are no exception of the library: we look at them ourselves and say which are missing."""


class GoogleOAuth:
    """The wire side of connecting a Google account; stateless."""

    def authorization(
        self, *, redirect_uri: str, scopes: Sequence[str], state: str, login_hint: str = ""
    ) -> Authorization:
        """The consent page; ``prompt=consent`` makes Google hand out a refresh token each time."""
        hint = {"login_hint": login_hint} if login_hint else {}
        flow = self._flow(redirect_uri, scopes)
        url, _ = flow.authorization_url(state=state, prompt="consent", access_type="offline", **hint)
        return Authorization(url=url, verifier=flow.code_verifier)

    def code_exchange(self, *, code: str, verifier: str, redirect_uri: str, scopes: Sequence[str]) -> Tokens:
        """Trade the code; raises CodeRefused when Google does not take it, or gives no refresh token."""
        flow = self._flow(redirect_uri, scopes)
        flow.code_verifier = verifier
        try:
            with _transport_errors():
                granted = flow.fetch_token(code=code, timeout=TIMEOUT_SECONDS)
        except OAuth2Error as error:
            raise CodeRefused(code="CODE_REFUSED") from error
        if not granted.get("refresh_token"):
            raise CodeRefused(code="NO_REFRESH_TOKEN")
        return _tokens(granted)

    def refresh(self, *, refresh_token: str) -> Tokens:
        """A new access token by google-auth; raises GrantRevoked when the grant is over."""
        credentials: Any = Credentials(  # type: ignore[no-untyped-call]
            None,
            refresh_token=refresh_token,
            token_uri=settings.GOOGLE["token_uri"],
            client_id=settings.GOOGLE["client_id"],
            client_secret=settings.GOOGLE["client_secret"],
        )
        try:
            with _transport_errors():
                credentials.refresh(partial(Request(session()), timeout=TIMEOUT_SECONDS))
        except RefreshError as error:
            raise _refresh_failure(error) from error
        except (TypeError, ValueError) as error:  # what the library makes of an answer that is no object
            raise TransientError(code="REFRESH_FAILED") from error
        expiry = credentials.expiry.replace(tzinfo=dt.UTC) if credentials.expiry else _default_expiry()
        return Tokens(credentials.token, expiry, credentials.refresh_token or "")

    def revoke(self, *, token: str) -> None:
        """End the grant. Google answers 400 invalid_token when it is over already."""
        with _transport_errors():
            answer = session().post(settings.GOOGLE["revoke_uri"], data={"token": token})
        if answer.status_code >= 500 or answer.status_code == 429:
            raise TransientError(code="REVOKE_FAILED")

    def identity(self, *, access_token: str) -> Identity:
        """The OpenID subject and the e-mail address."""
        url = f"{settings.GOOGLE['api_url']}/oauth2/v2/userinfo"
        with _transport_errors():
            answer = session().get(url, headers={"Authorization": f"Bearer {access_token}"})
        if answer.status_code != 200:
            raise TransientError(code="IDENTITY_UNREADABLE")
        profile = _object(answer)
        if not profile.get("id") or not profile.get("email"):
            raise PermanentError(code="IDENTITY_UNREADABLE")
        return Identity(external_id=str(profile["id"]), name=str(profile["email"]))

    def page_origin(self) -> str:
        """Where the consent page is."""
        parts = urlsplit(settings.GOOGLE["auth_uri"])
        return f"{parts.scheme}://{parts.netloc}"

    def _flow(self, redirect_uri: str, scopes: Sequence[str]) -> Any:
        if settings.GOOGLE["token_uri"].startswith("http:"):
            os.environ.setdefault("OAUTHLIB_INSECURE_TRANSPORT", "1")  # a stand-in on this machine
        config = {
            "web": {name: settings.GOOGLE[name] for name in ("client_id", "client_secret", "auth_uri", "token_uri")}
        }
        flow = Flow.from_client_config(config, scopes, redirect_uri=redirect_uri)
        flow.oauth2session.register_compliance_hook("access_token_response", _not_down)
        flow.oauth2session.trust_env = False
        for prefix, adapter in session().adapters.items():
            flow.oauth2session.mount(prefix, adapter)
        return flow


@contextmanager
def _transport_errors() -> Iterator[None]:
    """What fails below HTTP may work later."""
    try:
        yield
    except (requests.RequestException, TransportError) as error:
        raise TransientError(code="PROVIDER_UNREACHABLE") from error


def _not_down(answer: requests.Response) -> requests.Response:
    """An overloaded token endpoint says nothing about the code."""
    if answer.status_code >= 500 or answer.status_code == 429:
        raise TransientError(code="PROVIDER_UNREACHABLE")
    return answer


def _refresh_failure(error: RefreshError) -> Exception:
    """``args[1]`` is the token endpoint's answer when there was one."""
    answer = error.args[1] if len(error.args) > 1 and isinstance(error.args[1], Mapping) else {}
    if answer.get("error") in GRANT_OVER:
        return GrantRevoked()
    if answer.get("error") == "invalid_client":
        return PermanentError(code="CLIENT_REFUSED")
    return TransientError(code="REFRESH_FAILED")


def _tokens(granted: Mapping[str, Any]) -> Tokens:
    scope = granted.get("scope", ())
    scopes = scope.split() if isinstance(scope, str) else scope
    expires = timezone.now() + dt.timedelta(seconds=float(granted.get("expires_in", TOKEN_SECONDS)))
    return Tokens(granted["access_token"], expires, granted["refresh_token"], tuple(sorted(scopes)))


def _default_expiry() -> dt.datetime:
    return timezone.now() + dt.timedelta(seconds=TOKEN_SECONDS)


def _object(answer: requests.Response) -> dict[str, Any]:
    try:
        found = answer.json()
    except ValueError as error:
        raise TransientError(code="ANSWER_UNREADABLE") from error
    return found if isinstance(found, dict) else {}
