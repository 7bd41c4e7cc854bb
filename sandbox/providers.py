"""What the sandbox's own parts ask of each stand-in, so that none of them names one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from werkzeug.wrappers import Response

from sandbox.context import Ask, Box
from sandbox.faults import Fault
from sandbox.store import Store


class Part(Protocol):
    """What works in the background for a stand-in."""

    def reload(self) -> None:
        """Learn anew what the store says, after a reset."""

    def stop(self) -> None:
        """Give up what waits."""


@dataclass(frozen=True)
class Person:
    """Somebody who has an account, for the front page. ``note`` says of what kind."""

    email: str
    name: str
    url: str
    note: str = ""


@dataclass(frozen=True)
class Provider:
    """One stand-in. ``roots`` are the first parts of its paths, beside ``name``.

    ``operation`` names a call for faults, beside its HTTP method; "" where it has no name.
    """

    name: str
    label: str
    seed: Callable[[Store], None]
    state: Callable[[Box, int, str], dict[str, Any]]
    people: Callable[[Store], list[Person]]
    fault_answer: Callable[[Fault, Ask], Response]
    refusal: Callable[[Ask, int, str], Response | None]
    roots: tuple[str, ...] = ()
    start: Callable[[Box], Part] | None = None
    operation: Callable[[Ask], str] | None = None


PROVIDERS: dict[str, Provider] = {}


def register(provider: Provider) -> None:
    """Make a stand-in known; its routes register themselves."""
    PROVIDERS[provider.name] = provider


def provider_name(path: str) -> str:
    """Whose path this is; the first part itself where it is nobody's."""
    root = path.split("/", 2)[1]
    return next((p.name for p in PROVIDERS.values() if root in p.roots), root)
