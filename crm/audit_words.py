"""What the audit log says of this app's actions (A8)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.registries import AUDIT_ACTIONS, AUDIT_NAMES, AUDIT_TARGETS
from crm.choices import ObjectType
from crm.labels import group_words, property_words

for _key, _words in {
    "property.created": _("Property created"),
    "property.archived": _("Property archived"),
    "property.changed": _("Property changed"),
    "property.restored": _("Property restored"),
    "property_group.created": _("Property group created"),
    "property_group.renamed": _("Property group renamed"),
    "property_group.moved": _("Property group moved"),
    "property_group.deleted": _("Property group deleted"),
    "association_label.created": _("Association label created"),
    "association_label.renamed": _("Association label renamed"),
    "association_label.deleted": _("Association label deleted"),
    "excluded_domain.added": _("Domain excluded"),
    "excluded_domain.removed": _("Domain no longer excluded"),
    "record.address_added": _("Email address added to a contact"),
    "record.address_removed": _("Email address removed from a contact"),
    "record.archived": _("Record deleted"),
    "record.restored": _("Record restored"),
    "record.merged": _("Records merged"),
    "record.deleted": _("Record deleted for good"),
    "record.purged": _("Deleted records removed after 90 days"),
    "record.erased": _("Record erased at the person's request"),
    "consent.given": _("Consent noted"),
    "consent.withdrawn": _("Consent withdrawn"),
}.items():
    AUDIT_ACTIONS.register(_key, _words)

for _key, _words in {
    "property": _("Property"),
    "property_group": _("Property group"),
    "association_label": _("Association label"),
    "excluded_domain": _("Excluded domain"),
    "record": _("Record"),
}.items():
    AUDIT_TARGETS.register(_key, _words)


@AUDIT_NAMES.registered("property")
def property_name(label: str, target_id: str) -> str:
    """``contact.shoe: Shoe size`` as "Contact: Shoe size"; the name alone where no label was kept."""
    key, _colon, words = label.partition(": ")
    object_type, _dot, name = key.partition(".")
    return f"{_kind(object_type)}: {property_words(object_type, name, words)}" if name else label


@AUDIT_NAMES.registered("property_group")
def property_group_name(label: str, target_id: str) -> str:
    """``contact: Shoes`` as "Contact: Shoes"."""
    object_type, _colon, words = label.partition(": ")
    return f"{_kind(object_type)}: {group_words(object_type, words)}" if words else label


@AUDIT_NAMES.registered("association_label")
def association_label_name(label: str, target_id: str) -> str:
    """``contact → company: Employer`` as "Contact → Company: Employer"."""
    pair, _colon, words = label.partition(": ")
    return f"{' → '.join(map(_kind, pair.split(' → ')))}: {words}" if words else label


def _kind(object_type: str) -> str:
    return str(ObjectType(object_type).label) if object_type in ObjectType.values else object_type
