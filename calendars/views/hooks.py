"""Where calendar providers tell us of changes."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from calendars.registries import CALENDAR_PROVIDERS
from calendars.services.push import push_receive


@csrf_exempt
@require_POST
def hook(request: HttpRequest, provider: str) -> HttpResponse:
    """204 for a push of one of our channels; 404 for everything else, which ends a channel that we have forgotten."""
    found = CALENDAR_PROVIDERS.get(provider)
    message = found.push_parse(headers=request.headers, body=request.body) if found else None
    known = message is not None and push_receive(message=message)
    return HttpResponse(status=204 if known else 404)
