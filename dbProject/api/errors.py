"""The ways in which the API says no to what it is asked, whatever it is about."""

from typing import Any

from django.utils.translation import gettext as _

from dbProject.errors import ErrorCategory, ShopError


class Invalid(ShopError):
    """Something of what was sent is missing or wrong; ``errors`` say what and where."""

    code = "invalid"
    category = ErrorCategory.VALIDATION

    def __init__(self, errors: list[dict[str, Any]]) -> None:
        super().__init__(_("Some of what you sent is missing or wrong."), errors=errors)


class Malformed(ShopError):
    """A body that cannot be read at all, or says the same thing twice."""

    code = "malformed"
    category = ErrorCategory.VALIDATION

    def __init__(self, detail: str, *, pointer: str = "", code: str = "malformed") -> None:
        super().__init__(detail, errors=[{"pointer": pointer, "code": code, "detail": detail}])


class TooLarge(ShopError):
    """A body of more bytes than this address reads."""

    code = "too_large"
    status = 413
    category = ErrorCategory.VALIDATION

    def __init__(self, most: int) -> None:
        super().__init__(_("That is too much at once. Please send less."), most_bytes=most)


class UnknownParameter(ShopError):
    """A part of the query that this address does not know: a typing error would else go unnoticed."""

    code = "unknown_parameter"
    category = ErrorCategory.VALIDATION

    def __init__(self, names: list[str], *, known: list[str]) -> None:
        text = _("This address knows no parameter %(name)s.")
        errors = [
            {"pointer": "", "parameter": name, "code": self.code, "detail": text % {"name": name}}
            for name in names
        ]
        super().__init__(text % {"name": ", ".join(names)}, errors=errors, known=known)


def escaped(key: Any) -> str:
    """Return ``key`` as a part of a JSON pointer."""
    return str(key).replace("~", "~0").replace("/", "~1")
