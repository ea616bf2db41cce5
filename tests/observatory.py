"""How Mozilla's HTTP Observatory scores every kind of page; part of ``./shop prove``.

The scanner is made for sites on the internet. Its tests and its grader are given the answers that the shop
has for requests over TLS and over plain HTTP, with production's settings, so that nothing leaves the machine.
``OBSERVATORY`` names a folder in which the scanner is installed already; else npm installs it once.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.test import Client

from dbProject.limits import rules
from dbProject.settings import base
from products.tests.factories import ProductFactory
from users.tests.factories import StaffFactory, UserFactory

SCANNER = "@mdn/mdn-http-observatory@1.4.8"
FOLDER = Path(os.environ.get("OBSERVATORY") or base.VAR_DIR / "observatory")
HOST, ELSEWHERE = "shop.example.com", "https://http-observatory.security.mozilla.org"
LEAST = 120
RELAXED = (
    "SECURE_SSL_REDIRECT", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "LANGUAGE_COOKIE_SECURE",
    "SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME", "LANGUAGE_COOKIE_NAME",
)  # fmt: skip
"""Of production's settings, those that tests relax."""


@pytest.fixture(scope="module")
def scanner():
    """Install the scanner, if it is not there; return its folder."""
    if not (FOLDER / "node_modules/@mdn/mdn-http-observatory").exists():
        if not shutil.which("npm"):
            pytest.fail("The scanner needs npm and Node.js 20. Debian: apt-get install npm", pytrace=False)
        FOLDER.mkdir(parents=True, exist_ok=True)
        # Without its scripts, which would fetch lists from the network.
        install = [
            "npm",
            "install",
            "--ignore-scripts",
            "--no-audit",
            "--no-fund",
            "--omit=optional",
            SCANNER,
        ]
        subprocess.run(install, cwd=FOLDER, check=True, stdout=subprocess.DEVNULL)
    return FOLDER


@pytest.fixture
def production(db, settings):
    for name in RELAXED:
        setattr(settings, name, getattr(base, name))
    settings.ALLOWED_HOSTS = [HOST]
    settings.RATE_LIMIT_ENDPOINTS = settings.RATE_LIMIT_ENDPOINTS | {
        "forms": {"limit": 1, "window": 60, "per": ["address"]}
    }
    rules.forget()


def visitor(person=None):
    client = Client(headers={"host": HOST}, raise_request_exception=False)
    if person:
        client.force_login(person)
    return client


def told(answer):
    headers = dict(answer.items())
    if answer.cookies:
        headers["Set-Cookie"] = [cookie.OutputString() for cookie in answer.cookies.values()]
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return {"status": answer.status_code, "headers": headers, "body": body.decode(errors="replace")}


def scanned(name, client, path, page=None):
    """Return what the scanner wants to know of a page."""
    asked = {"Origin": ELSEWHERE, "Access-Control-Request-Method": "GET"}
    return {
        "name": name,
        "url": f"https://{HOST}{path}",
        "page": told(page or client.get(path, secure=True)),
        "plain": told(client.get(path)),
        "preflight": told(client.options(path, secure=True, headers=asked)) | {"origin": ELSEWHERE},
    }


def answers(monkeypatch):
    """Yield every kind of answer with the status that it has."""
    product, guest = ProductFactory(), visitor()
    customer, staff = visitor(UserFactory()), visitor(StaffFactory())
    customer.post("/cart/add/", {"product_id": product.pk, "quantity": 1}, secure=True)
    for name, client, path, status in (
        ("home", guest, "/", 200),
        ("list", guest, "/products/", 200),
        ("product", guest, product.get_absolute_url(), 200),
        ("login", guest, "/accounts/login/", 200),
        ("account", customer, "/account/", 200),
        ("checkout", customer, "/checkout/", 200),
        ("not found", guest, "/nowhere/", 404),
        ("redirect", guest, "/account/", 302),
        ("admin login", guest, "/accounts/login/?next=/admin/", 200),
        ("admin", staff, "/admin/", 200),
        ("admin list", staff, "/admin/products/product/", 200),
        ("api", guest, "/api/products/", 200),
        ("api error", guest, "/api/products/0/", 404),
        ("static", guest, "/static/css/shop.css", 200),
    ):
        yield scanned(name, client, path), status
    posted = [guest.post("/accounts/password/reset/", {"email": "x"}, secure=True) for _ in range(2)]
    yield scanned("too often", guest, "/accounts/password/reset/", posted[-1]), 429

    def broken(**_):
        raise RuntimeError

    monkeypatch.setattr("products.selectors.home.rows", broken)
    yield scanned("our error", guest, "/"), 500


def test_every_kind_of_page_scores_as_high_as_the_shop_promises(production, scanner, monkeypatch, capsys):
    kinds = list(answers(monkeypatch))
    assert {kind["name"]: kind["page"]["status"] for kind, _ in kinds} == {
        kind["name"]: status for kind, status in kinds
    }

    asked = json.dumps([kind for kind, _ in kinds])
    script = Path(__file__).with_suffix(".mjs")
    said = subprocess.run(
        ["node", script, scanner], input=asked, capture_output=True, text=True, check=True
    ).stdout
    scores = [json.loads(line) for line in said.splitlines()]

    with capsys.disabled():
        rows = [f"{row['name']:<12} {row['score']:>4} {row['grade']}" for row in scores]
        sys.stdout.write("\n".join(["", "HTTP Observatory", *rows, ""]))
    assert len(scores) == len(kinds)
    low = [row for row in scores if row["score"] < LEAST]
    assert {row["name"]: row["results"] for row in low} == {}
