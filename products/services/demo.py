"""The demo store as rows. Repeating it adds nothing; a killed run is completed by the next."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import timedelta
from functools import partial
from io import BytesIO
from zlib import crc32

from django.db import transaction
from django.utils import timezone

from dbProject import caching
from products.demo import drawings
from products.demo.records import AttributeValue, DemoCatalog, DemoProduct, DemoVariant, Picture
from products.models import (
    Brand,
    Category,
    Product,
    ProductAttribute,
    ProductAttributeValue,
    Review,
    StockMovement,
)
from products.services import (
    attributes,
    catalog,
    parents,
    picture_files,
    pictures,
    price_history,
    reviews,
    stock,
)
from users.models import User

Progress = Callable[[int], None]
BATCH = 500
"""Products per transaction."""
PICTURE_PIXELS = 1200
TILE_PIXELS = 800
OLDEST = timedelta(days=400)
"""Since the first products came. Of late more have come, and each at a time of its own."""
RESTOCKED_ONE_IN = 17
SOLD_OUT_BEFORE, BACK_BEFORE = timedelta(days=10), timedelta(days=3)


def is_empty() -> bool:
    """Say whether nothing was ever for sale here."""
    return not Product.all_objects.exists()


@transaction.atomic
def add_shelves(demo: DemoCatalog) -> None:
    """Add the categories, the brands and the attributes that are not there yet."""
    by_slug = {category.slug: category for category in Category.all_objects.all()}
    for category in demo.categories:  # parents come first
        if category.slug in by_slug:
            continue
        by_slug[category.slug] = Category.objects.create(
            name=category.name,
            slug=category.slug,
            description=category.description,
            parent=by_slug[category.parent_slug] if category.parent_slug else None,
            sort_order=category.sort_order,
            translations=category.translations,
        )
    for brand in demo.brands:
        details = {"name": brand.name, "description": brand.description}
        Brand.all_objects.get_or_create(slug=brand.slug, defaults=details)
    for attribute in demo.attributes:
        ProductAttribute.objects.get_or_create(
            slug=attribute.slug,
            defaults={
                "name": attribute.name,
                "attribute_type": attribute.attribute_type,
                "unit": attribute.unit,
                "is_filterable": attribute.is_filterable,
                "sort_order": attribute.sort_order,
                "translations": attribute.translations,
            },
        )
    caching.forget("catalog")


def add_tiles(demo: DemoCatalog) -> None:
    """Draw the pictures of the categories that have none yet."""
    bare = Category.objects.filter(image="").in_bulk(field_name="slug")
    for category in demo.categories:
        if category.picture and category.slug in bare:
            bare[category.slug].image = _tile(category.picture, demo.family_of(category.slug))
    Category.objects.bulk_update(bare.values(), ["image"])
    caching.forget("catalog")


def add_products(demo: DemoCatalog, *, progress: Progress) -> int:
    """Add the products whose SKU is not there yet; return how many that were, variants not counted."""
    present = set(Product.all_objects.values_list("sku", flat=True))
    added = 0
    for start in range(0, len(demo.products), BATCH):
        batch = demo.products[start : start + BATCH]
        new = [product for product in batch if product.sku not in present]
        if new:
            _add_batch(new, since_newest=start, of=len(demo.products))
            added += len(new)
        progress(len(batch))
    return added


@transaction.atomic
def _add_batch(batch: Sequence[DemoProduct], *, since_newest: int, of: int) -> None:
    """Insert products, their variants, ledgers and values: a fixed number of queries.

    They came after all but ``since_newest`` ``of`` all products.
    """
    shelves = Category.objects.in_bulk(field_name="slug")
    brands = Brand.objects.in_bulk(field_name="slug")
    known = ProductAttribute.objects.in_bulk(field_name="slug")

    rows = {demo.sku: _row(demo, shelves[demo.category_slug], brands[demo.brand_slug]) for demo in batch}
    Product.objects.bulk_create(rows.values())
    variants = {
        choice.sku: _variant_row(choice, demo, rows[demo.sku]) for demo in batch for choice in demo.variants
    }
    Product.objects.bulk_create(variants.values())
    now = timezone.now()
    for place, product in enumerate(rows.values(), start=since_newest + 1):
        product.created_at = now - OLDEST * (place / of) ** 2
    for variant in variants.values():
        variant.created_at = variant.parent.created_at if variant.parent else now
    Product.objects.bulk_update([*rows.values(), *variants.values()], ["created_at"])
    stock.open_ledgers([*rows.values(), *variants.values()])
    stock.record_past(_restocked(rows.values()))
    price_history.record_as_if_always_there([*rows.values(), *variants.values()])

    said: list[tuple[Product, Mapping[str, AttributeValue]]]
    said = [(rows[demo.sku], demo.attributes) for demo in batch]
    said += [(variants[choice.sku], choice.options) for demo in batch for choice in demo.variants]
    values = []
    for product, answers in said:
        for slug, raw in answers.items():
            value, number = attributes.canonical(known[slug], raw)
            values.append(
                ProductAttributeValue(product=product, attribute=known[slug], value=value, number=number)
            )
    ProductAttributeValue.objects.bulk_create(values)

    parents.refresh([product.pk for product in rows.values() if product.has_variants])
    caching.forget("catalog")


def _restocked(products: Collection[Product]) -> list[StockMovement]:
    """Return the movements of the few that were sold out and are back; always of the same SKUs."""
    now = timezone.now()
    few = [one for one in products if one.stock_quantity and crc32(one.sku.encode()) % RESTOCKED_ONE_IN == 0]
    return [
        StockMovement(
            product=product,
            kind=StockMovement.Kind.ADJUSTMENT,
            change=sign * product.stock_quantity,
            reason=reason,
            created_at=now - before,
        )
        for sign, reason, before in (
            (-1, "Sold at the autumn market", SOLD_OUT_BEFORE),
            (1, "Delivery from the maker", BACK_BEFORE),
        )
        for product in few
        if product.created_at < now - SOLD_OUT_BEFORE
    ]


def _row(demo: DemoProduct, category: Category, brand: Brand) -> Product:
    product = Product(
        kind=Product.Kind.PARENT if demo.variants else Product.Kind.SINGLE,
        sku=demo.sku,
        slug=demo.slug,
        name=demo.name,
        short_description=demo.short_description,
        description=demo.description,
        category=category,
        brand=brand,
        price=demo.price,
        sale_price=demo.sale_price,
        stock_quantity=demo.stock_quantity,
        low_stock_threshold=demo.low_stock_threshold,
        weight=demo.weight,
        dimensions=demo.dimensions,
        is_featured=demo.is_featured,
    )
    catalog.settle(product)
    return product


def _variant_row(choice: DemoVariant, demo: DemoProduct, parent: Product) -> Product:
    variant = Product(
        kind=Product.Kind.VARIANT,
        parent=parent,
        variant_key=catalog.variant_key(choice.options),
        sku=choice.sku,
        slug=choice.sku.lower(),
        name=choice.name,
        category=parent.category,
        brand=parent.brand,
        price=choice.price,
        sale_price=choice.sale_price,
        stock_quantity=choice.stock_quantity,
        low_stock_threshold=demo.low_stock_threshold,
        weight=demo.weight,
    )
    catalog.settle(variant)
    return variant


def add_pictures(demo: DemoCatalog, *, progress: Progress) -> int:
    """Draw what the products without pictures look like, each drawing once; return how many were added."""
    bare = Product.objects.filter(images=None).in_bulk(field_name="sku")
    wanted = [product for product in demo.products if _skus(product) & bare.keys()]

    def all_of_them() -> Iterator[pictures.NewPicture]:
        for product in wanted:
            yield from _pictures_of(product, bare, demo.family_of(product.category_slug))
            progress(1)

    return len(pictures.add_many(all_of_them())) if wanted else 0


def _skus(product: DemoProduct) -> set[str]:
    return {product.sku, *(choice.sku for choice in product.variants)}


def _pictures_of(demo: DemoProduct, bare: dict[str, Product], family: str) -> Iterator[pictures.NewPicture]:
    shown = [
        (demo.sku, picture, demo.name) for picture in dict.fromkeys((demo.picture, *demo.extra_pictures))
    ]
    shown += [(choice.sku, choice.picture, choice.name) for choice in demo.variants]
    place = dict.fromkeys(_skus(demo), 0)
    for sku, (kind, color), name in shown:
        if sku not in bare:
            continue
        drawing = partial(drawings.draw, kind, color=color, family=family, size=PICTURE_PIXELS)
        yield pictures.NewPicture(bare[sku], drawing, name, place[sku] == 0, place[sku], "")
        place[sku] += 1


def _tile(picture: Picture, family: str) -> str:
    """Draw and store a category's picture; return its name."""
    kind, color = picture
    content = BytesIO()
    drawings.draw(kind, color=color, family=family, size=TILE_PIXELS).save(content, "WEBP", quality=80)
    name = f"categories/{family}-{kind}-{color}.webp"
    picture_files.store(name, content.getvalue())
    return name


@transaction.atomic
def add_reviews(demo: DemoCatalog, *, customers: Sequence[User]) -> int:
    """Add the reviews that are not there yet, by ``customers`` in turn; return how many that were."""
    if not customers:
        return 0
    products = Product.objects.in_bulk({review.product_sku for review in demo.reviews}, field_name="sku")
    rows: dict[tuple[int, int], Review] = {}
    for review in demo.reviews:
        author = customers[(review.author_number - 1) % len(customers)]
        product = products.get(review.product_sku)
        if product is None:
            continue
        rows[product.pk, author.pk] = Review(
            product=product,
            user=author,
            rating=review.rating,
            title=review.title,
            content=review.content,
            is_approved=True,
            created_at=timezone.now() - timedelta(days=review.days_ago),
        )
    present = set(Review.all_objects.values_list("product_id", "user_id"))
    new = [row for key, row in rows.items() if key not in present]
    written = [row.created_at for row in new]
    Review.objects.bulk_create(new)
    for row, day in zip(new, written, strict=True):
        row.created_at = day  # the insert put today there
    Review.objects.bulk_update(new, ["created_at"], batch_size=BATCH)
    reviews.recount({row.product_id for row in new})
    caching.forget("catalog")
    return len(new)
