"""Whom a booking takes: everybody of a personal or group page, one host of a round robin (C18, C25).

Providers are asked outside any lock, and the choice is made under the locks of everybody who may be chosen, by counts
that no other booking can change meanwhile. A round robin's hosts are asked in the order of their turns until one is
free; when under the lock it is the turn of somebody who has not been asked yet, the transaction is given up, they are
asked, and the choice is made anew.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

from calendars.choices import PageKind
from calendars.engine.pools import Turn, turn_order
from calendars.exceptions import HostUnavailable, SlotTaken
from calendars.models import SchedulingPage
from calendars.selectors.hosts import contact_owner_id, page_turns
from calendars.services.booking_form import BookingForm
from calendars.services.booking_hosts import (
    Host,
    HostAnswer,
    HostAnswered,
    hosts_ask,
    hosts_free_check,
    hosts_of,
    time_to_ask,
)

TURNS_ASKED_AT_ONCE = 8
_REFUSALS = {HostAnswer.BUSY, HostAnswer.UNREADABLE}
PATIENCE_SECONDS = 10.0
"""How long a round robin's providers are asked in all; from then on the stored busy time decides alone."""


class NotAsked(Exception):
    """It is the turn of somebody of ``host_ids``, who are free, whose provider has not been asked yet."""

    def __init__(self, host_ids: Sequence[int]) -> None:
        super().__init__()
        self.host_ids = host_ids


class Party:
    """The hosts who may be taken, and what their providers have said so far."""

    def __init__(self, page: SchedulingPage, form: BookingForm, host_ids: Sequence[int]) -> None:
        """``host_ids`` are those who can take the meeting as far as is stored."""
        self._page = page
        self._hosts = {host.user_id: host for host in hosts_of(account_id=page.account_id, user_ids=host_ids)}
        self._window = time_to_ask(page, form.starts_at, form.ends_at)
        self._answers: dict[int, HostAnswered] = {}
        self._until = time.monotonic() + PATIENCE_SECONDS
        self._is_pool = page.kind == PageKind.ROUND_ROBIN
        self._first: int | None = None
        self._turns: Sequence[Turn] = []
        if self._is_pool:
            self._turns = page_turns(page, host_ids)
            self._first = (
                contact_owner_id(account_id=page.account_id, email=form.email) if page.is_owner_first else None
            )

    @property
    def host_ids(self) -> list[int]:
        """Whose locks the choice needs."""
        return list(self._hosts)

    def ask(self, among: Sequence[int] | None = None) -> None:
        """Ask providers, outside any lock, until it is known who of ``among`` (by default all) would be taken. Raises
        SlotTaken or HostUnavailable when nobody can be."""
        if not self._is_pool:
            hosts_free_check(hosts=list(self._hosts.values()), window=self._window)
            return
        possible = self.host_ids if among is None else among
        while self._best(possible) is None:
            most = TURNS_ASKED_AT_ONCE if self._answers else 1
            unasked = [host_id for host_id in self._in_turn(possible) if host_id not in self._answers]
            hosts = [self._hosts[host_id] for host_id in unasked[:most]]
            self._answers |= hosts_ask(hosts=hosts, window=self._window)

    def choose(self, free_ids: Sequence[int]) -> list[Host]:
        """Whom to take of those who are free under the locks, the organiser first. Raises NotAsked, SlotTaken."""
        if not self._is_pool:
            return sorted(self._hosts.values(), key=lambda host: host.user_id != self._page.owner_id)
        self._turns = page_turns(self._page, self.host_ids)
        chosen = self._best(free_ids)
        if chosen is None:
            raise NotAsked(free_ids)
        return [self._hosts[chosen]]

    def _best(self, free_ids: Sequence[int]) -> int | None:
        """Whose turn it is; None when the next in turn is to be asked first. Who does not answer comes behind those
        who do, and is taken by what is stored when nobody else is left."""
        order = [host_id for host_id in self._in_turn(free_ids) if self._answer(host_id) not in _REFUSALS]
        if not order:
            raise self._nobody(free_ids)
        answering = [host_id for host_id in order if self._answer(host_id) != HostAnswer.SILENT]
        chosen = (answering or order)[0]
        return chosen if chosen in self._answers or time.monotonic() > self._until else None

    def _in_turn(self, host_ids: Sequence[int]) -> list[int]:
        return turn_order([turn for turn in self._turns if turn.host_id in host_ids], first=self._first)

    def _answer(self, host_id: int) -> HostAnswer | None:
        answered = self._answers.get(host_id)
        return None if answered is None else answered.answer

    def _nobody(self, host_ids: Sequence[int]) -> SlotTaken | HostUnavailable:
        """Taken, unless it is that none of their calendars can be read."""
        if set(host_ids) != set(self._hosts) or any(self._answer(id_) != HostAnswer.UNREADABLE for id_ in host_ids):
            return SlotTaken()
        return HostUnavailable([pk for answered in self._answers.values() for pk in answered.unreadable])
