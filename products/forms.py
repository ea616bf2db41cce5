"""What people type into the catalog."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from products import pictures
from products.errors import PictureRefused

PICTURE_TYPES = "image/jpeg,image/png,image/webp,image/avif"


class PictureField(forms.FileField):
    """A picture to upload; what the shop cannot take is said at the field, and the rest of the form stays."""

    widget = forms.FileInput(attrs={"accept": PICTURE_TYPES})

    def to_python(self, data: Any) -> Any:
        file = super().to_python(data)
        if file is not None:
            try:
                pictures.check(file)
            except PictureRefused as refused:
                raise ValidationError(refused.detail, code=refused.code) from refused
        return file
