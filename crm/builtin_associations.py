"""The association types that every account has.

Numbers below 9,000 are the public API's, as its documentation lists them (developers.hubspot.com, Associations v4,
"Association type ID values", as of March 2026). A test compares them with those that the official Python SDK names
(``hubspot.crm.association_type``, hubspot-api-client 12.0.0); it knows none of invoices, orders and links between two
records of one kind. Numbers from 9,000 are ours: the public API lists none for these pairs. An account's own begin at
10,000.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext_noop as _

from crm.choices import ObjectType as T


@dataclass(frozen=True, slots=True)
class AssociationSpec:
    """One direction. ``implies`` is the unlabelled type that a labelled link also makes; 0 for none."""

    from_type: str
    to_type: str
    type_id: int
    inverse_type_id: int
    label: str = ""
    implies: int = 0

    @property
    def name(self) -> str:
        """As the API names it: ``contact_to_company``."""
        prefix = f"{self.label.lower()}_" if self.label else ""
        return f"{prefix}{self.from_type}_to_{self.to_type}"


# from, to, id, inverse id, label, inverse label, implied unlabelled id and its inverse
_PAIRS: tuple[tuple[T, T, int, int, str, str, int, int], ...] = (
    (T.CONTACT, T.COMPANY, 279, 280, "", "", 0, 0),
    (T.CONTACT, T.COMPANY, 1, 2, _("Primary"), _("Primary"), 279, 280),
    (T.CONTACT, T.DEAL, 4, 3, "", "", 0, 0),
    (T.CONTACT, T.TICKET, 15, 16, "", "", 0, 0),
    (T.CONTACT, T.CONTACT, 449, 449, "", "", 0, 0),
    (T.COMPANY, T.COMPANY, 450, 450, "", "", 0, 0),
    (T.COMPANY, T.COMPANY, 13, 14, _("Parent"), _("Child"), 0, 0),
    (T.DEAL, T.COMPANY, 341, 342, "", "", 0, 0),
    (T.DEAL, T.COMPANY, 5, 6, _("Primary"), _("Primary"), 341, 342),
    (T.DEAL, T.DEAL, 451, 451, "", "", 0, 0),
    (T.DEAL, T.LINE_ITEM, 19, 20, "", "", 0, 0),
    (T.DEAL, T.TICKET, 27, 28, "", "", 0, 0),
    (T.TICKET, T.COMPANY, 339, 340, "", "", 0, 0),
    (T.TICKET, T.COMPANY, 26, 25, _("Primary"), _("Primary"), 339, 340),
    (T.TICKET, T.TICKET, 452, 452, "", "", 0, 0),
    (T.CONTACT, T.CALL, 193, 194, "", "", 0, 0),
    (T.CONTACT, T.EMAIL, 197, 198, "", "", 0, 0),
    (T.CONTACT, T.MEETING, 199, 200, "", "", 0, 0),
    (T.CONTACT, T.NOTE, 201, 202, "", "", 0, 0),
    (T.CONTACT, T.TASK, 203, 204, "", "", 0, 0),
    (T.COMPANY, T.CALL, 181, 182, "", "", 0, 0),
    (T.COMPANY, T.EMAIL, 185, 186, "", "", 0, 0),
    (T.COMPANY, T.MEETING, 187, 188, "", "", 0, 0),
    (T.COMPANY, T.NOTE, 189, 190, "", "", 0, 0),
    (T.COMPANY, T.TASK, 191, 192, "", "", 0, 0),
    (T.DEAL, T.CALL, 205, 206, "", "", 0, 0),
    (T.DEAL, T.EMAIL, 209, 210, "", "", 0, 0),
    (T.DEAL, T.MEETING, 211, 212, "", "", 0, 0),
    (T.DEAL, T.NOTE, 213, 214, "", "", 0, 0),
    (T.DEAL, T.TASK, 215, 216, "", "", 0, 0),
    (T.TICKET, T.CALL, 219, 220, "", "", 0, 0),
    (T.TICKET, T.EMAIL, 223, 224, "", "", 0, 0),
    (T.TICKET, T.MEETING, 225, 226, "", "", 0, 0),
    (T.TICKET, T.NOTE, 227, 228, "", "", 0, 0),
    (T.TICKET, T.TASK, 229, 230, "", "", 0, 0),
    (T.INVOICE, T.CONTACT, 177, 178, "", "", 0, 0),
    (T.INVOICE, T.COMPANY, 179, 180, "", "", 0, 0),
    (T.INVOICE, T.DEAL, 175, 176, "", "", 0, 0),
    (T.INVOICE, T.LINE_ITEM, 409, 410, "", "", 0, 0),
    (T.ORDER, T.CONTACT, 507, 508, "", "", 0, 0),
    (T.ORDER, T.COMPANY, 934, 935, "", "", 0, 0),
    (T.ORDER, T.COMPANY, 509, 510, _("Primary"), _("Primary"), 934, 935),
    (T.ORDER, T.DEAL, 512, 511, "", "", 0, 0),
    (T.ORDER, T.LINE_ITEM, 513, 514, "", "", 0, 0),
    (T.LINE_ITEM, T.PRODUCT, 9021, 9022, "", "", 0, 0),
    (T.MARKETING_EVENT, T.CONTACT, 9031, 9032, "", "", 0, 0),
    (T.INVOICE, T.CALL, 9041, 9042, "", "", 0, 0),
    (T.INVOICE, T.EMAIL, 9043, 9044, "", "", 0, 0),
    (T.INVOICE, T.MEETING, 9045, 9046, "", "", 0, 0),
    (T.INVOICE, T.NOTE, 9047, 9048, "", "", 0, 0),
    (T.INVOICE, T.TASK, 9049, 9050, "", "", 0, 0),
    (T.ORDER, T.CALL, 9051, 9052, "", "", 0, 0),
    (T.ORDER, T.EMAIL, 9053, 9054, "", "", 0, 0),
    (T.ORDER, T.MEETING, 9055, 9056, "", "", 0, 0),
    (T.ORDER, T.NOTE, 9057, 9058, "", "", 0, 0),
    (T.ORDER, T.TASK, 9059, 9060, "", "", 0, 0),
)


def _both_ways() -> Iterator[AssociationSpec]:
    for from_type, to_type, type_id, inverse, label, inverse_label, implies, implied_inverse in _PAIRS:
        yield AssociationSpec(from_type.value, to_type.value, type_id, inverse, label, implies)
        if type_id != inverse:
            yield AssociationSpec(to_type.value, from_type.value, inverse, type_id, inverse_label, implied_inverse)


ASSOCIATIONS: tuple[AssociationSpec, ...] = tuple(_both_ways())
IMPLIED: dict[int, int] = {spec.type_id: spec.implies for spec in ASSOCIATIONS if spec.implies}


ONE_AT_MOST = frozenset({1, 5, 26, 509})
"""Types that lead to one record at most: the primary company of a contact, a deal, a ticket, an order."""


def unlabelled(from_type: str, to_type: str) -> int | None:
    """The built-in type id that links two kinds of record without a label."""
    return next(
        (s.type_id for s in ASSOCIATIONS if (s.from_type, s.to_type, s.label) == (from_type, to_type, "")), None
    )
