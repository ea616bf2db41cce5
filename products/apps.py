from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProductsConfig(AppConfig):
    name = "products"
    verbose_name = _("Catalog")

    def ready(self) -> None:
        from products import receivers  # noqa: F401 -- listens from now on
