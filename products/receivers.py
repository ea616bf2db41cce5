"""What the catalog does when Django says that something happened."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate, pre_migrate
from django.dispatch import receiver

from products.search import sqlite_index


@receiver(pre_migrate, dispatch_uid="search-down")
def take_search_down(app_config: AppConfig, using: str, plan: Sequence[Any], **_more: Any) -> None:
    """Let migrations copy the tables that the search of SQLite watches."""
    if app_config.label == "products" and plan:
        sqlite_index.take_down(connections[using])


@receiver(post_migrate, dispatch_uid="search-up")
def put_search_up(app_config: AppConfig, using: str, **_more: Any) -> None:
    """Keep the search of SQLite current again."""
    if app_config.label == "products":
        sqlite_index.put_up(connections[using])
