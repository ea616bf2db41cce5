"""What an endpoint takes and gives, for its description and for what checks it."""

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

T = TypeVar("T")
DESCRIBED: list[tuple[Any, Any]] = []
"""What says its shape by :func:`described_as`, and that shape."""


class Shape(NamedTuple):
    """Of one method: the serializers of its answer and of its body, and how the answer comes.

    ``answer`` is none where there is no body. ``in_pages`` means a list in pages, ``by_cursor`` one
    that goes on behind a row; ``media`` is what an
    answer is that is no JSON. ``is_costly`` POSTs take ``Idempotency-Key``, and changes ``of_a_version``
    take ``If-Match``. ``example`` is a body that works.
    """

    answer: type[Any] | None = None
    sent: type[Any] | None = None
    status: int = 200
    in_pages: bool = False
    by_cursor: bool = False
    media: str = ""
    is_costly: bool = False
    is_upload: bool = False
    of_a_version: bool = False
    example: dict[str, Any] | None = None


def described_as(shape: Any) -> Callable[[T], T]:
    """Say what a field, or the method of one, gives: a serializer or a field.

    It is no more than written down: what makes a description of it would cost each process of the shop 20 MB.
    """

    def decorate(target: T) -> T:
        DESCRIBED.append((target, shape))
        return target

    return decorate
