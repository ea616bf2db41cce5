"""Every change of what products look like."""

import pickle
import threading
import time
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from logging import getLogger
from typing import Any, NamedTuple

from django.core.files import File
from django.db import connection, transaction
from django.db.models import Case, Value, When
from django.utils import timezone
from django.utils.translation import gettext as _

from dbProject import caching, uploads
from products import pictures
from products.errors import UnknownProduct
from products.models import Product, ProductImage
from products.services import picture_files

logger = getLogger(__name__)

AT_ONCE = 2 * picture_files.WORKERS
"""Pictures in the hands of the workshop; so many are in memory."""
SLICE_SECONDS = 60
"""How long a task goes on; one batch of pictures may come on top."""

_rendering = threading.Lock()


class NewPicture(NamedTuple):
    """A picture to be added. ``is_primary`` and ``sort_order`` are worked out where they are ``None``."""

    product: Product
    content: pictures.Source
    alt_text: str = ""
    is_primary: bool | None = None
    sort_order: int | None = None
    source: str = ""


class Stored(NamedTuple):
    """What a row says of a picture whose files exist."""

    name: str
    width: int
    height: int
    color: str
    widths: list[int]


# Adding and removing


def add(
    product: Product,
    upload: File[Any] | pictures.Source,
    *,
    alt_text: str = "",
    is_primary: bool | None = None,
    sort_order: int | None = None,
    source: str = "",
) -> ProductImage:
    """Add a picture to ``product`` with its first renditions; the task makes the others.

    The first picture of a product is its primary one unless ``is_primary`` says otherwise. Repeating it with
    the same picture changes nothing.

    Raises:
        PictureRefused: It is no picture that the shop accepts; nothing is stored.
        UnknownProduct: It has been deleted for good meanwhile.
    """
    content = uploads.read_picture(upload) if isinstance(upload, File | bytes) else upload
    stored = _known(_key(content)) or keep(_made(content))
    new = NewPicture(product, content, alt_text, is_primary, sort_order, source)
    return attach([(new, stored)])[0]


def add_many(items: Iterable[NewPicture | tuple[Any, ...]]) -> list[ProductImage]:
    """Add many pictures, drawn and encoded by several processes; what is equal is made and stored once.

    ``items`` may be a generator: only a few pictures are in memory at a time. A plain tuple has the fields
    of :class:`NewPicture` in their order. Rows are written at the end, all or none.

    Raises:
        PictureRefused: One is no picture that the shop accepts.
        UnknownProduct: A product has been deleted for good meanwhile.
    """
    with picture_files.workshop() as executor:
        return attach(list(_stored(items, executor)))


@transaction.atomic
def attach(found: list[tuple[NewPicture, Stored]]) -> list[ProductImage]:
    """Write the rows of pictures whose files exist. Repeating it changes nothing.

    Raises:
        UnknownProduct: A product has been deleted for good meanwhile.
    """
    _lock({new.product.pk for new, _stored in found})
    present: defaultdict[int, list[ProductImage]] = defaultdict(list)
    for row in ProductImage.objects.filter(product__in={new.product.pk for new, _stored in found}):
        present[row.product_id].append(row)
    made_since = _twins({stored.name for _new, stored in found})
    rows = []
    for new, stored in found:
        siblings = present[new.product.pk]
        same = [row for row in siblings if row.image.name == stored.name]
        if same:
            row = same[0]
        else:
            widths = sorted({*stored.widths, *made_since.get(stored.name, [])})
            row = ProductImage(
                product=new.product,
                width=stored.width,
                height=stored.height,
                image=stored.name,
                alt_text=new.alt_text[:300],
                sort_order=_next_position(siblings) if new.sort_order is None else new.sort_order,
                color=stored.color,
                widths=widths,
                is_rendered=widths == pictures.planned_widths(stored.width),
                source=new.source[:1000],
            )
            siblings.append(row)
        if new.is_primary or (new.is_primary is None and not any(other.is_primary for other in siblings)):
            for other in siblings:
                other.is_primary = other is row
        rows.append(row)
    _save(present)
    caching.forget("catalog")
    return rows


