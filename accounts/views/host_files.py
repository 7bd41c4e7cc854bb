"""The files that a host name itself is asked for."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from accounts.choices import DomainState
from accounts.domain_proofs import proof_value
from accounts.hosts import domain_of
from accounts.models import Domain

OWN_ROBOTS = "User-agent: *\nDisallow: /app/\nDisallow: /accounts/\n"
TEXT = "text/plain; charset=utf-8"


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """A domain's own robots.txt, as its account wrote it; ours on a host of ours."""
    return HttpResponse(_domain(request).robots_txt if domain_of(request) else OWN_ROBOTS, content_type=TEXT)


@require_safe
def domain_proof(request: HttpRequest) -> HttpResponse:
    """The proof of a connected domain, so that a later look finds it. One that is only claimed has none here: else
    whoever claims a name that leads to us would have proven it."""
    if domain_of(request) is None:
        raise Http404
    return HttpResponse(proof_value(_domain(request).token), content_type=TEXT)


def _domain(request: HttpRequest) -> Domain:
    served = domain_of(request)
    assert served is not None
    return get_object_or_404(Domain, pk=served.id, state=DomainState.CONNECTED)
