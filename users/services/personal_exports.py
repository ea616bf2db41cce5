"""Everything that the shop knows of a customer, in one file, made in the background and there for a while."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from io import BytesIO
from typing import Any, cast
from zipfile import ZIP_DEFLATED, ZipFile

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from dbProject import personal_data
from dbProject.jobs import services as jobs
from dbProject.jobs.models import Job, job_files
from dbProject.jobs.services import Progress, Turn
from dbProject.personal_data import Section
from users.models import User
from users.services import mails

KIND = "export_personal_data"
MADE = "made"
"""The position of a job whose file is there and whose mail is written down."""


@transaction.atomic
def start(user: User, *, language: str) -> Job:
    """Have everything about ``user`` put into one file, and a mail sent when it is there.

    While one is being made, it is that one: of two clicks the second waits and finds the first's.
    """
    list(User.objects.filter(pk=user.pk).select_for_update(of=("self",)))
    making = Job.objects.of(user).unfinished().filter(kind=KIND).first()
    return making or jobs.start(KIND, params={"language": language}, by=user)


def newest(user: User) -> Job | None:
    """Return the export that ``user`` asked for last, unless it has expired."""
    return Job.objects.of(user).filter(kind=KIND).exclude(finished_at__lt=_oldest()).first()


def ready(user: User, pk: Any) -> Job | None:
    """Return this export if it is ``user``'s, is made, and has not expired."""
    rows = Job.objects.of(user).filter(kind=KIND, status=Job.Status.SUCCEEDED, finished_at__gte=_oldest())
    return rows.filter(pk=pk).first()


def expires_at(job: Job) -> datetime | None:
    """Return until when the file of ``job`` is there."""
    return job.finished_at and job.finished_at + settings.JOBS_KEPT[KIND]


def run(turn: Turn) -> Progress:
    """Make the file, as handler of the job. Killed in between it begins anew; the mail is sent once."""
    job = turn.job
    if job.position == MADE:
        return Progress(
            position=MADE, done=1, total=1, result_file=str(job.result_file.name), is_finished=True
        )
    user, language = cast(User, job.created_by), job.params["language"]
    with translation.override(language):
        content = archive(personal_data.export_of(user))
    name = f"results/{job.pk}.zip"
    job_files().delete(name)  # of a slice that was killed
    made = Progress(
        position=MADE,
        done=1,
        total=1,
        result_file=job_files().save(name, ContentFile(content)),
        is_finished=True,
    )
    facts = {"export_url": settings.SITE_URL + reverse("account_export_file", args=[job.pk])}
    with transaction.atomic():
        turn.report(made)
        if turn.is_ours:
            mails.record("personal_export", to=user.email, language=language, facts=facts)
    return made


def archive(sections: Iterable[Section]) -> bytes:
    """Return a zip with the same twice, for programs and for people, in the active language."""
    parts = list(sections)
    data = {
        "store": settings.STORE_NAME,
        "made_at": timezone.now(),
        **{part.name: list(part.rows) for part in parts},
    }
    context = {"parts": [_for_people(part) for part in parts], "made_at": timezone.now()}
    packed = BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as file:
        file.writestr("data.json", json.dumps(data, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2))
        file.writestr(
            "data.html",
            render_to_string("users/personal_data.html", {**context, "STORE_NAME": settings.STORE_NAME}),
        )
        for part in parts:
            for name, content in part.files.items():
                file.writestr(name, content)
    return packed.getvalue()


def _oldest() -> datetime:
    return timezone.now() - settings.JOBS_KEPT[KIND]


def _for_people(part: Section) -> dict[str, Any]:
    rows = [[_word(row[field]) for field in part.labels] for row in part.rows]
    return {"title": part.title, "labels": part.labels.values(), "rows": rows}


def _word(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return date_format(timezone.localtime(value), "DATETIME_FORMAT")
    if isinstance(value, Mapping):
        return ", ".join(str(part) for part in value.values() if part)
    return str(value)
