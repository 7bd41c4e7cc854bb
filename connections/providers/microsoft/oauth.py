"""Microsoft's identity platform (OAuth 2.0 and OpenID Connect), by msal on our guarded client.

msal keeps nothing here: each call has an application object of its own, for msal remembers errors in the process, and
what is worth keeping is in the connection. https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import secrets
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode, urlsplit

import msal
from django.conf import settings
from django.utils import timezone
from msal.exceptions import MsalServiceError

from connections.exceptions import CodeRefused, GrantRevoked
from connections.providers.microsoft.http import microsoft_session, transport_errors
from connections.providers.microsoft.scopes import SCOPES, SIGN_IN, scopes_granted
from connections.registries import Authorization, Identity, Tokens
from hubclone.lib.errors import HubError, PermanentError, TransientError

TOKEN_SECONDS = 3600
OWN_HOSTS = frozenset({"login.microsoftonline.com", "login.microsoftonline.us", "login.partner.microsoftonline.cn"})
GRANT_OVER = {
    "invalid_grant": "GRANT_REVOKED",
    "access_denied": "GRANT_REVOKED",
    "interaction_required": "SIGN_IN_NEEDED",
    "login_required": "SIGN_IN_NEEDED",
    "consent_required": "CONSENT_NEEDED",
}
WHY = {
    "consent_required": "CONSENT_NEEDED",
    "basic_action": "SIGN_IN_NEEDED",
    "additional_action": "SIGN_IN_NEEDED",
    "message_only": "POLICY_FORBIDS",
    "user_password_expired": "PASSWORD_EXPIRED",
}
"""``suberror`` says more where it is given; the error's number (AADSTS…) is for people, and may change."""
CLIENT_WRONG = frozenset({"invalid_client", "unauthorized_client", "invalid_scope", "invalid_resource"})


class MicrosoftOAuth:
    """The wire side of connecting a Microsoft account; stateless."""

    def authorization(
        self, *, redirect_uri: str, scopes: Sequence[str], state: str, login_hint: str = ""
    ) -> Authorization:
        """The consent page. The account picker keeps who is signed in already from connecting the wrong account."""
        verifier = secrets.token_urlsafe(64)
        query = {
            "client_id": settings.MICROSOFT["client_id"],
            "response_type": "code",
            "response_mode": "query",
            "redirect_uri": redirect_uri,
            "scope": " ".join([*SIGN_IN, *scopes]),
            "state": state,
            "nonce": _sha256(_nonce(verifier)).hex(),
            "code_challenge": base64.urlsafe_b64encode(_sha256(verifier)).decode().rstrip("="),
            "code_challenge_method": "S256",
            "prompt": "select_account",
            **({"login_hint": login_hint} if login_hint else {}),
        }
        return Authorization(f"{settings.MICROSOFT['auth_uri']}?{urlencode(query)}", verifier)

    def code_exchange(self, *, code: str, verifier: str, redirect_uri: str, scopes: Sequence[str]) -> Tokens:
        """Trade the code; raises CodeRefused when Microsoft does not take it, or gives no refresh token."""
        flow = {
            "state": "checked",
            "redirect_uri": redirect_uri,
            "scope": [*SIGN_IN, *scopes],
            "code_verifier": verifier,
            "nonce": _nonce(verifier),
        }
        came = {"code": code, "state": "checked"}
        try:
            granted = _ask(lambda app: app.acquire_token_by_auth_code_flow(flow, came))
        except RuntimeError as error:  # what msal raises for an ID token that is not for us
            raise CodeRefused(code="CODE_REFUSED") from error
        if granted.get("error"):
            raise _code_failure(granted)
        if not granted.get("refresh_token"):
            raise CodeRefused(code="NO_REFRESH_TOKEN")
        return _tokens(granted)

    def refresh(self, *, refresh_token: str) -> Tokens:
        """A new access token, and mostly a new refresh token; raises GrantRevoked when the grant is over."""
        scopes = [item.scope for item in SCOPES if item.is_needed]
        granted = _ask(lambda app: app.acquire_token_by_refresh_token(refresh_token, scopes))
        if granted.get("error"):
            raise _refresh_failure(granted)
        return _tokens(granted)

    def revoke(self, *, token: str) -> None:
        """Always raises PermanentError: Microsoft has no call for it; people take access back at ``access_page``."""
        raise PermanentError("Microsoft offers no way to end a grant.", code="REVOKE_NOT_OFFERED")

    def identity(self, *, access_token: str) -> Identity:
        """The directory's id of the person, and the mailbox's address (the sign-in name where there is none)."""
        url = f"{settings.MICROSOFT['graph_url']}/me"
        with transport_errors():
            answer = microsoft_session().get(
                url,
                params={"$select": "id,mail,userPrincipalName"},
                headers={"Authorization": f"Bearer {access_token}"},
            )
            found = answer.json() if answer.status_code == 200 else None
        if not isinstance(found, dict):
            raise TransientError(code="IDENTITY_UNREADABLE")
        name = found.get("mail") or found.get("userPrincipalName")
        if not found.get("id") or not name:
            raise PermanentError(code="IDENTITY_UNREADABLE")
        return Identity(external_id=str(found["id"]), name=str(name))

    def page_origin(self) -> str:
        """Where the consent page is."""
        parts = urlsplit(settings.MICROSOFT["auth_uri"])
        return f"{parts.scheme}://{parts.netloc}"


