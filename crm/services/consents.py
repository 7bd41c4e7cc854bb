"""What people agreed to, statement by statement; the newest one for a purpose holds."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actor import Actor
from accounts.services.audit import audit_write
from crm.choices import ConsentState, ObjectType
from crm.exceptions import RecordError
from crm.models import Consent
from crm.services.changes import RecordChange, TimelineChange
from crm.services.records import records_write
from hubclone.lib.text import clean, clean_line

PURPOSE_LENGTH_MOST = 100
PROOF_LENGTH_MOST = 400
KEY_LENGTH_MOST = 200
CONSENT_KIND = "consent"


class ConsentInvalid(RecordError):
    """The statement cannot be kept. ``field`` is the part that is wrong."""

    code = "CONSENT_INVALID"

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field


@transaction.atomic
def consent_write(
    *, actor: Actor, record_id: int, purpose: str, state: str, text: str = "", proof: str = "", key: str = ""
) -> Consent:
    """Keep one statement of a contact and put it on the timeline; the same ``key`` of a contact is kept once.

    ``text`` is what they read and agreed to, word for word; ``proof`` says where it was said. A purpose that the
    account has in other letters is that one. Raises ConsentInvalid, RecordNotFound.
    """
    purpose = _purpose(actor.account_id, purpose)
    proof = clean_line(proof)
    if state not in ConsentState.values:
        raise ConsentInvalid("state", _("Choose what was said."))
    if len(proof) > PROOF_LENGTH_MOST or len(key) > KEY_LENGTH_MOST:
        raise ConsentInvalid("proof", _("This is longer than %(most)s characters.") % {"most": PROOF_LENGTH_MOST})
    contact_id = _hold(actor, record_id)
    earlier = (
        Consent.objects.filter(account_id=actor.account_id, record_id=contact_id, key=key).first() if key else None
    )
    if earlier is not None:
        return earlier
    consent = Consent.objects.create(
        account_id=actor.account_id,
        record_id=contact_id,
        purpose=purpose,
        state=state,
        text=clean(text),
        proof=proof,
        key=key,
        source_kind=actor.kind,
        source_id=actor.id,
        source_label=actor.label[:254],
    )
    _tell(actor, consent)
    return consent


def _purpose(account_id: int, purpose: str) -> str:
    purpose = clean_line(purpose)
    if not purpose or len(purpose) > PURPOSE_LENGTH_MOST:
        most = {"most": PURPOSE_LENGTH_MOST}
        raise ConsentInvalid("purpose", _("Say what for, in at most %(most)s characters.") % most)
    known = Consent.objects.filter(account_id=account_id, purpose__iexact=purpose).order_by("id").first()
    return known.purpose if known else purpose


def _hold(actor: Actor, record_id: int) -> int:
    """The contact's id after merges, locked, so that neither a merge nor an erasure goes on beside this."""
    result = records_write(actor=actor, changes=[RecordChange(ObjectType.CONTACT, record_id=record_id)])[0]
    assert result.record_id is not None
    return result.record_id


def _tell(actor: Actor, consent: Consent) -> None:
    entry = TimelineChange(
        CONSENT_KIND,
        f"consent:{consent.pk}",
        dt.datetime.now(dt.UTC),
        {"purpose": consent.purpose, "state": str(consent.state), "proof": consent.proof},
    )
    records_write(
        actor=actor, changes=[RecordChange(ObjectType.CONTACT, record_id=consent.record_id, timeline=[entry])]
    )
    audit_write(
        actor=actor,
        action="consent.given" if consent.state == ConsentState.GIVEN else "consent.withdrawn",
        target_kind="record",
        target_id=consent.record_id,
        target_label=consent.purpose,
    )
