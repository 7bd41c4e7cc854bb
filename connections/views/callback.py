"""Where a provider sends the browser back to."""

from __future__ import annotations

import structlog
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.models import Membership, User
from accounts.web import sign_in_first, user_actor
from connections.exceptions import ScopesMissing, StateMismatch
from connections.registries import PROVIDERS, PURPOSES
from connections.services.oauth import Attempt, oauth_attempt_take, oauth_complete
from connections.web import connected_say
from hubclone.lib.errors import HubError

log = structlog.get_logger(__name__)


@never_cache
@require_GET
def oauth_callback(request: HttpRequest, provider: str) -> HttpResponse:
    """Finish an attempt, or say in words why it cannot be finished and how to begin again."""
    if not isinstance(request.user, User):
        return sign_in_first(request)
    attempt: Attempt | None = None
    try:
        attempt = oauth_attempt_take(request, provider=provider, user_id=request.user.pk)
        if not Membership.objects.filter(account_id=attempt.account_id, user=request.user).exists():
            raise StateMismatch
        actor = user_actor(request, request.user, attempt.account_id)
        done = oauth_complete(actor=actor, attempt=attempt, answer=request.GET.dict())
    except HubError as error:
        log.info("connection.refused", provider=provider, reason=error.code)
        return _refused(request, provider, attempt, error)
    connected_say(request, done)
    return redirect(done.url)


def _refused(request: HttpRequest, provider: str, attempt: Attempt | None, error: HubError) -> HttpResponse:
    descriptor = PROVIDERS.get(provider)
    missing = error.scopes if isinstance(error, ScopesMissing) else ()
    context = {
        "provider": descriptor,
        "advice": descriptor.error_guide.get(error.code) if descriptor else None,
        "missing": descriptor.scope_words(missing) if descriptor else [],
        "again": PURPOSES[attempt.purpose].start(attempt.account_id) if attempt else "",
    }
    return render(request, "connections/refused.html", context, status=400)
