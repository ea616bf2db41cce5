"""Every word that is marked for translation is there in German, and nothing else is."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext

CATALOG = Path("locale/de/LC_MESSAGES/django.po")
SOURCES = ("dbProject", "users", "products", "orders", "templates", "locale")
QUOTED = re.compile(r'"(.*)"$')
PLACEHOLDER = re.compile(r"%\(\w+\)[+\d.]*[sdf]")

pytestmark = pytest.mark.unit


class Entry(NamedTuple):
    """A message: its context, what stands in the code (with its plural), what people read, its flags."""

    context: str
    source: tuple[str, ...]
    translated: tuple[str, ...]
    flags: str


def entries(text: str) -> Iterator[Entry]:
    """Yield the messages of a .po file, its header and what is obsolete left out."""
    for block in text.split("\n\n"):
        said: dict[str, str] = {}
        keyword = ""
        for line in block.splitlines():
            if line.startswith("#"):
                continue
            keyword = line.split(" ", 1)[0] if not line.startswith('"') else keyword
            said[keyword] = said.get(keyword, "") + QUOTED.search(line)[1].replace('\\"', '"')
        source = tuple(said[name] for name in ("msgid", "msgid_plural") if said.get(name))
        if source:
            flags = "".join(line for line in block.splitlines() if line.startswith("#,"))
            translated = tuple(text for name, text in said.items() if name.startswith("msgstr"))
            yield Entry(said.get("msgctxt", ""), source, translated, flags)


def unfinished(messages: list[Entry]) -> list[str]:
    return [entry.source[0] for entry in messages if "fuzzy" in entry.flags or not all(entry.translated)]


GERMAN = list(entries((settings.BASE_DIR / CATALOG).read_text()))


def test_the_rules_see_what_is_missing():
    text = (
        'msgid ""\nmsgstr "Language: de"\n\nmsgid "Mug"\nmsgstr ""\n\n#, fuzzy\nmsgid "Cup"\nmsgstr "Hut"\n\n'
        'msgid "a"\nmsgid_plural "b"\nmsgstr[0] "x"\nmsgstr[1] ""\n\nmsgid ""\n"Long"\nmsgstr ""\n"Lang"\n\n'
        '#~ msgid "Gone"\n#~ msgstr ""\n'
    )

    assert unfinished(list(entries(text))) == ["Mug", "Cup", "a"]
    assert [entry.source for entry in entries(text)] == [("Mug",), ("Cup",), ("a", "b"), ("Long",)]


def test_every_message_has_its_german_and_none_is_a_guess():
    assert len(GERMAN) > 400
    assert unfinished(GERMAN) == []


def test_a_translation_has_the_same_blanks_to_fill():
    assert [
        entry.source[0]
        for entry in GERMAN
        for text in entry.translated
        if set(PLACEHOLDER.findall(text)) - set(PLACEHOLDER.findall("".join(entry.source)))
        or set(PLACEHOLDER.findall(entry.source[-1])) - set(PLACEHOLDER.findall(entry.translated[-1]))
    ] == []


def test_the_german_is_calm_and_polite():
    loud = re.compile(r"!|\b(du|dich|dir|dein|deine|euch|euer|fuer|ueber|koennen)\b", re.IGNORECASE)

    assert [text for entry in GERMAN for text in entry.translated if loud.search(text)] == []


def test_the_compiled_catalog_says_the_same():
    compiled = settings.BASE_DIR / CATALOG.with_suffix(".mo")

    assert compiled.exists()
    with translation.override("de"):
        wrong = [
            entry.source[0]
            for entry in GERMAN
            if len(entry.source) == 1
            and not entry.context
            and gettext(entry.source[0].replace("\\n", "\n")) != entry.translated[0].replace("\\n", "\n")
        ]
    assert wrong == []


def test_the_catalog_holds_exactly_what_is_marked(tmp_path):
    if not shutil.which("xgettext"):
        pytest.skip("xgettext is missing (apt-get install gettext)")
    for name in SOURCES:
        skip = shutil.ignore_patterns("tests", "__pycache__", "*.toml")
        shutil.copytree(settings.BASE_DIR / name, tmp_path / name, ignore=skip)
    shutil.copy(settings.BASE_DIR / "manage.py", tmp_path)

    subprocess.run(
        [sys.executable, "manage.py", "makemessages", "-l", "de", "--no-obsolete", "-v0"],
        cwd=tmp_path,
        check=True,
        timeout=60,
    )

    marked = list(entries((tmp_path / CATALOG).read_text()))
    assert unfinished(marked) == []
    known = {(entry.context, entry.source) for entry in GERMAN}
    assert known == {(entry.context, entry.source) for entry in marked}
