"""Nothing personal is kept for longer than it is needed for: what the setting ``RETENTION`` lists is done."""

from django.conf import settings
from django.utils.module_loading import import_string


def apply() -> dict[str, int]:
    """Let go of what is too old; return of each kind how many rows. Repeatable, and each kind for itself."""
    return {kind: import_string(function)() for kind, function in settings.RETENTION.items()}
