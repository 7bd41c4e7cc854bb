"""Slots of several hosts: those at which all are free, those at which any is, and whose turn it is (C18)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import reduce

from calendars.engine.intervals import intersect
from calendars.engine.slots import Offer, Rules, slots_find


@dataclass(frozen=True, slots=True)
class Turn:
    """A host of a round robin: the share they are to have (``weight``, at least 1), how many meetings they were given
    so far, and when the last of these was booked (epoch seconds; None: never)."""

    host_id: int
    weight: int = 1
    taken: int = 0
    last_at: float | None = None


def group_offer(offers: Iterable[Offer | None]) -> Offer | None:
    """What hosts offer together, under the same rules and windows; None for nobody, and when one offers nothing."""
    known = list(offers)
    if not known or None in known:
        return None
    return reduce(_both, [offer for offer in known if offer is not None])


def _both(one: Offer, other: Offer) -> Offer:
    """Time that is free for both, without the days on which either has reached a limit."""
    return replace(
        one,
        free=intersect(one.free, other.free),
        earliest=max(one.earliest, other.earliest),
        latest=min(one.latest, other.latest),
        full_days=one.full_days | other.full_days,
        full_weeks=one.full_weeks | other.full_weeks,
    )


def group_slots(rules: Rules, offers: Iterable[Offer | None], duration: int) -> list[int]:
    """Every start at which all of them are free, ascending."""
    together = group_offer(offers)
    return [] if together is None else slots_find(rules, together, duration)


def pool_slots(rules: Rules, offers: Mapping[int, Offer | None], duration: int) -> dict[int, list[int]]:
    """Each start at which anybody is free, ascending, with the hosts who are, in the order of ``offers``."""
    pool: dict[int, list[int]] = {}
    for host_id, offer in offers.items():
        for start in slots_find(rules, offer, duration) if offer is not None else ():
            pool.setdefault(start, []).append(host_id)
    return dict(sorted(pool.items()))


def turn_order(turns: Sequence[Turn], *, first: int | None = None) -> list[int]:
    """The hosts in the order in which a booking is theirs: ``first`` if they are among them, then who was given the
    least for their weight, then who was given a meeting the longest ago (never comes first), then by id."""
    return [turn.host_id for turn in sorted(turns, key=lambda turn: (turn.host_id != first, *_rank(turn)))]


def _rank(turn: Turn) -> tuple[Fraction, bool, float, int]:
    return Fraction(turn.taken, turn.weight), turn.last_at is not None, turn.last_at or 0.0, turn.host_id
