"""What lies in the mailbox."""

import re

from django.core import mail

from dbProject.outbox.tests.working import work_off

CODE = re.compile(r"^[A-Z0-9]{4}-?[A-Z0-9]{4}$", re.MULTILINE)


def letters():
    """Return the mails that were sent, those about accounts included that wait in the outbox."""
    work_off("users.tasks.send_account_mail")
    return mail.outbox


def latest_code():
    return CODE.search(letters()[-1].body)[0]
