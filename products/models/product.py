"""What is for sale."""

from decimal import Decimal
from typing import ClassVar, Self

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import (
    Case,
    CharField,
    F,
    Prefetch,
    Q,
    Value,
    When,
    Window,
)
from django.db.models.functions import Coalesce, DenseRank
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from dbProject.models import SoftDeleteManager, SoftDeleteModel, SoftDeleteQuerySet, TimestampedModel
from products.models import measures
from products.models.brand import Brand
from products.models.category import Category
from products.models.picture import ProductImage
from products.models.review import AVG_RATING, REVIEW_COUNT, RatedModel

EFFECTIVE_PRICE = Coalesce("sale_price", "price")
"""What :attr:`Product.effective_price` says, for the database."""

OWNER = Coalesce("parent_id", "id")
"""The row that lists show for a single or a variant."""

LISTED = Q(is_active=True, deleted_at=None) & ~Q(kind="variant")
"""The rows that catalog pages sort and page through: what the partial indexes cover."""

TEXTS = ("short_description", "description", "dimensions", "meta_title", "meta_description")
"""What only a thing's own page shows of it."""

OUT_OF_STOCK, LOW_STOCK, IN_STOCK = "Out of Stock", "Low Stock", "In Stock"
"""The stock words of the interface; templates translate them."""


class ProductQuerySet(SoftDeleteQuerySet["Product"]):
    """The vocabulary of catalog questions. Every method filters or shapes, none writes."""

    # What is meant

    def active(self) -> Self:
        """Keep what a customer may see today."""
        return self.filter(is_active=True, category__is_active=True, category__deleted_at=None)

    def for_sale(self) -> Self:
        """Keep what a customer may order today: of variants only those whose parent is for sale."""
        return self.active().filter(Q(parent=None) | Q(parent__is_active=True, parent__deleted_at=None))

    def listed(self) -> Self:
        """Keep what lists show once: things of one kind, and parents in place of their variants."""
        return self.exclude(kind=Product.Kind.VARIANT)

    def buyable(self) -> Self:
        """Keep what can be put in a cart: everything but parents."""
        return self.exclude(kind=Product.Kind.PARENT)

    def featured(self) -> Self:
        return self.filter(is_featured=True)

    def in_stock(self) -> Self:
        """Keep what has units left; of a parent, what has a variant with units left."""
        return self.filter(Q(stock_quantity__gt=0) | Q(kind=Product.Kind.PARENT, is_available=True))

    def low_stock(self) -> Self:
        """Keep what has units left, but no more than its threshold."""
        return self.buyable().filter(stock_quantity__gt=0, stock_quantity__lte=F("low_stock_threshold"))

    def by_category(self, category: Category | str) -> Self:
        """Keep what stands in ``category`` (or its slug) or anywhere below it."""
        if isinstance(category, str):
            found = Category.objects.filter(slug=category).first()
            if found is None:
                return self.none()
            category = found
        return self.filter(category__in=[category, *category.get_descendants()])

    def by_brand(self, brand: Brand | str) -> Self:
        """Keep what ``brand`` (or the brand with that slug) makes."""
        return self.filter(brand__slug=brand) if isinstance(brand, str) else self.filter(brand=brand)

    def price_range(self, low: Decimal | None = None, high: Decimal | None = None) -> Self:
        """Keep effective prices in [low, high] gross; ``None`` leaves that end open."""
        bounds = Q()
        if low is not None:
            bounds &= Q(price_now__gte=low)
        if high is not None:
            bounds &= Q(price_now__lte=high)
        return self.alias(price_now=EFFECTIVE_PRICE).filter(bounds)

    def search(self, words: str) -> Self:
        """Keep what has every one of ``words`` in its name, SKU, brand or short description."""
        found = self
        for word in words.split():
            found = found.filter(
                Q(name__icontains=word)
                | Q(sku__iexact=word)
                | Q(brand__name__icontains=word)
                | Q(short_description__icontains=word)
            )
        return found

    # What comes along

    def with_category_and_brand(self) -> Self:
        return self.select_related("category", "brand")

    def without_texts(self) -> Self:
        """Leave out, of things and their parents, the long texts that only their pages show."""
        return self.defer(*TEXTS, *(f"parent__{name}" for name in TEXTS))

    def with_images(self) -> Self:
        """Load the pictures, the primary one first, in one more query."""
        return self.prefetch_related("images")

    def with_cover(self) -> Self:
        """Load the primary picture only, as ``cover_images`` (none or one), in one more query."""
        covers = ProductImage.objects.filter(is_primary=True)
        return self.prefetch_related(Prefetch("images", covers, to_attr="cover_images"))

    def with_family_cover(self) -> Self:
        """Load for :attr:`Product.cover` also the primary pictures of parents; up to three more queries."""
        return self.with_cover().prefetch_related(Prefetch("parent", Product.all_objects.with_cover()))

    def with_reviews(self) -> Self:
        """Add ``review_count`` and ``avg_rating`` (1 to 5, ``None`` without reviews) of approved reviews."""
        return self.annotate(review_count=REVIEW_COUNT, avg_rating=AVG_RATING)

    def with_stock_status(self) -> Self:
        """Add ``stock_status``: "Out of Stock", "Low Stock" or "In Stock"."""
        return self.annotate(
            stock_status=Case(
                When(Q(kind=Product.Kind.PARENT, is_available=True), then=Value(IN_STOCK)),
                When(stock_quantity__lte=0, then=Value(OUT_OF_STOCK)),
                When(stock_quantity__lte=F("low_stock_threshold"), then=Value(LOW_STOCK)),
                default=Value(IN_STOCK),
                output_field=CharField(),
            )
        )

    def with_price_rank(self) -> Self:
        """Add ``price_rank``: 1 for the cheapest of its category; equals share a rank."""
        rank = Window(DenseRank(), partition_by=[F("category")], order_by=EFFECTIVE_PRICE.asc())
        return self.annotate(price_rank=rank)

    # In what order

    def newest_first(self) -> Self:
        return self.order_by("-created_at", "-pk")

    def cheapest_first(self) -> Self:
        return self.order_by("price_low", "pk")

    def bestsellers_first(self) -> Self:
        return self.order_by("-units_sold", "-pk")

    def dearest_first(self) -> Self:
        return self.order_by("-price_high", "-pk")


