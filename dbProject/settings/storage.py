"""Where files are kept: in folders, or in an S3-compatible bucket that all machines share."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

CONNECT_SECONDS, READ_SECONDS = 2, 10


def in_folders(*, jobs: Path, documents: Path) -> dict[str, dict[str, Any]]:
    """Return the storages of a shop whose machines share these folders, and ``MEDIA_ROOT``."""
    folder = "django.core.files.storage.FileSystemStorage"
    return {
        "default": {"BACKEND": folder},
        "jobs": {"BACKEND": folder, "OPTIONS": {"location": jobs, "base_url": None}},
        "documents": {"BACKEND": folder, "OPTIONS": {"location": documents, "base_url": None}},
    }


def in_bucket(url: str) -> dict[str, dict[str, Any]]:
    """Return the storages of a shop whose files are in the bucket of ``url``, below a folder for each kind.

    ``s3://KEY:SECRET@BUCKET.REGION``, and after a question mark ``endpoint`` for another provider than AWS,
    ``public`` for the address at which browsers find the bucket, such as a CDN's. Key and secret are quoted.
    """
    from botocore.config import Config  # 10 MB that a shop with folders does not load

    parts, more = urlsplit(url), dict(parse_qsl(urlsplit(url).query))
    name, _dot, region = (parts.hostname or "").rpartition(".")
    endpoint = more.get("endpoint")
    public = urlsplit(
        more.get("public")
        or (f"{endpoint}/{name}" if endpoint else f"https://{name}.s3.{region}.amazonaws.com")
    )
    common = {
        "bucket_name": name,
        "region_name": region,
        "access_key": unquote(parts.username or ""),
        "secret_key": unquote(parts.password or ""),
        "endpoint_url": endpoint,
        "default_acl": None,  # what may be read is the bucket's policy: everything below media/, and no more
        "file_overwrite": False,
        "client_config": Config(
            connect_timeout=CONNECT_SECONDS,
            read_timeout=READ_SECONDS,
            retries={"max_attempts": 3},
            signature_version="s3v4",
            s3={"addressing_style": "path" if endpoint else "virtual"},
        ),
    }
    shown = {
        "location": "media",
        "querystring_auth": False,
        "custom_domain": f"{public.netloc}{public.path}".rstrip("/"),
        "url_protocol": f"{public.scheme}:",
    }
    private = "dbProject.object_storage.PrivateFiles"
    return {
        "default": {"BACKEND": "dbProject.object_storage.PublicFiles", "OPTIONS": {**common, **shown}},
        "jobs": {"BACKEND": private, "OPTIONS": {**common, "location": "jobs"}},
        "documents": {"BACKEND": private, "OPTIONS": {**common, "location": "documents"}},
    }


def origin_of(storages: dict[str, dict[str, Any]]) -> str | None:
    """Return from where browsers load uploads, if that is not the shop itself."""
    options = storages["default"].get("OPTIONS", {})
    if "custom_domain" not in options:
        return None
    return f"{options['url_protocol']}//{options['custom_domain'].partition('/')[0]}"
