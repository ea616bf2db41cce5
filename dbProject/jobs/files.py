"""Files of jobs as files on this machine's disk, wherever the storage keeps them."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from django.core.files import File

from dbProject.jobs.models import job_files


class OnDisk(NamedTuple):
    """Where the file is, and what brings changes of it to the storage; nothing to do where it is the same."""

    path: Path
    keep: Callable[[], None]


@contextmanager
def on_disk(name: str) -> Iterator[OnDisk]:
    """Offer the file ``name`` to be read and changed. What is not kept may be lost with this process."""
    storage: Any = job_files()
    try:
        path = Path(storage.path(name))
    except NotImplementedError:  # an object storage
        with TemporaryDirectory(prefix="shop-job-") as folder:
            copy = Path(folder) / Path(name).name
            with storage.open(name) as kept, copy.open("wb") as file:
                shutil.copyfileobj(kept, file)

            def keep() -> None:
                with copy.open("rb") as file:
                    storage.replace(name, File(file))

            yield OnDisk(copy, keep)
    else:
        yield OnDisk(path, lambda: None)
