"""Places in a list that grows while it is read: behind this row, whatever comes or goes before it."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error

from django.utils.translation import gettext as _

from dbProject.api.errors import Invalid

MARK = "after:"
DIGITS = 19


def cursor(pk: int) -> str:
    """Return what leads behind the row with this pk."""
    return urlsafe_b64encode(f"{MARK}{pk}".encode()).decode().rstrip("=")


def behind(text: str) -> int:
    """Return the pk behind which ``text`` leads; 0 for nothing.

    Raises:
        Invalid: It is no cursor of ours.
    """
    if not text:
        return 0
    try:
        said = urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode("ascii")
    except (Error, ValueError):
        said = ""
    pk = said.removeprefix(MARK)
    if not (said.startswith(MARK) and pk.isdigit() and len(pk) < DIGITS):
        detail = _("This is no cursor.")
        raise Invalid([{"pointer": "", "parameter": "cursor", "code": "invalid", "detail": detail}])
    return int(pk)
