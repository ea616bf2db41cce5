"""Bodies as they come: JSON that means one thing only, forms, and forms with files. All mean the same.

In a form, ``items[0][product]=7`` is a line of a list; a list or an object may also be one field with JSON
in it.
"""

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import IO, Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from rest_framework import parsers, serializers

from dbProject.api.errors import Invalid, Malformed, escaped

DEEPEST = 20
"""Lists and objects in each other. What the API takes needs five."""
BRACKETS = re.compile(r"\[([^\[\]]*)\]")


class _Twice(str):
    """Stands where an object had the same name twice."""


class _NoNumber(str):
    """Stands where something was written that JSON does not know: NaN or an infinity."""


def read(text: str | bytes) -> Any:
    """Return what ``text`` says as JSON; numbers with a point are exact.

    Raises:
        Malformed: It is no JSON, has the same name twice, or is deeper than ``DEEPEST``.
        Invalid: A text in it has characters that no database keeps.
    """
    try:
        decoded = text.decode() if isinstance(text, bytes) else text
        found = json.loads(decoded, parse_float=Decimal, parse_constant=_NoNumber, object_pairs_hook=_pairs)
    except RecursionError:
        raise _too_deep() from None
    except (ValueError, ArithmeticError):
        raise Malformed(_("This is not JSON.")) from None
    _check(found)
    return found


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        found[name] = _Twice() if name in found else value
    return found


def _check(found: Any) -> None:
    """Refuse what JSON can say and nobody can mean.

    Raises:
        Malformed: The same name twice, or NaN.
        Invalid: A text that no database keeps.
    """
    wrong = []
    todo: list[tuple[str, Any, int]] = [("", found, 0)]
    while todo:
        pointer, value, depth = todo.pop()
        if depth > DEEPEST:
            raise _too_deep()
        if isinstance(value, _Twice):
            raise Malformed(_("This name stands here twice."), pointer=pointer, code="duplicate_key")
        if isinstance(value, _NoNumber):
            raise Malformed(_("This is no number that JSON knows."), pointer=pointer, code="not_a_number")
        if isinstance(value, dict):
            todo += [(f"{pointer}/{escaped(name)}", one, depth + 1) for name, one in value.items()]
            todo += [(pointer, name, depth) for name in value if not _is_kept(name)]
        elif isinstance(value, list):
            todo += [(f"{pointer}/{place}", one, depth + 1) for place, one in enumerate(value)]
        elif isinstance(value, str) and not _is_kept(value):
            wrong.append({"pointer": pointer, "code": "characters", "detail": _no_such_characters()})
    if wrong:
        raise Invalid(wrong)


def _is_kept(text: str) -> bool:
    """Say whether a database can keep ``text``: no NUL, no half of a character."""
    if "\0" in text:
        return False
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _too_deep() -> Malformed:
    return Malformed(_("This is nested too deeply."), code="too_deep")


def _no_such_characters() -> str:
    return _("This has characters that are none.")


class JSONParser(parsers.BaseParser):
    media_type = "application/json"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        return read(stream.read())


class FormParser(parsers.FormParser):
    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        return nested(super().parse(stream, media_type, parser_context))


class MultiPartParser(parsers.MultiPartParser):
    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        found: Any = super().parse(stream, media_type, parser_context)
        return nested(found.data) | {name: found.files[name] for name in found.files}


def nested(form: QueryDict) -> dict[str, Any]:
    """Return ``form`` as the JSON that it stands for; a name that comes often is a list.

    Raises:
        Malformed: ``a[0][b]`` beside ``a=1``, or deeper than ``DEEPEST``.
        Invalid: A text in it has characters that no database keeps.
    """
    found: dict[str, Any] = {}
    for name, values in form.lists():
        head, _bracket, rest = name.partition("[")
        parts = [head, *BRACKETS.findall(f"[{rest}")] if rest else [name]
        if len(parts) > DEEPEST:
            raise _too_deep()
        place = found
        for part in parts[:-1]:
            place = place.setdefault(part, {})
            if not isinstance(place, dict):
                raise Malformed(_("This name stands here twice."), pointer=f"/{escaped(head)}")
        place[parts[-1]] = values[0] if len(values) == 1 else list(values)
    listed = {name: _with_lists(value) for name, value in found.items()}
    _check(listed)
    return listed


def _with_lists(value: Any) -> Any:
    """Make lists of what is numbered from 0 on, whatever the order it came in."""
    if not isinstance(value, dict):
        return value
    inner = {name: _with_lists(one) for name, one in value.items()}
    if inner and all(name.isascii() and name.isdigit() and len(name) < 6 for name in inner):
        return [inner[name] for name in sorted(inner, key=int)]
    return inner


NO_TEXT: list[str] = []
"""What no field takes for a text."""
SEVERAL = (serializers.BaseSerializer, serializers.ListField, serializers.DictField)


class Body(serializers.Serializer[Any]):
    """What a body may say. A list or an object in it may also be a text with JSON, as forms send it.

    What a form says once where a list is wanted is a list of one.
    """

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            data = {name: self._read(name, value) for name, value in data.items()}
        return super().to_internal_value(data)

    def _read(self, name: str, value: Any) -> Any:
        field = self.fields.get(name)
        if isinstance(field, serializers.CharField) and not isinstance(value, str | None):
            return NO_TEXT  # a number is no text, though one could be made of it
        if isinstance(value, str) and isinstance(field, SEVERAL):
            try:
                found = read(value)
            except Malformed:
                found = value  # the field says what it wants
            is_one_of_a_list = isinstance(field, serializers.ListField) and not isinstance(found, list)
            return [value] if is_one_of_a_list and self._is_form() else found
        return value

    def _is_form(self) -> bool:
        request = self.context.get("request")
        return request is not None and not request.content_type.startswith(JSONParser.media_type)