ProductManager = SoftDeleteManager.from_queryset(ProductQuerySet)


class Product(SoftDeleteModel, RatedModel, TimestampedModel):
    """One thing a customer can put in a cart, or the page that stands for several of them.

    Prices are gross or net as ``PRICES_INCLUDE_TAX`` says, per unit, in the store's currency.
    ``price_low``, ``price_high`` and ``is_available`` are kept by the services: a parent's from its
    variants, everybody else's from its own price and stock. That a variant's parent is a parent is
    held by ``services.catalog`` under a lock.
    """

    class Kind(models.TextChoices):
        SINGLE = "single", _("Single")
        PARENT = "parent", _("Parent")
        VARIANT = "variant", _("Variant")

    class TaxClass(models.TextChoices):
        STANDARD = "standard", _("Standard rate")
        REDUCED = "reduced", _("Reduced rate")
        SUPER_REDUCED = "super_reduced", _("Super-reduced rate")
        ZERO = "zero", _("No tax")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.SINGLE, editable=False)
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="variants", editable=False
    )
    variant_key = models.CharField(  # noqa: DJ001 -- what is unset must not count as equal
        max_length=255,
        null=True,
        blank=True,
        editable=False,
        help_text="A variant's options as one text, for example color=red;size=m: unique in its parent.",
    )
    name = models.CharField(_("name"), max_length=300)
    slug = models.SlugField(_("address"), max_length=255, unique=True)
    sku = models.CharField(_("SKU"), max_length=100, unique=True)
    ean = models.CharField(_("EAN"), max_length=14, blank=True, help_text=_("8 to 14 digits."))
    short_description = models.CharField(_("in one line"), max_length=500, blank=True)
    description = models.TextField(_("description"), blank=True)
    category = models.ForeignKey(
        Category, on_delete=models.PROTECT, related_name="products", verbose_name=_("category")
    )
    brand = models.ForeignKey(
        Brand, on_delete=models.PROTECT, related_name="products", verbose_name=_("brand")
    )
    price = models.DecimalField(
        _("price"), max_digits=10, decimal_places=2, validators=[MinValueValidator(Decimal(0))]
    )
    sale_price = models.DecimalField(
        _("sale price"),
        max_digits=10,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal(0))],
        help_text=_("Leave empty when it is not on sale; 0 is a price."),
    )
    cost_price = models.DecimalField(
        _("cost price"),
        max_digits=10,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal(0))],
        help_text=_("What one unit costs the shop, net."),
    )
    price_low = models.DecimalField(max_digits=10, decimal_places=2, default=Decimal(0), editable=False)
    price_high = models.DecimalField(max_digits=10, decimal_places=2, default=Decimal(0), editable=False)
    is_available = models.BooleanField(default=False, editable=False)
    stock_quantity = models.IntegerField(
        _("stock"), default=0, help_text=_("Units free to sell; the sum of the movements.")
    )
    units_sold = models.PositiveIntegerField(
        default=0, editable=False, help_text="In the last 30 days; a parent's are those of its variants."
    )
    low_stock_threshold = models.PositiveIntegerField(
        _("low at"), default=5, help_text=_("Units; at or below is low.")
    )
    weight = models.DecimalField(
        _("weight"), max_digits=10, decimal_places=3, null=True, blank=True, help_text=_("Kilograms.")
    )
    dimensions = models.CharField(
        _("dimensions"), max_length=100, blank=True, help_text=_("Width x depth x height in cm.")
    )
    tax_class = models.CharField(
        _("tax class"),
        max_length=16,
        choices=TaxClass,
        default=TaxClass.STANDARD,
        db_default=TaxClass.STANDARD,
        help_text=_("Which of a country's rates it is sold under."),
    )
    measure = models.DecimalField(
        _("content"),
        max_digits=10,
        decimal_places=3,
        null=True,
        blank=True,
        help_text=_("How much is in one unit, where the price per kilogram, liter or meter has to be shown."),
    )
    measure_unit = models.CharField(
        _("unit of the content"), max_length=4, choices=measures.Unit, blank=True, default="", db_default=""
    )
    max_per_order = models.PositiveSmallIntegerField(
        _("at most per order"), null=True, blank=True, help_text=_("Units; empty for no limit of its own.")
    )
    is_active = models.BooleanField(_("active"), default=True)
    is_featured = models.BooleanField(_("featured"), default=False)
    is_digital = models.BooleanField(_("digital"), default=False)
    meta_title = models.CharField(_("title for search engines"), max_length=200, blank=True)
    meta_description = models.CharField(_("text for search engines"), max_length=300, blank=True)

    cover_images: list[ProductImage]
    """What ``with_cover()`` loads: the primary picture, or nothing."""
    colors: list[str]
    """What lists load: the colors of its variants, in the reader's words."""

    objects: ClassVar = ProductManager()
    all_objects: ClassVar = ProductQuerySet.as_manager()

    class Meta(SoftDeleteModel.Meta):
        abstract = False
        db_table = "products"
        verbose_name = _("product")
        verbose_name_plural = _("products")
        constraints = [
            models.CheckConstraint(condition=~Q(name="") & ~Q(sku=""), name="product_has_name_and_sku"),
            models.CheckConstraint(condition=Q(price__gte=0), name="product_price_not_negative"),
            models.CheckConstraint(condition=Q(sale_price__gte=0), name="product_sale_price_not_negative"),
            models.CheckConstraint(
                condition=Q(sale_price__lt=F("price")), name="product_sale_price_below_price"
            ),
            models.CheckConstraint(condition=Q(cost_price__gte=0), name="product_cost_price_not_negative"),
            models.CheckConstraint(condition=Q(weight__gte=0), name="product_weight_not_negative"),
            models.CheckConstraint(
                condition=Q(measure__isnull=True, measure_unit="")
                | Q(measure__isnull=False, measure__gt=0, measure_unit__in=list(measures.PER_BASE_UNIT)),
                name="product_measure_has_a_unit",
            ),
            models.CheckConstraint(condition=Q(max_per_order__gt=0), name="product_max_per_order_positive"),
            models.CheckConstraint(condition=Q(stock_quantity__gte=0), name="product_stock_not_negative"),
            models.CheckConstraint(
                condition=Q(price_low__gte=0, price_low__lte=F("price_high")),
                name="product_price_low_to_high",
            ),
            models.CheckConstraint(
                condition=Q(kind="variant", parent__isnull=False)
                | Q(kind__in=["single", "parent"], parent__isnull=True),
                name="product_variants_have_a_parent",
            ),
            models.CheckConstraint(
                condition=~Q(kind="parent") | Q(stock_quantity=0), name="product_parent_holds_no_stock"
            ),
            models.UniqueConstraint(fields=["parent", "variant_key"], name="product_variant_options_unique"),
        ]
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="product_newest", condition=LISTED),
            models.Index(fields=["price_low", "id"], name="product_cheapest", condition=LISTED),
            models.Index(fields=["name", "id"], name="product_by_name", condition=LISTED),
            models.Index(fields=["-units_sold", "-id"], name="product_popular", condition=LISTED),
            models.Index(
                fields=["category", "-created_at", "-id"], name="product_category_newest", condition=LISTED
            ),
            models.Index(
                fields=["brand", "-created_at", "-id"], name="product_brand_newest", condition=LISTED
            ),
            models.Index(OWNER, name="product_owner"),
        ]

    def __str__(self) -> str:
        return f"{self.sku} {self.name}"

    def get_absolute_url(self) -> str:
        return reverse("product_detail", args=[self.slug])

    @property
    def effective_price(self) -> Decimal:
        """What one unit costs today."""
        return self.price if self.sale_price is None else self.sale_price

    @property
    def taxed_as(self) -> str:
        """The tax class it is sold under: a variant's is that of its parent."""
        return self.parent.tax_class if self.parent else self.tax_class

    @property
    def unit_price(self) -> measures.UnitPrice | None:
        """What one kilogram, liter or meter of it costs, where it is sold by measure."""
        return self.unit_price_at(self.effective_price)

    def unit_price_at(self, price: Decimal) -> measures.UnitPrice | None:
        """Return likewise what that costs whoever pays ``price``."""
        if self.measure is None:
            return None
        return measures.unit_price(price, content=self.measure, unit=self.measure_unit)

    @property
    def is_for_sale(self) -> bool:
        """Say whether it is in the catalog at all, whatever is left of it."""
        return self.is_active and self.deleted_at is None

    @property
    def is_on_sale(self) -> bool:
        return self.sale_price is not None

    @property
    def cover(self) -> ProductImage | None:
        """The primary picture, or of a variant without one its parent's; after ``with_family_cover()``."""
        return next(iter(self.cover_images or (self.parent.cover_images if self.parent else [])), None)

    @property
    def has_variants(self) -> bool:
        return self.kind == self.Kind.PARENT

    @property
    def has_price_range(self) -> bool:
        """Say whether its variants cost different amounts."""
        return self.has_variants and self.price_low != self.price_high

    @property
    def is_in_stock(self) -> bool:
        return self.is_available if self.has_variants else self.stock_quantity > 0

    @property
    def is_low_stock(self) -> bool:
        """Say whether there are units left, but no more than the threshold."""
        return 0 < self.stock_quantity <= self.low_stock_threshold

    @property
    def stock_status(self) -> str:
        """The stock word: "Out of Stock", "Low Stock" or "In Stock"."""
        if not self.is_in_stock:
            return OUT_OF_STOCK
        return LOW_STOCK if self.is_low_stock else IN_STOCK

    @stock_status.setter
    def stock_status(self, annotated: str) -> None:
        """Take what ``with_stock_status()`` loads; the columns beside it say the same."""
