"""Where calendar providers tell us of changes."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from calendars.registries import CALENDAR_PROVIDERS
from calendars.services.push import push_take


@csrf_exempt
@require_POST
def hook(request: HttpRequest, provider: str) -> HttpResponse:
    """204 for pushes of our channels; for others what makes the provider stop, which mostly is 404.

    A reply that the provider asks for is its own text as plain text, and nothing else is done then.
    """
    found = CALENDAR_PROVIDERS.get(provider)
    post = found.push_receive(query=request.GET.dict(), headers=request.headers, body=request.body) if found else None
    if post is None:
        return HttpResponse(status=404)
    if post.reply:
        return HttpResponse(post.reply, content_type="text/plain; charset=utf-8")
    known = [push_take(message=message) for message in post.messages]
    return HttpResponse(status=204 if any(known) else post.unknown_status)
