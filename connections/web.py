"""Helpers of views that send people to a provider."""

from __future__ import annotations

from collections.abc import Callable

from csp.decorators import csp_update
from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from connections.registries import PROVIDERS
from connections.services.keep import Completed


def form_may_lead_to(
    provider: str, request: HttpRequest, answer: Callable[[HttpRequest], HttpResponseBase]
) -> HttpResponseBase:
    """Build the page with ``answer`` and let its forms end at the provider's consent page, which browsers check."""
    client = PROVIDERS[provider].oauth
    origin = client.page_origin() if client else "'self'"
    return csp_update({"form-action": [origin]})(answer)(request)


def connected_say(request: HttpRequest, done: Completed) -> None:
    """Confirm that the connection works (again)."""
    words = _("Connected again: %(name)s") if done.is_again else _("Connected: %(name)s")
    messages.success(request, words % {"name": done.connection.label or done.connection.identity})
