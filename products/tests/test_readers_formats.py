import json
from decimal import Decimal
from itertools import islice

import pytest

from products import readers
from products.errors import ImportRefused
from products.readers import Picture, Said, Typing, objects
from products.tests.import_files import ICECAT, SHOPIFY, WOOCOMMERCE, read, write, write_icecat

pytestmark = pytest.mark.unit


# Our own


def test_our_columns_are_read_into_their_types(tmp_path):
    text = (
        "SKU,name,price,sale_price,category,brand,stock_quantity,weight,is_active,images,ean,"
        "attr:Color,attr:Size\n"
        'A,Lamp,"1.234,50",,Home >  Lamps,Tarn,7,1.2 kg,yes,https://x.example/a b.jpg|b.png,'
        "4006381333931,Red,\n"
    )
    (record,), problems = read(write(tmp_path, text))

    assert problems == []
    assert (record.line, record.sku, record.stock_quantity) == (2, "A", 7)
    assert record.columns == {
        "name": "Lamp",
        "price": Decimal("1234.50"),
        "sale_price": None,
        "weight": Decimal("1.200"),
        "is_active": True,
        "ean": "4006381333931",
    }
    assert (record.category, record.brand) == (("Home", "Lamps"), "Tarn")
    assert record.attributes == {"Color": Said("Red")}
    assert record.spoken_of == {"Color", "Size"}
    assert record.pictures == (Picture("https://x.example/a%20b.jpg"), Picture("b.png"))


def test_a_row_is_refused_only_for_its_sku_or_its_price_and_says_which(tmp_path):
    heading = "sku,name,price,ean,weight,stock_quantity,is_active\n"
    text = heading + ",a,1,,,,\nB,b,free,,,,\nC,c,1,123,heavy,-2,perhaps\n"
    (record,), problems = read(write(tmp_path, text))

    assert [(p.line, p.column, p.sku) for p in problems if p.is_refusal] == [
        (2, "sku", ""),
        (3, "price", "B"),
    ]
    assert [(p.line, p.column) for p in problems if not p.is_refusal] == [
        (4, "ean"),
        (4, "weight"),
        (4, "is_active"),
        (4, "stock_quantity"),
    ]
    assert record.columns == {"name": "c", "price": 1}
    assert record.stock_quantity == 0


def test_a_column_that_is_not_ours_is_named_once(tmp_path):
    _, problems = read(write(tmp_path, "sku,name,price,shelf\nA,a,1,3\nB,b,1,3\n"))

    assert [(p.line, p.column, p.is_refusal) for p in problems] == [(1, "shelf", False)]


def test_on_a_variant_the_attributes_are_its_options(tmp_path):
    text = "sku,name,price,parent_sku,attr:Size\nA,a,1,,\nA-S,a,1,A,S\n"
    (parent, variant), _ = read(write(tmp_path, text))

    assert (parent.options, parent.parent_sku) == ({}, "")
    assert (variant.options, variant.parent_sku, variant.attributes) == ({"Size": "S"}, "A", {})


def test_a_name_of_300_characters_is_whole_and_a_longer_one_is_cut_with_a_warning(tmp_path):
    text = f"sku,name,price\nA,{'n' * 300},1\nB,{'word ' * 70},1\n"
    (whole, cut), problems = read(write(tmp_path, text))

    assert len(whole.columns["name"]) == 300
    assert len(cut.columns["name"]) <= 300
    assert [(p.line, p.column, p.is_refusal) for p in problems] == [(3, "name", False)]


def test_jsonl_says_types_by_its_own(tmp_path):
    lines = [
        {
            "sku": "A",
            "name": "a",
            "price": 19.9,
            "attr:Wide": True,
            "attr:Watts": 5.5,
            "attr:For": ["x", "y"],
        },
        {
            "sku": "B",
            "name": "b",
            "price": "2",
            "attr:Code": "007",
            "images": ["a.jpg", "b.jpg"],
            "weight": None,
        },
    ]
    text = "\n".join(map(json.dumps, lines)) + '\n{"sku": "C", "na'
    (first, second), problems = read(write(tmp_path, text, name="x.jsonl"))

    assert first.columns["price"] == Decimal("19.9")
    assert {name: said.value for name, said in first.attributes.items()} == {
        "Wide": True,
        "Watts": Decimal("5.5"),
        "For": ("x", "y"),
    }
    assert second.attributes == {"Code": Said("007", Typing.WORDS)}
    assert second.columns["weight"] is None
    assert [picture.source for picture in second.pictures] == ["a.jpg", "b.jpg"]
    assert [(p.line, p.is_refusal) for p in problems] == [(3, True)]


# Shopify


