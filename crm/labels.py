"""What properties, their groups and options are called. The words that came with them are shown in the language of who
reads; an account's own words are shown as they were typed, in every language."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _

from crm.builtin_properties import BUILT_IN, PropertySpec
from crm.models import PropertyDefinition, PropertyGroup

_GROUPS = {(object_type, group.name): group.label for object_type, groups in BUILT_IN.items() for group in groups}
_PROPERTIES: dict[tuple[str, str], PropertySpec] = {
    (object_type, spec.name): spec
    for object_type, groups in BUILT_IN.items()
    for group in groups
    for spec in group.properties
}

_OPTIONS = {key: dict(spec.options) for key, spec in _PROPERTIES.items()}


def label_of(definition: PropertyDefinition) -> str:
    """A property's label."""
    return _shown(definition.label, built_in_label(definition))


def group_label(group: PropertyGroup) -> str:
    """A group's label."""
    return _shown(group.label, built_in_group_label(group))


def property_words(object_type: str, name: str, label: str) -> str:
    """A label that was kept apart from its property; the name where none was."""
    spec = _PROPERTIES.get((object_type, name))
    built_in = spec.label if spec else ""
    return _shown(label or built_in or name, built_in)


def group_words(object_type: str, label: str) -> str:
    """A label that was kept apart from its group."""
    known = (built_in for (type_, _name), built_in in _GROUPS.items() if type_ == object_type)
    return _shown(label, label if label in known else "")


def option_labels(definition: PropertyDefinition) -> dict[str, str]:
    """Value → label of the options, in their order."""
    built_in = built_in_options(definition)
    return {
        str(option["value"]): _shown(str(option["label"]), built_in.get(str(option["value"]), ""))
        for option in definition.options
    }


def option_label(definition: PropertyDefinition, value: str) -> str:
    """The label of one option; the value itself when it is none of them (any more)."""
    label = next((str(option["label"]) for option in definition.options if option["value"] == value), value)
    return _shown(label, built_in_options(definition).get(value, ""))


def built_in_label(definition: PropertyDefinition) -> str:
    """The label that a property came with, in English; empty for one of an account's own."""
    spec = _spec(definition)
    return spec.label if spec else ""


def built_in_group_label(group: PropertyGroup) -> str:
    """The label that a group came with, in English; empty for one of an account's own."""
    return _GROUPS.get((group.object_type, group.name), "")


def built_in_options(definition: PropertyDefinition) -> Mapping[str, str]:
    """Value → label, in English, of the options that a property came with."""
    return _OPTIONS.get((definition.object_type, definition.name), {}) if definition.is_built_in else {}


def label_typed(typed: str, built_in: str) -> str:
    """What is kept for a label that was typed where ``built_in`` is shown: nothing, and what it is called in the
    reader's language, stand for the built-in one."""
    return built_in if built_in and typed in ("", _(built_in)) else typed


def _spec(definition: PropertyDefinition) -> PropertySpec | None:
    return _PROPERTIES.get((definition.object_type, definition.name)) if definition.is_built_in else None


def _shown(label: str, built_in: str) -> str:
    return _(label) if label and label == built_in else label
