"""Keeping what a guest agreed to in the form: once for each booking, word for word (A22)."""

from __future__ import annotations

from django.utils import translation
from django.utils.translation import gettext as _

from accounts.actor import Actor
from calendars.mail.booking_letters import page_url
from calendars.models import Booking
from crm.choices import ConsentState
from crm.services.consents import PROOF_LENGTH_MOST, consent_write


def consent_keep(*, actor: Actor, booking: Booking, text: str) -> None:
    """Note it on the guest's contact, in the booking's transaction; a guest without a contact leaves none."""
    if not text or booking.contact_id is None:
        return
    with translation.override(booking.page.account.language):
        purpose = _("Meetings")
    consent_write(
        actor=actor,
        record_id=booking.contact_id,
        purpose=purpose,
        state=ConsentState.GIVEN,
        text=text,
        proof=page_url(booking)[:PROOF_LENGTH_MOST],
        key=f"booking:{booking.uid}",
    )
