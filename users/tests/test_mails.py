"""Mails about accounts: through the outbox, each once, translated, and no secret stays behind."""

from pathlib import Path

import allauth
import pytest
from django.core import mail
from django.test import Client
from django.utils import translation

from dbProject.mail import rendered
from dbProject.outbox import services as outbox
from dbProject.outbox.models import OutboxEvent
from users import tasks
from users.selectors import letters, samples
from users.tests.letters import CODE
from users.tests.letters import letters as mailbox

pytestmark = pytest.mark.django_db
OFF = {"login_code", "password_reset_code"}
"""Mails of ways to log in that the shop does not offer."""

OURS = {"personal_export", "second_factors_removed"}
"""Mails that allauth knows nothing of."""


def sign_up(client, **headers):
    fields = {"first_name": "Ada", "email": "ada@example.com", "password1": "Lantern-Harbor-42"}
    client.post("/accounts/signup/", fields, headers=headers)
    return OutboxEvent.objects.get(task="users.tasks.send_account_mail")


def test_no_page_waits_for_the_mail_server(client):
    sign_up(client)

    assert mail.outbox == []
    assert [letter.to for letter in mailbox()] == [["ada@example.com"]]


def test_a_mail_is_sent_once_however_often_its_event_is_handed_out(client):
    event = sign_up(client)

    for _ in range(3):
        tasks.send_account_mail.run(event_id=str(event.pk), **event.payload)

    (letter,) = mail.outbox
    assert letter.extra_headers["Message-ID"] == f"<{event.pk}@testserver>"


def test_while_the_mail_server_is_away_the_mail_waits(client, monkeypatch):
    event = sign_up(client)

    def refuse(_self):
        raise ConnectionRefusedError

    with monkeypatch.context() as away:
        away.setattr("django.core.mail.EmailMessage.send", refuse)
        with pytest.raises(ConnectionRefusedError):
            tasks.send_account_mail.run(event_id=str(event.pk), **event.payload)
    outbox.fail(event.pk, "refused")
    tasks.send_account_mail.run(event_id=str(event.pk), **event.payload)

    assert len(mail.outbox) == 1


def test_neither_broker_nor_staff_nor_anybody_later_reads_the_code_or_the_address(staff_client):
    event = sign_up(Client())
    code = CODE.search(str(event.private["facts"]["code"]))[0]
    assert not {code, "ada@example.com"} & set(event.payload.values())
    page = staff_client.get(f"/admin/outbox/outboxevent/{event.pk}/change/").content.decode()
    assert code not in page
    assert "ada@example.com" not in page

    assert code in mailbox()[-1].body

    event.refresh_from_db()
    assert event.private is None


def test_a_mail_is_in_the_language_of_the_page_and_in_the_shop_s_design(client):
    sign_up(client, **{"accept-language": "de"})

    (letter,) = mailbox()
    (html, kind), *_ = letter.alternatives
    assert letter.subject == "Ihr Code zum Bestätigen dieser Adresse"
    assert kind == "text/html"
    assert '<html lang="de">' in html
    assert CODE.search(letter.body)[0] in html


def test_every_mail_of_allauth_has_its_letter():
    folder = Path(allauth.__file__).parent / "templates"
    texts = [path for app in ("account", "mfa") for path in (folder / app / "email").glob("*_subject.txt")]
    kinds = {path.name.removesuffix("_subject.txt") for path in texts}

    assert kinds - OFF | OURS == set(letters.LETTERS)


@pytest.mark.parametrize("language", ["en", "de"])
def test_every_mail_tells_all_its_facts(language):
    with translation.override(language):
        for one in samples.mails():
            text, html = rendered(one.template, subject=one.subject, context=one.context)
            for form in (text, html):
                assert one.context["link"] in form
                assert one.context["text"].split("%")[0] in form
                assert "%(" not in form
                assert ("203.0.113.9" in form) == one.context["letter"].tells_who


def test_what_somebody_typed_is_text_in_a_mail():
    context = letters.context(
        letters.about("email_changed"),
        samples.FACTS | {"to_email": "<b>x</b>@example.com", "user_agent": "<i>browser</i>"},
    )

    html = rendered(letters.TEMPLATE, subject="", context=context)[1]

    assert "&lt;b&gt;x" in html
    assert "<i>browser" not in html
