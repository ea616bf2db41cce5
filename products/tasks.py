"""Background work of the catalog. Each task finds its work in the database and is harmless to repeat."""

from typing import Any

from celery import shared_task

from products.services import picture_addresses, pictures, search_words


@shared_task
def render_pictures(**_later: Any) -> None:
    """Make the renditions that uploads and imports left for later; a slice of about a minute."""
    pictures.render_due()


@shared_task
def fetch_pictures(**_later: Any) -> None:
    """Fetch pictures that imports named by their address; a slice of about a minute."""
    picture_addresses.fetch_due()


@shared_task
def refresh_search_words(**_later: Any) -> None:
    """Gather the words of the catalog for "did you mean"; what is found does not depend on it."""
    search_words.refresh()
