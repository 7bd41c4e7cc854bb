"""Who calls the API."""

from __future__ import annotations

from dataclasses import dataclass

from accounts.actor import Actor


@dataclass(frozen=True, slots=True)
class ApiCaller:
    """What a bearer token stands for; it is ``request.auth``. ``kind`` names the sort of token, as ``private_app``."""

    account_id: int
    scopes: frozenset[str]
    actor: Actor
    kind: str
