"""Typed registries: how an app offers something to the floors below or beside it, in AppConfig.ready()."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Registry(Generic[K, V]):
    """An ordered dict that refuses to hold two things under one key."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._items: dict[K, V] = {}

    def register(self, key: K, item: V) -> V:
        """Add ``item``. Raises ValueError for a key that is taken by something else."""
        if self._items.get(key, item) is not item:
            raise ValueError(f"{self.name} already has {key!r}")
        self._items[key] = item
        return item

    def replace(self, key: K, item: V) -> V:
        """Put ``item`` where a floor below has registered its own. Raises LookupError when nothing is there."""
        self[key]
        self._items[key] = item
        return item

    def registered(self, key: K) -> Callable[[V], V]:
        """The decorator form of ``register``."""
        return lambda item: self.register(key, item)

    def __getitem__(self, key: K) -> V:
        try:
            return self._items[key]
        except KeyError:
            raise LookupError(f"{self.name} has no {key!r}; it has {sorted(map(str, self._items))}") from None

    def get(self, key: K) -> V | None:
        """The item, or None."""
        return self._items.get(key)

    def __contains__(self, key: object) -> bool:
        return key in self._items

    def __iter__(self) -> Iterator[K]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def values(self) -> list[V]:
        """Everything, in the order of registration."""
        return list(self._items.values())

    def items(self) -> list[tuple[K, V]]:
        """Every key with its item, in the order of registration."""
        return list(self._items.items())