def test_shopify_rows_become_singles_and_parents_with_their_variants(tmp_path):
    records, problems = read(write(tmp_path, SHOPIFY))

    assert [(record.sku, record.parent_sku, record.is_parent) for record in records] == [
        ("OAK-1", "", False),
        ("wool-sweater", "", True),
        ("wool-sweater-s-sea-blue", "wool-sweater", False),
        ("wool-sweater-m-sea-blue", "wool-sweater", False),
        ("SW-M-MOSS", "wool-sweater", False),
        ("GIFT", "", False),
    ]
    assert [(p.sku, p.column, p.is_refusal) for p in problems] == [("SW-M-MOSS", "stock_quantity", False)]


def test_shopify_says_the_old_price_beside_the_new_one(tmp_path):
    (stool, *_), _ = read(write(tmp_path, SHOPIFY))

    assert (stool.columns["price"], stool.columns["sale_price"]) == (99, 79)
    assert stool.columns["weight"] == Decimal("4.2")
    assert stool.columns["description"] == "<p>A stool of <strong>oak</strong>.</p>"
    assert stool.attributes == {"Tags": Said(("wood", "seat"), Typing.LABELS)}
    assert [(picture.source[-8:], picture.alt_text) for picture in stool.pictures] == [
        ("side.jpg", "Side"),
        ("tool.jpg", "Front"),
    ]


def test_shopify_options_name_what_sets_variants_apart(tmp_path):
    records, _ = read(write(tmp_path, SHOPIFY))

    assert records[0].options == {}
    assert records[2].options == {"Size": "S", "Color": "Sea Blue"}
    assert records[2].columns["name"] == "Wool Sweater, S, Sea Blue"
    assert records[2].pictures[0].source.endswith("sweater-blue.jpg")


def test_a_shopify_draft_is_not_active_and_a_gift_card_is_digital(tmp_path):
    records, _ = read(write(tmp_path, SHOPIFY))

    assert records[-1].columns["is_active"] is False
    assert records[-1].columns["is_digital"] is True
    assert records[0].columns["is_active"] is True


def test_shopifys_new_column_names_mean_the_same(tmp_path):
    text = (
        "Title,URL handle,Description,Vendor,Type,Published on online store,Status,SKU,Barcode,Option1 name,"
        "Option1 value,Price,Compare-at price,Inventory quantity,Weight value (grams),Product image URL\n"
        "Cap,cap,For the sun,Tarn,Hats,TRUE,Active,CAP,,Title,Default Title,9.00,12.00,4,80,https://x.example/c.jpg\n"
    )
    (cap,), problems = read(write(tmp_path, text))

    assert problems == []
    assert (cap.sku, cap.stock_quantity, cap.columns["price"], cap.columns["sale_price"]) == ("CAP", 4, 12, 9)
    assert cap.columns["weight"] == Decimal("0.08")
    assert cap.pictures[0].source == "https://x.example/c.jpg"


# WooCommerce


def test_woocommerce_variations_find_their_parent_by_sku_or_id(tmp_path):
    records, problems = read(write(tmp_path, WOOCOMMERCE))

    assert [(record.sku, record.parent_sku, record.is_parent) for record in records] == [
        ("CAP", "", True),
        ("CAP-BLUE", "CAP", False),
        ("woo-12", "CAP", False),
        ("SONG", "", False),
        ("MUG", "", False),
    ]
    assert [(p.line, p.sku, p.is_refusal) for p in problems] == [(5, "SONG", False), (6, "SET", True)]


def test_woocommerce_measures_are_turned_into_ours(tmp_path):
    (cap, *_), _ = read(write(tmp_path, WOOCOMMERCE))

    assert cap.columns["weight"] == Decimal("0.227")
    assert cap.columns["dimensions"] == "2.54 x 5.08 x 7.62"
    assert cap.category == ("Clothing", "Hats")
    assert cap.columns["description"] == "Cap<p>For the sun.</p>"


def test_woocommerce_attributes_are_options_on_variations_and_values_elsewhere(tmp_path):
    records, _ = read(write(tmp_path, WOOCOMMERCE))
    cap, blue, _green, song, mug = records

    assert blue.options == {"Color": "Blue"}
    assert cap.attributes == {"Material": Said("Cotton"), "Tags": Said(("summer", "cotton"), Typing.LABELS)}
    assert mug.attributes == {"Color": Said(("Red", "White"))}
    assert (mug.category, mug.columns["is_active"], mug.stock_quantity) == (("Kitchen , Home",), False, 0)
    assert song.columns["is_digital"] is True


# Icecat


