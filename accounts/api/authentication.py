"""Bearer tokens of the API (RFC 6750). The token's prefix picks who can read it."""

from __future__ import annotations

from dataclasses import replace

from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts.api.caller import ApiCaller
from accounts.registries import API_AUTHENTICATORS
from accounts.services.tokens import PREFIX, access_token_actor, access_token_resolve
from accounts.web import request_ip


class TokenAuthentication(BaseAuthentication):
    """``request.auth`` becomes an ApiCaller; ``request.user`` stays None, since a token is not a person."""

    def authenticate(self, request: Request) -> tuple[None, ApiCaller] | None:
        """None without an Authorization header. Raises AuthenticationFailed for one that is not good."""
        parts = get_authorization_header(request).split()
        if not parts:
            return None
        if len(parts) != 2 or parts[0].lower() != b"bearer":
            raise AuthenticationFailed("The Authorization header must be “Bearer <token>”.", _CODE)
        caller = _resolve(parts[1].decode("latin-1"), request)
        if caller is None:
            raise AuthenticationFailed("The access token is unknown or has been revoked.", _CODE)
        return None, caller

    def authenticate_header(self, request: Request) -> str:
        """Makes the answer a 401."""
        return 'Bearer realm="hubclone"'


_CODE = "INVALID_AUTHENTICATION"


def _resolve(token: str, request: Request) -> ApiCaller | None:
    for prefix, authenticator in API_AUTHENTICATORS.items():
        if token.startswith(prefix):
            return authenticator(token, request)
    return None


@API_AUTHENTICATORS.registered(PREFIX)
def private_app(token: str, request: Request) -> ApiCaller | None:
    """The authenticator of private app tokens."""
    found = access_token_resolve(token)
    if found is None:
        return None
    actor = replace(access_token_actor(found), ip=request_ip(request._request))
    return ApiCaller(found.account_id, frozenset(found.scopes), actor, "private_app")
