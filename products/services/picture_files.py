"""The files behind pictures: where they are kept, and the processes that draw them.

A name says its content, so a file that exists is never written again. Two processes that store the same
picture at once write the same bytes; a process that is killed leaves no half file under a final name.
"""

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from products import pictures

WORKERS = 2
PERMISSIONS = 0o644  # nginx, which serves the files, is another user


def store(name: str, content: bytes) -> None:
    """Keep ``content`` under ``name``, whole or not at all. Repeating it changes nothing."""
    if default_storage.exists(name):
        return
    try:
        path = Path(default_storage.path(name))
    except NotImplementedError:  # no folder: an object storage, which shows whole files only
        default_storage.save(name, ContentFile(content))
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=path.parent, prefix=".unfinished-", delete=False) as file:
        file.write(content)
    os.chmod(file.name, settings.FILE_UPLOAD_PERMISSIONS or PERMISSIONS)
    os.replace(file.name, path)


def store_renditions(original: str, renditions: Iterable[pictures.Rendition]) -> None:
    """Keep the ``renditions`` of the picture named ``original``. Repeating it changes nothing."""
    for width, extension, content in renditions:
        store(pictures.rendition_name(original, width, extension), content)


def store_made(made: pictures.Made) -> str:
    """Keep the original and first renditions of a picture; return its name. Repeating it changes nothing."""
    name = pictures.original_name(made.key, made.original.extension)
    store_renditions(name, made.renditions)
    store(name, made.original.content)
    return name


def read(name: str) -> bytes:
    """Return the content of the file ``name``; OSError when it is gone."""
    with default_storage.open(name) as file:
        return bytes(file.read())


def exists(name: str) -> bool:
    """Say whether the file ``name`` is there."""
    return default_storage.exists(name)


def missing(original: str, widths: Iterable[int]) -> list[int]:
    """Return those of ``widths`` (pixels) of which some format is not in the storage yet."""
    return [
        planned
        for planned in widths
        if not all(
            default_storage.exists(pictures.rendition_name(original, planned, extension))
            for extension in pictures.extensions(planned)
        )
    ]


@contextmanager
def workshop() -> Iterator[Executor]:
    """Open processes that draw while this one stores; threads where a process may have no children.

    Started afresh instead of forked, so that they inherit no lock that a thread of this process holds.
    """
    executor: Executor
    if multiprocessing.current_process().daemon:  # a child of Celery's own pool
        executor = ThreadPoolExecutor(WORKERS, thread_name_prefix="pictures")
    else:
        executor = ProcessPoolExecutor(
            WORKERS, mp_context=multiprocessing.get_context("spawn"), initializer=_end_with_the_parent
        )
    try:
        yield executor
    finally:
        executor.shutdown(cancel_futures=True)


def _end_with_the_parent() -> None:
    """Leave Ctrl-C to the parent, and do not outlive it when it is killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()

    def watch() -> None:
        if parent is not None:
            parent.join()
            os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
