"""Who acts. Every service that writes takes an Actor; history, audit and A24's rule derive from it."""

from __future__ import annotations

from dataclasses import dataclass

from accounts.choices import ActorKind


@dataclass(frozen=True, slots=True)
class Actor:
    """``id`` is the user's, app's or sync's key as text (empty for system and visitor); ``label`` is for people."""

    account_id: int
    kind: ActorKind
    id: str = ""
    label: str = ""
    ip: str | None = None


def system_actor(account_id: int, label: str = "Hubclone") -> Actor:
    """The product itself."""
    return Actor(account_id=account_id, kind=ActorKind.SYSTEM, label=label)
