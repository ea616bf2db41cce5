"""Having pages ready before somebody asks for them."""

from dbProject import shared_pages
from products.selectors import addresses

BESTSELLERS = 50


def warm(*, bestsellers: int = BESTSELLERS) -> int:
    """Put the shared pages that visits begin with into the cache: of home, the menu, and what sells best.

    In every language. What is there already stays as it is, so it may be repeated. Returns how many pages
    were built.
    """
    return shared_pages.keep(addresses.busiest(bestsellers=bestsellers))
