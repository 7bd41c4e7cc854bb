"""Parts of addresses. Importing registers them."""

from __future__ import annotations

from django.urls import register_converter

from crm.objects import OBJECTS, ObjectInfo


class ObjectsConverter:
    """A path segment that is the plural of an object type: ``contacts``."""

    regex = "|".join(info.plural for info in OBJECTS.values())
    _by_plural = {info.plural: info for info in OBJECTS.values()}

    def to_python(self, value: str) -> ObjectInfo:
        """What is known of the type."""
        return self._by_plural[value]

    def to_url(self, value: ObjectInfo | str) -> str:
        """Its plural."""
        return value if isinstance(value, str) else value.plural


register_converter(ObjectsConverter, "objects")
