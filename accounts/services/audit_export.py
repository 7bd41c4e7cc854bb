"""The audit log as a file (A8)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import tzinfo

from django.db import transaction
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from accounts.actor import Actor
from accounts.audit_log import AuditFilter, audit_entries, target_name
from accounts.choices import ActorKind
from accounts.models import AuditEntry
from accounts.registries import AUDIT_ACTIONS, AUDIT_TARGETS
from accounts.services.audit import audit_write
from hubclone.lib.csv_cells import csv_lines

ROWS_AT_A_TIME = 500


@transaction.atomic
def audit_export(*, actor: Actor, wanted: AuditFilter, zone: tzinfo) -> Iterator[str]:
    """The lines of a CSV file of that part of the log as of now, in the active language, times in ``zone``.

    The export itself is written to the log at once; the rows come by a server-side cursor as the lines are asked for.
    """
    last = AuditEntry.objects.filter(account_id=actor.account_id).order_by("-id").values_list("id", flat=True).first()
    asked = {name: str(value) for name, value in _asked(wanted).items()}
    audit_write(actor=actor, action="audit.exported", target_kind="account", target_id=actor.account_id, detail=asked)
    entries = audit_entries(account_id=actor.account_id, wanted=wanted).filter(id__lte=last or 0)
    return csv_lines(_head(), _rows(entries.iterator(chunk_size=ROWS_AT_A_TIME), zone, _Words()))


class _Words:
    """What keys are called in the language of now; the lines are made when it is over."""

    def __init__(self) -> None:
        self.actions = {key: str(words) for key, words in AUDIT_ACTIONS.items()}
        self.targets = {key: str(words) for key, words in AUDIT_TARGETS.items()}
        self.actors = {key: str(words) for key, words in ActorKind.choices}
        self._language = get_language()

    def name(self, entry: AuditEntry) -> str:
        """What the entry is about."""
        with override(self._language):
            return target_name(entry)


def _head() -> list[str]:
    return [
        *(_("When"), _("Who"), _("Kind of actor"), _("IP address"), _("Action"), _("Code")),
        *(_("Target"), _("Name"), _("Number"), _("Details")),
    ]


def _rows(entries: Iterator[AuditEntry], zone: tzinfo, words: _Words) -> Iterator[list[object]]:
    for entry in entries:
        yield [
            entry.created_at.astimezone(zone).isoformat(timespec="seconds"),
            entry.actor_label,
            words.actors.get(entry.actor_kind, entry.actor_kind),
            entry.ip,
            words.actions.get(entry.action, entry.action),
            entry.action,
            words.targets.get(entry.target_kind, entry.target_kind),
            words.name(entry),
            entry.target_id,
            json.dumps(entry.detail, ensure_ascii=False, sort_keys=True) if entry.detail else "",
        ]


def _asked(wanted: AuditFilter) -> dict[str, object]:
    names = ("actor", "actor_kind", "action", "target_kind", "target", "since", "until")
    return {name: value for name in names if (value := getattr(wanted, name))}
