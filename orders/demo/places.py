"""Where the customers of the demo store live. The towns are real, the streets are in every one of them."""

from random import Random

TOWNS = {
    "DE": (
        ("10119", "Berlin"), ("20099", "Hamburg"), ("80331", "München"),
        ("50667", "Köln"), ("04109", "Leipzig"), ("01067", "Dresden"),
        ("28195", "Bremen"), ("70173", "Stuttgart"), ("90402", "Nürnberg"),
        ("99084", "Erfurt"), ("79098", "Freiburg"), ("24103", "Kiel"), ("34117", "Kassel"),
        ("18055", "Rostock"),
    ),
    "AT": (("1010", "Wien"), ("5020", "Salzburg"), ("8010", "Graz")),
    "NL": (("1012 AB", "Amsterdam"), ("3511 AD", "Utrecht")),
    "FR": (("75003", "Paris"), ("69001", "Lyon")),
    "DK": (("1050", "København"),),
    "CH": (("8001", "Zürich"), ("3011", "Bern")),
    "GB": (("EC1A 1BB", "London"), ("BS1 4DJ", "Bristol")),
}  # fmt: skip
SHARE = {"DE": 74, "AT": 9, "NL": 4, "FR": 4, "DK": 2, "CH": 4, "GB": 3}
STREETS = {
    "DE": ("Lindenweg", "Hauptstraße", "Gartenweg", "Am Markt", "Schulgasse"),
    "FR": ("Rue des Tilleuls", "Rue du Marché"),
    "NL": ("Lindelaan", "Kerkstraat"),
    "DK": ("Lindevej",),
    "GB": ("Linden Road", "Church Street"),
}
LANGUAGES = {"DE": "de", "AT": "de", "CH": "de"}


def address(chance: Random, *, name: str) -> dict[str, str]:
    """Return an address for somebody of that ``name``, with the fields of an order's."""
    country = chance.choices(list(SHARE), list(SHARE.values()))[0]
    zip_code, city = chance.choice(TOWNS[country])
    street = f"{chance.choice(STREETS.get(country, STREETS['DE']))} {chance.randint(1, 120)}"
    return {
        "name": name,
        "company": "",
        "street": street,
        "street2": "",
        "city": city,
        "state": "",
        "zip_code": zip_code,
        "country": country,
        "phone": "",
    }


def language(country: str) -> str:
    """Return the language that people there most likely read here."""
    return LANGUAGES.get(country, "en")
