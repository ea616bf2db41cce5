"""Files in an S3-compatible bucket. Imported only where ``STORAGE_URL`` is set (requirements-cloud.txt)."""

from typing import Any

from django.core.files import File
from storages.backends.s3 import S3Storage

NAMED_BY_CONTENT = "public, max-age=31536000, immutable"
OF_A_PERSON = "public, max-age=3600"
"""Pictures of profiles are deleted with their accounts: no cache keeps them for longer."""


class PublicFiles(S3Storage):
    """Uploads and pictures, at addresses that everybody may open."""

    def get_object_parameters(self, name: str) -> dict[str, Any]:
        is_of_a_person = name.removeprefix(f"{self.location}/").startswith("avatars/")
        return {"CacheControl": OF_A_PERSON if is_of_a_person else NAMED_BY_CONTENT}


class PrivateFiles(S3Storage):
    """What only the shop itself reads, and hands to whom it belongs: no address leads there."""

    def url(self, name: str, *args: Any, **kwargs: Any) -> str:
        raise ValueError("This file is not accessible via a URL.")

    def replace(self, name: str, content: File[bytes]) -> None:
        """Put ``content`` in the place of the file ``name``."""
        self._save(name, content)
