"""*Let … know* (C10): a visitor found a page whose host's calendar cannot be read."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from accounts.web import request_ip
from calendars.services.attempts import attempt_tell
from calendars.views.public import ATTEMPTS_SECONDS, page_read
from hubclone.lib.ratelimit import limit_exceeded


@csrf_exempt
@require_POST
def public_attempt(request: HttpRequest, slug: str) -> HttpResponse:
    """Nothing about the visitor is asked or kept. Who asks too often is thanked all the same, and nobody is told."""
    page = page_read(request, slug)
    if page is None:
        return render(request, "calendars/public/not_found.html", status=404)
    who, most = request_ip(request) or "", settings.BOOKING_ATTEMPTS_MOST
    if not limit_exceeded(name="attempt", who=who, most=most, seconds=ATTEMPTS_SECONDS):
        attempt_tell(page=page)
    return redirect(f"{reverse('calendars:public_page', args=[page.slug])}?told=1")
