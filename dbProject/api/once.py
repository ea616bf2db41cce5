"""``Idempotency-Key``: the same request under the same key has one effect, and gets the same answer."""

import json
from collections.abc import Callable
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.http import QueryDict
from django.utils.translation import gettext as _
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.encoders import JSONEncoder

from dbProject import locks
from dbProject.api import problems
from dbProject.api.access import account_of, key_of
from dbProject.api.errors import Invalid
from dbProject.errors import ShopError
from dbProject.idempotency import services as idempotency
from dbProject.idempotency.models import StoredAnswer

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"
LONGEST_KEY = 255
SERVER_ERROR, CLIENT_ERROR = 500, 400
Answer = tuple[int, Any]


def once(
    request: Request,
    act: Callable[[Any], Answer],
    *,
    before: Callable[[], Any] | None = None,
    email: str = "",
) -> Response:
    """Answer with what ``act`` does, or did the first time under the request's key; without a key, do it.

    ``act`` gets what ``before`` returns, which is asked outside the transaction: it may take its time. A
    guest's keys are told apart by ``email``. An error is an answer, too; where it was our fault, such as
    being too busy, it is none: the key is free again.

    Raises:
        Invalid: No such key can be.
        InFlight, Mismatch: As ``dbProject.idempotency.services``.
    """
    key = request.headers.get(HEADER)
    if key is None:
        status, body = act(before() if before else None)
        return Response(body, status=status)
    if not (0 < len(key) <= LONGEST_KEY and key.isascii() and key.isprintable()):
        detail = _("A key has 1 to 255 letters, digits and signs.")
        raise Invalid([{"pointer": "", "header": HEADER, "code": "invalid", "detail": detail}])
    asked = {"owner": owner_of(request, email), "key": key, "fingerprint": fingerprint_of(request)}
    if (known := idempotency.find(**asked)) is not None:
        return _replayed(known)
    ready = before() if before else None
    with locks.patience(), transaction.atomic():
        claimed = idempotency.claim(**asked)
        if claimed.status:
            return _replayed(claimed)
        status, body = _answer_of(request, lambda: act(ready))
        idempotency.answer(claimed, status=status, body=json.dumps(body, cls=JSONEncoder))
    return _response(claimed)


def owner_of(request: Request, email: str = "") -> str:
    """Return whose keys those of a request are."""
    if key := key_of(request):
        return f"key:{key.pk}"
    if user := account_of(request):
        return f"user:{user.pk}"
    return f"guest:{email.strip().lower()}"


def fingerprint_of(request: Request) -> str:
    """Return what stands for all that a request asks for."""
    data: Any = request.data
    sent = dict(data.lists()) if isinstance(data, QueryDict) else data
    text = json.dumps([request.method, request.path, sent], sort_keys=True, default=str)
    return sha256(text.encode()).hexdigest()


def _answer_of(request: Request, act: Callable[[], Answer]) -> Answer:
    try:
        with transaction.atomic():
            return act()
    except (ShopError, APIException) as refusal:
        answer = problems.problem_details(refusal, {"request": request})
        if answer is None or answer.status_code >= SERVER_ERROR:
            raise
        return answer.status_code, answer.data


def _response(answer: StoredAnswer) -> Response:
    is_problem = answer.status >= CLIENT_ERROR
    return Response(
        json.loads(answer.body),
        status=answer.status,
        content_type=problems.MEDIA_TYPE if is_problem else None,
    )


def _replayed(answer: StoredAnswer) -> Response:
    response = _response(answer)
    response[REPLAYED] = "true"
    return response
