"""Reads of records; every one takes the account."""

from crm.selectors.history import history_latest, history_names, history_page
from crm.selectors.linking import labels_between, link_candidates, link_types, linkable_types
from crm.selectors.links import LinkedGroup, LinkedRecord, associations_get, linked_page
from crm.selectors.records import definitions_list, owners_list, record_get, records_page
from crm.selectors.timeline import TimelineItem, TimelinePage, activity_get, timeline_page

__all__ = [
    "LinkedGroup",
    "LinkedRecord",
    "TimelineItem",
    "TimelinePage",
    "activity_get",
    "associations_get",
    "definitions_list",
    "history_latest",
    "history_names",
    "history_page",
    "labels_between",
    "link_candidates",
    "link_types",
    "linkable_types",
    "linked_page",
    "owners_list",
    "record_get",
    "records_page",
    "timeline_page",
]
