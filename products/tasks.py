"""Background work of the catalog. Each task finds its work in the database and is harmless to repeat."""

from typing import Any

from celery import shared_task

from dbProject.outbox.tasks import consumer
from products.services import (
    low_stock,
    picture_addresses,
    pictures,
    review_requests,
    search_words,
    warming,
    wish_mails,
)


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


@consumer
def send_low_stock_email(*, product_ids: list[int], event_id: str, **_later: Any) -> None:
    """Tell staff what runs out."""
    low_stock.send_notice(product_ids=product_ids, event_id=event_id)


@shared_task(expires=3600)  # seconds
def ask_for_reviews(**_later: Any) -> None:
    """Have customers asked what they think of what has arrived."""
    review_requests.ask_due()


@consumer
def send_review_request_email(
    *, user_id: int, language: str, product_ids: list[int], event_id: str, **_later: Any
) -> None:
    """Ask one customer about one order."""
    review_requests.send(user_id=user_id, language=language, product_ids=product_ids, event_id=event_id)


@shared_task(expires=300)  # seconds
def tell_about_wishes(**_later: Any) -> None:
    """Have customers told of what is cheaper or back of the things on their lists."""
    wish_mails.tell_all()


@consumer
def send_price_drop_email(*, user_id: int, before: dict[str, str], event_id: str, **_later: Any) -> None:
    """Tell one customer what costs less."""
    wish_mails.send_price_drop(user_id=user_id, before=before, event_id=event_id)


@consumer
def send_back_in_stock_email(*, user_id: int, product_ids: list[int], event_id: str, **_later: Any) -> None:
    """Tell one customer what is back."""
    wish_mails.send_back_in_stock(user_id=user_id, product_ids=product_ids, event_id=event_id)


@shared_task(expires=60)  # seconds
def warm_cache(**_later: Any) -> None:
    """Have the pages ready that visits begin with."""
    warming.warm()