@transaction.atomic
def remove(image: ProductImage) -> None:
    """Take ``image`` from its product; the next one becomes the primary one. Repeating it changes nothing.

    Its files stay: another product, or a page that a visitor has open, may show them.
    """
    _lock({image.product_id})
    ProductImage.objects.filter(pk=image.pk).delete()
    left = ProductImage.objects.filter(product=image.product_id)
    first = left.first()  # the primary one, if there is any
    if first is not None and not first.is_primary:
        left.filter(pk=first.pk).update(is_primary=True, updated_at=timezone.now())
    caching.forget("catalog")


@transaction.atomic
def describe(image: ProductImage, *, alt_text: str, sort_order: int) -> None:
    """Change what is said of ``image`` and where it stands among its siblings. Repeatable."""
    ProductImage.objects.filter(pk=image.pk).update(
        alt_text=alt_text[:300], sort_order=sort_order, updated_at=timezone.now()
    )
    caching.forget("catalog")


@transaction.atomic
def make_primary(image: ProductImage) -> None:
    """Make ``image`` the one that lists show. Repeating it changes nothing."""
    _lock({image.product_id})
    siblings = ProductImage.objects.filter(product=image.product_id)
    siblings.filter(is_primary=True).exclude(pk=image.pk).update(is_primary=False, updated_at=timezone.now())
    siblings.filter(pk=image.pk).update(is_primary=True, updated_at=timezone.now())
    image.is_primary = True
    caching.forget("catalog")


# Rendering what is missing


def render_due(*, seconds: float = SLICE_SECONDS) -> int:
    """Make renditions that pictures still lack, for about ``seconds``; return how many rows are complete now.

    Repeatable, by several processes at once: on Postgres each takes rows that no other holds. One whose
    original is gone or broken is marked as done and logged: there is nothing more to be made of it.
    """
    if not _rendering.acquire(blocking=False):
        return 0  # a thread of this process is at it
    try:
        return _render_until(time.monotonic() + seconds)
    finally:
        _rendering.release()


def _render_until(end: float) -> int:
    done = 0
    with picture_files.workshop() as executor:
        while time.monotonic() < end:
            with _claimed() as rows:
                for name, row in {row.image.name: row for row in rows}.items():
                    twins = [twin.pk for twin in rows if twin.image.name == name]
                    done += ProductImage.objects.filter(pk__in=twins).update(
                        widths=_render_missing(row, executor), is_rendered=True, updated_at=timezone.now()
                    )
            if not rows:
                break
    return done


@contextmanager
def _claimed() -> Iterator[list[ProductImage]]:
    """Offer a few rows that lack renditions, held by a lock where the database can skip what others hold.

    Where it cannot, there is one process, and a transaction would keep everybody else from writing.
    """
    due = ProductImage.objects.filter(is_rendered=False).order_by("pk")
    if not connection.features.has_select_for_update_skip_locked:
        yield list(due[:AT_ONCE])
        return
    with transaction.atomic():
        yield list(due.select_for_update(skip_locked=True, of=("self",))[:AT_ONCE])


def _render_missing(row: ProductImage, executor: Executor) -> list[int]:
    """Make and store what ``row`` lacks, several widths at once; return the widths it has (pixels)."""
    name = str(row.image.name)
    planned = pictures.planned_widths(row.width)
    if not (missing := picture_files.missing(name, planned)):
        return planned
    try:
        content = picture_files.read(name)
        parts = [executor.submit(pictures.render_file, content, [width]) for width in reversed(missing)]
        for part in parts:
            picture_files.store_renditions(name, part.result())
    except (OSError, uploads.Damaged) as broken:
        logger.warning("%s cannot be rendered: %s", name, broken)
        return [width for width in planned if width not in missing]
    return planned


# Making


