"""What the apps above offer to records. Filled in ``AppConfig.ready()``."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from hubclone.lib.registry import Registry


@dataclass(frozen=True, slots=True)
class TimelineKind:
    """How entries of a kind are shown (A19). ``label`` names the kind in the filter, ``title`` one entry of it.

    ``template`` is a partial that gets ``entry`` (a TimelineEntry with its ``about`` loaded) and shows its ``data``;
    ``icon`` is a name that the tag ``icon`` knows.
    """

    key: str
    label: str | Promise
    icon: str
    template: str
    title: str | Promise = ""


TIMELINE_KINDS: Registry[str, TimelineKind] = Registry("timeline kinds")

PROPERTY_CHANGE = "property_change"
"""A kind without rows of its own: the history of properties, woven in when the timeline is filtered by it."""

TIMELINE_KINDS.register(
    PROPERTY_CHANGE,
    TimelineKind(PROPERTY_CHANGE, _("Property changes"), "edit", "crm/timeline/_property_change.html"),
)
TIMELINE_KINDS.register("note", TimelineKind("note", _("Notes"), "note", "crm/timeline/_note.html", _("Note")))
