"""Whether every part is up, for load balancers and for ``up`` itself."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from hubclone.lib.health import parts_ailing


@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """200 ``{"status": "ok"}``, or 503 with one sentence for each part that is not well."""
    if ailing := parts_ailing():
        return JsonResponse({"status": "unwell", "parts": ailing}, status=503)
    return JsonResponse({"status": "ok"})
