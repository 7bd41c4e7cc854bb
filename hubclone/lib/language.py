"""Which language a page is in: a signed-in user's choice, else the cookie's, else what the browser asks for."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers

USER_LANGUAGE_SESSION_KEY = "language"


class LanguageMiddleware:
    """URLs carry no language. The user's choice is copied into the session when they sign in or change it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Activate the language for the request, and say which it was."""
        chosen = (
            request.session.get(USER_LANGUAGE_SESSION_KEY) if settings.SESSION_COOKIE_NAME in request.COOKIES else None
        )
        language = chosen or translation.get_language_from_request(request)
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        patch_vary_headers(response, ("Accept-Language",))
        return response
