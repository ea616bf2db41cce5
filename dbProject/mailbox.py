"""Mail on a laptop: shown in the terminal, and kept to be opened."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.console import EmailBackend as Console
from django.core.mail.backends.filebased import EmailBackend as Folder


class EmailBackend(Console):
    """Print each mail and keep it as a file below ``var/mail``, where a mail program opens it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.folder = Path(settings.MAIL_FOLDER)

    def send_messages(self, messages: Sequence[EmailMessage]) -> int:
        self.folder.mkdir(parents=True, exist_ok=True)
        Folder(file_path=str(self.folder)).send_messages(messages)
        return int(super().send_messages(messages) or 0)
