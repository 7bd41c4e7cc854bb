"""Reads of records; every one takes the account."""

from crm.selectors.history import history_page
from crm.selectors.links import LinkedGroup, LinkedRecord, associations_get
from crm.selectors.records import definitions_list, owners_list, record_get, records_page
from crm.selectors.timeline import TimelineItem, TimelinePage, timeline_page

__all__ = [
    "LinkedGroup",
    "LinkedRecord",
    "TimelineItem",
    "TimelinePage",
    "associations_get",
    "definitions_list",
    "history_page",
    "owners_list",
    "record_get",
    "records_page",
    "timeline_page",
]