def _ask(call: Callable[[Any], Any]) -> Mapping[str, Any]:
    """Make msal's call. It raises ValueError when the authority's own description makes no sense."""
    with transport_errors():
        try:
            app = msal.ConfidentialClientApplication(
                settings.MICROSOFT["client_id"],
                client_credential=settings.MICROSOFT["client_secret"],
                authority=settings.MICROSOFT["authority"],
                instance_discovery=None if urlsplit(settings.MICROSOFT["authority"]).hostname in OWN_HOSTS else False,
                http_client=microsoft_session(),
            )
            answer = call(app)
        except MsalServiceError as error:
            raise _passing() from error
        except (ValueError, KeyError) as error:
            raise TransientError("Microsoft's answer makes no sense.", code="ANSWER_UNREADABLE") from error
    return answer if isinstance(answer, Mapping) else {"error": "unreadable"}


def _code_failure(answer: Mapping[str, Any]) -> HubError:
    error = str(answer["error"])
    if error in GRANT_OVER:
        code = _why(answer)
        return CodeRefused(code="CODE_REFUSED" if code == "GRANT_REVOKED" else code)
    return CodeRefused(code="CLIENT_REFUSED") if error in CLIENT_WRONG else _passing()


def _refresh_failure(answer: Mapping[str, Any]) -> HubError:
    error = str(answer["error"])
    if error in GRANT_OVER:
        return GrantRevoked(code=_why(answer))
    return PermanentError(code="CLIENT_REFUSED") if error in CLIENT_WRONG else _passing()


def _why(answer: Mapping[str, Any]) -> str:
    return WHY.get(str(answer.get("suberror", "")), GRANT_OVER[str(answer["error"])])


def _passing() -> TransientError:
    return TransientError("Microsoft's sign-in has a problem.", code="PROVIDER_UNREACHABLE")


def _tokens(granted: Mapping[str, Any]) -> Tokens:
    expires = timezone.now() + dt.timedelta(seconds=float(granted.get("expires_in", TOKEN_SECONDS)))
    scopes = scopes_granted(str(granted.get("scope", "")).split())
    return Tokens(str(granted["access_token"]), expires, str(granted.get("refresh_token", "")), scopes)


def _nonce(verifier: str) -> str:
    """What ties the ID token to this attempt; made from what the session keeps anyway, and telling nothing of it."""
    return _sha256(f"nonce of {verifier}").hex()


def _sha256(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
