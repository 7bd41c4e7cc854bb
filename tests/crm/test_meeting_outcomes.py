"""A meeting's outcome has one name on the record and among the meetings."""

from __future__ import annotations

import importlib

import pytest
from django.apps import apps
from django.utils.translation import override

from accounts.models import Account
from calendars.choices import MeetingOutcome
from crm.labels import option_labels
from crm.models import PropertyDefinition, Schema

pytestmark = [pytest.mark.django_db, pytest.mark.spec("A15", "C27")]
migration = importlib.import_module("crm.migrations.0008_meeting_outcome_words")


@pytest.fixture
def outcome(account: Account) -> PropertyDefinition:
    return PropertyDefinition.objects.get(account=account, object_type="meeting", name="hs_meeting_outcome")


def labels_set(definition: PropertyDefinition, **labels: str) -> None:
    """What an account from before has, under these values."""
    options = [{**option, "label": labels.get(option["value"], option["label"])} for option in definition.options]
    new = [{"value": value, "label": label} for value, label in labels.items() if value == "OWN"]
    PropertyDefinition.objects.filter(pk=definition.pk).update(options=options + new)


def labels_after(definition: PropertyDefinition) -> dict[str, str]:
    migration.rename(apps, None)
    definition.refresh_from_db()
    return {option["value"]: option["label"] for option in definition.options}


@pytest.mark.parametrize("language", ["en", "pl"])
def test_an_outcome_is_called_the_same_on_the_record_as_among_the_meetings(
    outcome: PropertyDefinition, language: str
) -> None:
    with override(language):
        assert option_labels(outcome).items() >= {(o.value, str(o.label)) for o in MeetingOutcome}


def test_the_words_that_an_account_came_with_are_changed_and_other_lists_keep_theirs(
    account: Account, outcome: PropertyDefinition
) -> None:
    labels_set(outcome, COMPLETED="Completed", NO_SHOW="No show")
    version = Schema.objects.get(account=account).version
    after = labels_after(outcome)
    assert (after["COMPLETED"], after["NO_SHOW"], after["SCHEDULED"]) == ("Held", "No-show", "Scheduled")
    assert Schema.objects.get(account=account).version != version
    task = PropertyDefinition.objects.get(account=account, object_type="task", name="hs_task_status")
    assert {"value": "COMPLETED", "label": "Completed"} in task.options


def test_an_accounts_own_words_stay_and_no_two_options_come_to_be_alike(outcome: PropertyDefinition) -> None:
    labels_set(outcome, COMPLETED="Completed", NO_SHOW="Did not come", OWN="held")
    after = labels_after(outcome)
    assert (after["COMPLETED"], after["NO_SHOW"], after["OWN"]) == ("Completed", "Did not come", "held")