def test_icecat_prices_are_minor_units_and_types_follow_the_keys(tmp_path):
    (display, cable), problems = read(write_icecat(tmp_path))

    assert problems == []
    assert (display.sku, display.columns["price"]) == ("ICE-501", Decimal("199.95"))
    assert display.columns["name"] == 'Acme 24" display black'
    assert display.columns["short_description"] == "Bright and even"
    assert display.columns["description"] == "Bright<br>and even"
    assert display.columns["ean"] == "04006381333931"
    assert (display.category, display.brand) == (("Electronics", "Displays"), "Acme")
    assert display.attributes == {
        "Display diagonal": Said(Decimal("61.0"), Typing.TEXT),
        "Touchscreen": Said(False, Typing.TEXT),
        "Product colour": Said("Black", Typing.CHOICE),
        "Certification": Said("CE, UL", Typing.TEXT),
        "Operating temperature (t t)": Said("5 - 35", Typing.TEXT),
        "Response time": Said(Decimal("5.0"), Typing.TEXT),
    }
    assert cable.attributes == {
        "Printing colours": Said(("Cyan", "Black"), Typing.LABELS),
        "Response time (text)": Said("fast", Typing.TEXT),
    }


def test_icecat_is_known_plain_as_well(tmp_path):
    records, _ = read(write(tmp_path, json.dumps(ICECAT), name="1.json"))

    assert [record.sku for record in records] == ["ICE-501", "ICE-502"]


def test_an_array_that_was_cut_off_gives_what_was_whole_and_then_says_where(tmp_path):
    path = write(tmp_path, json.dumps(ICECAT)[:-40], name="1.json")
    items = readers.read(path)

    assert next(items).sku == "ICE-501"
    with pytest.raises(ImportRefused, match="after its product no"):
        next(items)


def test_items_are_found_wherever_pieces_of_the_file_end(monkeypatch):
    array = [{"id": str(number), "text": 'a "]" b, ' * number} for number in range(40)]

    class Slow:
        def __init__(self, text):
            self.text, self.place = text, 0

        def read(self, size):
            self.place += 7
            return self.text[self.place - 7 : self.place]

    assert list(objects.items(Slow(json.dumps(array, indent=1)))) == array
    assert list(objects.items(Slow("[ ]"))) == []


def test_one_item_is_read_at_a_time():
    text = json.dumps([{"id": str(number), "filler": "x" * 1000} for number in range(5_000)])

    class Counted:
        taken = 0

        def read(self, size):
            piece = text[self.taken : self.taken + size]
            self.taken += len(piece)
            return piece

    file = Counted()
    assert len(list(islice(objects.items(file), 3))) == 3
    assert file.taken <= objects.PIECE_CHARACTERS


# Any table


MAPPING = """
delimiter = ";"
decimal = ","
[columns]
sku = "Nr."
name = ["Bezeichnung", "Zusatz"]
price = "VK"
category = ["Gruppe", "Untergruppe"]
"attr:Color" = "Farbe"
[constants]
brand = "Tarn"
stock_quantity = 5
"""


def test_a_mapping_reads_any_table(tmp_path):
    mapping = write(tmp_path, MAPPING, name="map.toml")
    path = write(
        tmp_path,
        "Nr.;Bezeichnung;Zusatz;VK;Gruppe;Untergruppe;Farbe\n1;Lampe;groß;1.234;Haus;;Rot\n2;b;;x;;;\n",
    )
    (lamp,), problems = read(path, mapping=mapping)

    assert (lamp.sku, lamp.columns) == ("1", {"name": "Lampe groß", "price": 1234})
    assert (lamp.category, lamp.brand, lamp.stock_quantity) == (("Haus",), "Tarn", 5)
    assert lamp.attributes == {"Color": Said("Rot")}
    assert [(p.line, p.column) for p in problems] == [(3, "VK")]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[columns", "is no TOML"),
        ("[columns]\nname = 'x'", "which column is the sku"),
        ("[columns]\nsku = 'Nr.'\ncolour = 'x'", "a field we do not have: colour"),
        ("[columns]\nsku = 'No.'", "no column “No.”"),
        ("decimal = 5\n[columns]\nsku = 'Nr.'", "one character"),
        ("encoding = 'klingon'\n[columns]\nsku = 'Nr.'", "unknown encoding"),
        ("[colums]\nsku = 'Nr.'", "unknown part: colums"),
    ],
)
def test_a_mapping_that_means_nothing_says_why(tmp_path, text, reason):
    mapping = write(tmp_path, text, name="map.toml")

    with pytest.raises(ImportRefused, match=reason):
        read(write(tmp_path, "Nr.;Farbe\n1;Rot\n"), mapping=mapping)


def test_a_format_can_be_asked_for_by_name_alone(tmp_path):
    path = write(tmp_path, "sku,name,price\nA,a,1\n")

    assert [record.sku for record in read(path, format_name="csv")[0]] == ["A"]
    with pytest.raises(ImportRefused):
        read(path, format_name="icecat")
    with pytest.raises(ImportRefused):
        read(path, format_name="shopify")
