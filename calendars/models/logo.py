"""Logos of scheduling pages (C20)."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now


class PageLogo(models.Model):
    """A picture that visitors see, in the database as the application keeps no files. ``digest`` is the SHA-256 of
    ``data`` in hexadecimal and its address; ``ending`` is a key of ``hubclone.lib.pictures.TYPES``; sizes in pixels.

    One that no page uses is taken away a day later: until then a form that was refused can still name it.
    """

    account = models.ForeignKey("accounts.Account", on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64, db_index=True)
    ending = models.CharField(max_length=4)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    data = models.BinaryField()
    kept_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "digest"], name="page_logo_once")]

    def __str__(self) -> str:
        return f"logo {self.pk}"
