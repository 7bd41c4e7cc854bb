"""The logo in the editor of a page: a picture that was chosen, one that a refused form has kept, or none any more."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from hubclone.lib.pictures import TYPES, NotAPicture, Picture, picture_read

LOGO_KB_MOST = 500
LOGO_SIDE_LEAST, LOGO_SIDE_MOST = 16, 3000
"""In pixels."""


class LogoField(forms.FileField):
    """Cleans to a Picture, by what the file holds and not by what it is called; None when no file was sent."""

    widget = forms.FileInput

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.widget.attrs["accept"] = ",".join(TYPES.values())
        self.max_length = None

    def clean(self, data: UploadedFile[bytes] | None, initial: Any = None) -> Picture | None:
        """Raises ValidationError with what to do."""
        if not data:
            return None
        if (data.size or 0) > LOGO_KB_MOST * 1000:
            raise ValidationError(_("This file is too large: at most %(most)s KB.") % {"most": LOGO_KB_MOST})
        try:
            picture = picture_read(data.read())
        except NotAPicture as error:
            raise ValidationError(
                _("This is no PNG, JPEG or WebP picture that stands still. SVG cannot be used.")
            ) from error
        sides = sorted((picture.width, picture.height))
        if sides[0] < LOGO_SIDE_LEAST or sides[1] > LOGO_SIDE_MOST:
            raise ValidationError(
                _("The picture must be between %(least)s and %(most)s pixels wide and high.")
                % {"least": LOGO_SIDE_LEAST, "most": LOGO_SIDE_MOST}
            )
        return picture
