"""The App Marketplace: the catalogue and an app's page (M1, M3)."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.text import Truncator
from django.views.decorators.http import require_safe

from accounts.web import AccountRequest, account_view
from hubclone.lib.text import clean_line
from marketplace.choices import Connected
from marketplace.selectors import Offer, listing_offered, listings_offered, offers, offers_found

QUERY_MOST = 200


@require_safe
@account_view()
def index(request: AccountRequest, account_id: int) -> HttpResponse:
    """What can be connected; ``?q=`` and ``?connected=`` narrow it."""
    query = Truncator(clean_line(request.GET.get("q", ""))).chars(QUERY_MOST)
    connected = request.GET.get("connected", "")
    found = offers_found(membership=request.membership, query=query, connected=connected)
    context = {
        "cards": [(offer, _action(offer, account_id)) for offer in found],
        "q": query,
        "connected": connected if connected in Connected.values else "",
        "choices": Connected.choices,
        "total": len(listings_offered()),
    }
    return render(request, "marketplace/index.html", context)


@require_safe
@account_view()
def listing(request: AccountRequest, account_id: int, key: str) -> HttpResponse:
    """One app: what it is, what is shared, what it is allowed to do, and what is connected."""
    found = listing_offered(key)
    if found is None:
        raise Http404
    (offer,) = offers(membership=request.membership, listings=[found])
    descriptor = found.descriptor
    context = {
        "offer": offer,
        "listing": found,
        "provider": descriptor,
        "action": _action(offer, account_id),
        "scopes": descriptor.scope_words([scope.scope for scope in descriptor.scopes]),
    }
    return render(request, "marketplace/listing.html", context)


def _action(offer: Offer, account_id: int) -> str:
    """Where the button leads: connecting, or what is connected already."""
    if not offer.mine:
        return offer.listing.start(account_id)
    if len(offer.mine) == 1:
        return reverse("connections:detail", args=[account_id, offer.mine[0].pk])
    return reverse("connections:index", args=[account_id])