def keep(made: pictures.Made) -> Stored:
    """Store the files of ``made``. Repeating it changes nothing."""
    original = made.original
    widths = sorted({rendition.width for rendition in made.renditions})
    name = picture_files.store_made(made)
    return Stored(name, original.width, original.height, original.color, widths)


def _made(content: pictures.Source) -> pictures.Made:
    try:
        return pictures.make(content)
    except uploads.Damaged as broken:
        raise uploads.PictureRefused(uploads.damaged()) from broken


def _stored(
    items: Iterable[NewPicture | tuple[Any, ...]], executor: Executor
) -> Iterator[tuple[NewPicture, Stored]]:
    """Yield each of ``items`` with its stored files, in order, a few of them under way at a time."""
    finished: dict[str, Stored] = {}
    under_way: dict[str, Future[pictures.Made]] = {}
    waiting: deque[tuple[NewPicture, str]] = deque()

    def settle() -> tuple[NewPicture, Stored]:
        new, key = waiting.popleft()
        if key in under_way:
            try:
                finished[key] = keep(under_way.pop(key).result())
            except uploads.Damaged as broken:
                raise uploads.PictureRefused(uploads.damaged()) from broken
        return new, finished[key]

    for item in items:
        new = NewPicture(*item)
        content = uploads.read_picture(new.content) if isinstance(new.content, bytes) else new.content
        key = _key(content)
        if key not in finished and key not in under_way:
            if known := _known(key):
                finished[key] = known
            else:
                under_way[key] = executor.submit(pictures.make, content)
        waiting.append((new._replace(content=b""), key))
        while len(under_way) > AT_ONCE:
            yield settle()
    while waiting:
        yield settle()


def _key(content: pictures.Source) -> str:
    """Return what tells this picture from others before it is made."""
    if isinstance(content, bytes):
        return pictures.digest(content)
    if callable(content):
        return pictures.digest(pickle.dumps(content))  # only written, never read back here
    return pictures.key_of(content)


def _known(key: str) -> Stored | None:
    """Return what is stored of the picture with this key, if a product shows it already."""
    names = [pictures.original_name(key, extension) for extension in ("jpg", "png")]
    row = ProductImage.objects.filter(image__in=names).first()
    if row is None:
        return None
    name, first = str(row.image.name), pictures.first_widths(row.width)
    is_whole = picture_files.exists(name) and not picture_files.missing(name, first)
    return Stored(name, row.width, row.height, row.color, first) if is_whole else None


# Rows


def _lock(pks: set[int]) -> None:
    """Lock these products: singles and variants by pk first, then parents by pk, as everywhere."""
    parents_last = Case(When(kind=Product.Kind.PARENT, then=Value(1)), default=Value(0))
    rows = Product.all_objects.filter(pk__in=pks).order_by(parents_last, "pk")
    if len(rows.select_for_update(of=("self",)).values_list("pk")) < len(pks):
        raise UnknownProduct(_("This product no longer exists."))


def _twins(names: set[str]) -> dict[str, list[int]]:
    """Return the widths that pictures of these names have, where all are made already."""
    complete = ProductImage.objects.filter(image__in=names, is_rendered=True)
    return dict(complete.values_list("image", "widths"))


def _next_position(siblings: list[ProductImage]) -> int:
    return max((row.sort_order for row in siblings), default=-1) + 1


def _save(present: dict[int, list[ProductImage]]) -> None:
    """Write new rows and moved primaries; a product never has two at once, the constraint would refuse."""
    rows = [row for siblings in present.values() for row in siblings]
    demoted = [row.pk for row in rows if row.pk and not row.is_primary]
    promoted = [row.pk for row in rows if row.pk and row.is_primary]
    now = timezone.now()
    ProductImage.objects.filter(pk__in=demoted, is_primary=True).update(is_primary=False, updated_at=now)
    ProductImage.objects.filter(pk__in=promoted, is_primary=False).update(is_primary=True, updated_at=now)
    ProductImage.objects.bulk_create([row for row in rows if not row.pk], batch_size=500)
