"""Reading the catalogue: what can be connected here, and what of it a member has connected."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from accounts.models import Membership
from accounts.palette import matches
from connections.choices import ConnectionState
from connections.models import Connection
from connections.registries import LISTINGS, PROVIDERS, Listing
from connections.selectors import connections_of_others, connections_visible
from marketplace.choices import Connected


@dataclass(frozen=True, slots=True)
class Offer:
    """A listing as one member sees it. ``mine`` is what they look after; ``others`` counts the account's other ones."""

    listing: Listing
    mine: list[Connection]
    others: int

    @property
    def needs_attention(self) -> bool:
        """Whether a connection that the member looks after waits for a person."""
        return any(one.state == ConnectionState.NEEDS_ATTENTION for one in self.mine)


def listings_offered() -> list[Listing]:
    """What this installation can connect, in the order of the catalogue."""
    found = [one for one in LISTINGS.values() if one.provider in PROVIDERS and one.descriptor.is_set_up()]
    return sorted(found, key=lambda one: (one.order, str(one.name)))


def listing_offered(key: str) -> Listing | None:
    """One of them; None for what is not known or not set up."""
    return next((one for one in listings_offered() if one.key == key), None)


def offers(*, membership: Membership, listings: Iterable[Listing]) -> list[Offer]:
    """Each listing with its connections; two queries."""
    visible = list(connections_visible(membership=membership))
    others = connections_of_others(membership=membership)
    return [
        Offer(
            one,
            [link for link in visible if (link.provider, link.purpose) == (one.provider, one.purpose)],
            others.get((one.provider, one.purpose), 0),
        )
        for one in listings
    ]


def offers_found(*, membership: Membership, query: str = "", connected: str = "") -> list[Offer]:
    """The catalogue narrowed to words of name, category and description, and to a value of ``Connected``."""
    found = [one for one in listings_offered() if matches(query, *_words(one))]
    shown = offers(membership=membership, listings=found)
    if connected in Connected.values:
        shown = [one for one in shown if bool(one.mine) == (connected == Connected.MINE)]
    return shown


def _words(listing: Listing) -> list[str]:
    texts = (listing.name, listing.category, listing.summary, *listing.overview, *listing.features)
    return [str(text) for text in (*texts, listing.descriptor.name)]
