"""Where messages go, and where they never do: inside of our network, or where a redirect leads."""

import pytest

from dbProject.webhooks import delivering, sending, services
from dbProject.webhooks.errors import TargetRefused
from dbProject.webhooks.models import WebhookAttempt, WebhookEndpoint
from dbProject.webhooks.tests.receivers import listens, publish

pytestmark = [pytest.mark.django_db, pytest.mark.integration]


@pytest.mark.parametrize(
    "url",
    [
        "http://partner.example.com/hook", "https://127.0.0.1/", "https://localhost/", "https://10.0.0.8/",
        "https://169.254.169.254/latest/meta-data/", "https://[::1]/", "https://[::ffff:127.0.0.1]/",
        "https://192.168.1.1/", "https://[fd00::1]/", "https://2130706433/", "https://0x7f.0.0.1/",
        "https://user:pass@partner.example.com/", "file:///etc/passwd", "https://db.internal/", "https://",
        "https://[broken/", "gopher://partner.example.com/",
    ],
)  # fmt: skip
def test_no_endpoint_is_inside_of_a_network_or_without_tls(url, settings):
    settings.WEBHOOKS_TO_PRIVATE_HOSTS = False
    with pytest.raises(TargetRefused):
        services.add_endpoint(url=url, name="Inside")
    assert not WebhookEndpoint.objects.exists()


@pytest.mark.parametrize("url", ["https://partner.example.com/hook", "https://93.184.215.14:8443/hook"])
def test_public_addresses_are_taken(url, settings):
    settings.WEBHOOKS_TO_PRIVATE_HOSTS = False
    assert services.add_endpoint(url=url, name="Partner")[0].url == url


def test_a_name_that_leads_inside_is_not_followed(receiver, settings, monkeypatch):
    listens(receiver)
    port = receiver.url.rpartition(":")[2].partition("/")[0]
    WebhookEndpoint.objects.update(url=f"https://partner.example.com:{port}/hook")
    publish()
    settings.WEBHOOKS_TO_PRIVATE_HOSTS = False
    monkeypatch.setattr("socket.getaddrinfo", lambda *_, **__: [(2, 1, 6, "", ("127.0.0.1", int(port)))])

    assert delivering.deliver_due() == 0
    assert receiver.told == []
    assert WebhookAttempt.objects.get().error == "not an address on the public internet"


def test_the_connection_goes_to_the_address_that_was_checked(receiver, monkeypatch):
    """A second look-up would lead elsewhere: DNS rebinding."""
    listens(receiver)
    port = int(receiver.url.rpartition(":")[2].partition("/")[0])
    WebhookEndpoint.objects.update(url=f"http://partner.example.com:{port}/hook")
    publish()
    places = [[(2, 1, 6, "", ("127.0.0.1", port))], [(2, 1, 6, "", ("127.0.0.99", port))]]
    asked = []

    def answer(host, *_, **__):
        asked.append(host)
        return places[0] if host == "127.0.0.1" or len(asked) == 1 else places[1]

    monkeypatch.setattr("socket.getaddrinfo", answer)

    assert delivering.deliver_due() == 1
    assert asked.count("partner.example.com") == 1
    assert receiver.told[0][0]["host"] == f"partner.example.com:{port}"


def test_a_redirect_is_an_answer_that_is_no_yes(receiver):
    receiver.answers = [302]
    listens(receiver)
    publish()
    delivering.deliver_due()

    assert len(receiver.told) == 1
    assert WebhookAttempt.objects.get().error == "redirects are not followed"
    assert sending.Outcome(302, 1).is_good is False
