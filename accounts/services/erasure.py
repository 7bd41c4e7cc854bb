"""What the platform keeps of a person who is erased: e-mails to and about them, notifications, labels of the log."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from functools import reduce

from django.db.models import Q
from django.db.models.functions import Now

from accounts.models import AuditEntry, Notification, OutgoingEmail
from hubclone.lib.jobs.choices import JobState
from hubclone.lib.redaction import redaction_pattern, table_redact

_MAIL = {"subject": "text", "text": "text", "html": "text", "calendar": "text", "last_error": "text"}
_AUDIT = {"actor_label": "text", "target_label": "text", "detail": "jsonb"}


def person_erase(*, account_id: int, record_ids: Sequence[int], addresses: Sequence[str], names: Sequence[str]) -> None:
    """Erase in the caller's transaction. What has been sent stays as an empty row, so that its key is not used again;
    what waits to be sent to them is taken back. ``addresses`` are in lower case."""
    pattern = redaction_pattern(addresses=addresses, names=names)
    emails_erase(account_id=account_id, emails=any_of("to", addresses) | any_of("reply_to", addresses))
    table_redact(table="accounts_outgoingemail", account_id=account_id, columns=_MAIL, pattern=pattern)
    if pattern:
        told = Q(title__iregex=pattern) | Q(text__iregex=pattern)
        Notification.objects.filter(told, account_id=account_id).delete()
    targets = AuditEntry.objects.filter(account_id=account_id, target_kind="record")
    targets.filter(target_id__in=[str(id_) for id_ in record_ids]).exclude(target_label="").update(target_label="")
    table_redact(table="accounts_auditentry", account_id=account_id, columns=_AUDIT, pattern=pattern)


def any_of(field: str, addresses: Sequence[str]) -> Q:
    """Whether a column is one of these addresses, whatever its case."""
    return reduce(operator.or_, (Q(**{f"{field}__iexact": address}) for address in addresses), Q(pk__in=[]))


def emails_erase(*, account_id: int, emails: Q) -> None:
    """Empty the account's e-mails that ``emails`` selects, and take back those that have not gone yet."""
    found = OutgoingEmail.objects.filter(emails, account_id=account_id)
    found.filter(state__in=[JobState.QUEUED, JobState.RUNNING, JobState.DEAD]).update(
        state=JobState.DONE, last_error_code="ERASED", finished_at=Now(), lease_token=None, lease_until=None
    )
    found.update(to="", reply_to="", subject="", text="", html="", calendar="", last_error="")
