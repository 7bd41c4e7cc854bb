"""Whose pages a request asks for, by the host name that it came to (A5). The one place that reads Host."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.request import split_domain_port, validate_host

from accounts.choices import DomainState
from accounts.models import Domain
from hubclone.lib.client_ip import is_address

log = structlog.get_logger(__name__)

ROBOTS_PATH = "/robots.txt"
PROOF_PATH = "/.well-known/hubclone-verification.txt"
HEALTH_PATH = "/healthz"
VISITORS_PATHS = ("/meetings/", "/static/", "/appearance/")
"""What a domain serves beside its robots.txt and its proof; all else is not there."""
NOWHERE_URLS = "hubclone.urls_nowhere"
KNOWN_SECONDS = 5.0
KNOWN_MOST = 1000


@dataclass(frozen=True, slots=True)
class ServedDomain:
    """A connected domain as a request sees it."""

    id: int
    account_id: int
    host: str


class HostMiddleware:
    """A host of our own goes on; a connected domain sets ``request.domain`` and has visitors' pages alone.

    Any other name gets 400, in words that hold nothing of what was asked. X-Forwarded-Host is not read: proxies pass
    Host on. Load balancers may ask for /healthz by an address.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Set ``request.domain``, or refuse."""
        host = request_host(request)
        request.domain = None  # type: ignore[attr-defined]
        if not _is_ours(host, request.path_info):
            domain = domain_served(host)
            if domain is None:
                return _refuse()
            request.domain = domain  # type: ignore[attr-defined]
            if not _is_for_visitors(request.path_info):
                request.urlconf = NOWHERE_URLS
        return self.get_response(request)


def request_host(request: HttpRequest) -> str:
    """The name that the request came to, in lower case, without port and final dot; "" for what is no name."""
    raw = request.META.get("HTTP_HOST")
    return split_domain_port(request.META["SERVER_NAME"] if raw is None else raw)[0]


def domain_of(request: HttpRequest) -> ServedDomain | None:
    """The connected domain that the request came to; None on a host of our own."""
    return getattr(request, "domain", None)


def account_served(request: HttpRequest, account_id: int) -> bool:
    """Whether a page of this account may be shown at the host that was asked: on a domain, only its own account's."""
    domain = domain_of(request)
    return domain is None or domain.account_id == account_id


def own_hosts() -> list[str]:
    """The host names that the installation is configured with; ".name" stands for all below it."""
    return list(settings.OWN_HOSTS)


_known: dict[str, tuple[float, ServedDomain | None]] = {}


def domain_served(host: str) -> ServedDomain | None:
    """The connected domain of this name, as of ``KNOWN_SECONDS`` ago at most."""
    if not host:
        return None
    now = time.monotonic()
    found = _known.get(host)
    if found and now - found[0] < KNOWN_SECONDS:
        return found[1]
    domain = Domain.objects.filter(host=host, state=DomainState.CONNECTED).only("id", "account_id", "host").first()
    served = ServedDomain(domain.pk, domain.account_id, domain.host) if domain else None
    if len(_known) >= KNOWN_MOST:
        _known.clear()
    _known[host] = (now, served)
    return served


def domains_forget() -> None:
    """Look again at the next request: a domain was connected or removed."""
    _known.clear()


def _is_ours(host: str, path: str) -> bool:
    if not host:
        return False
    return validate_host(host, own_hosts()) or (path == HEALTH_PATH and is_address(host.strip("[]")))


def _is_for_visitors(path: str) -> bool:
    return path in (ROBOTS_PATH, PROOF_PATH) or path.startswith(VISITORS_PATHS)


def _refuse() -> HttpResponse:
    log.info("host.refused")
    answer = HttpResponse("This host name is not served here.\n", status=400, content_type="text/plain; charset=utf-8")
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = "no-store"
    return answer
