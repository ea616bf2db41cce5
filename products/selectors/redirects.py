"""Where addresses of the past lead."""

from products.models import Brand, Category, Product, SlugRedirect


def moved(kind: type[Product | Category | Brand], slug: str) -> str | None:
    """Return the address today of what had ``slug`` once, if it is still there; one query."""
    name = kind.__name__.lower()
    found = SlugRedirect.objects.filter(slug=slug, **{f"{name}__deleted_at": None, f"{name}__isnull": False})
    redirect = found.select_related(name).first()
    return getattr(redirect, name).get_absolute_url() if redirect else None
