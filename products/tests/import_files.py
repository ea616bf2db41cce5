"""Small catalogs for tests, and how to import them."""

import json
import zipfile

from products import readers
from products.services import imports

SHOPIFY = """\
Handle,Title,Body (HTML),Vendor,Type,Tags,Published,Option1 Name,Option1 Value,Option2 Name,Option2 Value,\
Variant SKU,Variant Grams,Variant Inventory Qty,Variant Price,Variant Compare At Price,\
Variant Requires Shipping,Variant Barcode,Image Src,Image Position,Image Alt Text,Gift Card,\
Variant Image,Status
oak-stool,Oak Stool,"<p>A <b>stool</b> of <strong>oak</strong>.</p><script>alert(1)</script>",Tarn,Furniture,\
"wood, seat",true,Title,Default Title,,,OAK-1,4200,7,79.00,99.00,true,4006381333931,\
https://example.com/stool.jpg,2,Front,false,,active
oak-stool,,,,,,,,,,,,,,,,,,https://example.com/stool-side.jpg,1,Side,false,,
wool-sweater,Wool Sweater,Warm.,Tarn,Clothing,,true,Size,S,Color,Sea Blue,,300,3,60.00,,true,,\
https://example.com/sweater.jpg,1,,false,https://example.com/sweater-blue.jpg,active
wool-sweater,,,,,,,,M,,Sea Blue,,300,0,60.00,,true,,,,,,,
wool-sweater,,,,,,,,M,,Moss,SW-M-MOSS,300,-2,65.00,,true,,,,,,,
gift,Gift card,,Tarn,,,false,Title,Default Title,,,GIFT,0,,25.00,,false,,,,,true,,draft
"""
"""A single on sale with two pictures, a parent with three variants, and a card that is not published."""

WOOCOMMERCE = """\
ID,Type,SKU,Name,Published,"Is featured?","Short description",Description,"In stock?",Stock,"Sale price",\
"Regular price",Categories,Tags,Images,Parent,"Weight (lbs)","Length (in)","Width (in)","Height (in)",\
"Attribute 1 name","Attribute 1 value(s)","Attribute 1 visible","Attribute 1 global",\
"Attribute 2 name","Attribute 2 value(s)"
10,variable,CAP,Cap,1,1,Keeps the sun off.,"<h2>Cap</h2><p>For the sun.</p>",1,,,,\
"Clothing > Hats, Sale","summer, cotton",https://example.com/cap.jpg,,.5,2,1,3,Color,\
"Blue, Green",1,1,Material,Cotton
11,variation,CAP-BLUE,Cap - Blue,1,0,,,1,5,9,12,,,,CAP,,,,,Color,Blue,,1,,
12,variation,,Cap - Green,1,0,,,1,2,,12,,,,id:10,,,,,Color,Green,,1,,
13,"simple, downloadable, virtual",SONG,Song,1,0,,,1,,,2.50,Music,,,,,,,,,,,,,
14,grouped,SET,Set,1,0,,,1,,,,Clothing,,,,,,,,,,,,,
15,simple,MUG,Mug,0,0,,,0,,,8.00,"Kitchen \\, Home",,,,0.25,,,,Color,"Red, White",1,1,,
"""

ICECAT = [
    {
        "id": "501",
        "name": "C-1",
        "title": 'Acme 24" display <b>black</b>',
        "ean": ["4006381333932", "04006381333931"],
        "short_description": "Bright<br />and <i>even</i>",
        "img_high": "http://images.example.com/501.jpg",
        "img_low": "http://images.example.com/501-low.jpg",
        "supplier": "Acme",
        "price": 19995,
        "attr_n_display_diagonal": 61.0,
        "attr_b_touchscreen": False,
        "attr_t_product_colour": "Black",
        "attr_t_certification": "CE, UL",
        "attr_t_operating_temperature__t_t_": "5 - 35",
        "attr_n_response_time": 5.0,
    },
    {
        "id": "502",
        "name": "C-2",
        "title": "Acme patch cable",
        "ean": [],
        "supplier": "Acme",
        "price": 595,
        "attr_t_printing_colours": "cyan,Black",
        "attr_t_response_time": "fast",
    },
]


def write(folder, text, *, name="products.csv", encoding="utf-8"):
    """Return the path of a new file with ``text``."""
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
    return path


def write_icecat(folder, items=ICECAT, *, name="1.json.zip"):
    path = folder / name
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name.removesuffix(".zip"), json.dumps(items, indent=1))
    return path


def read(path, **options):
    """Return what is in a file as records and problems."""
    items = list(readers.read(path, **options))
    return (
        [item for item in items if isinstance(item, readers.Record)],
        [item for item in items if isinstance(item, readers.Problem)],
    )


class Imported:
    """What one import did, in a form that reads well in an assertion."""

    def __init__(self, path, **options):
        self.problems = []
        source = {
            key: options.pop(key) for key in ("format", "mapping", "pictures_from", "name") if key in options
        }
        self.tally = imports.import_products(
            imports.Source(path, **source), on_problem=self.problems.append, **options
        )

    def __str__(self):
        return str(self.tally)

    @property
    def refusals(self):
        return [(p.line, p.column, p.reason) for p in self.problems if p.is_refusal]

    @property
    def warnings(self):
        return [(p.line, p.column, p.reason) for p in self.problems if not p.is_refusal]


def counts(created=0, updated=0, unchanged=0, refused=0):
    return f"created={created} updated={updated} unchanged={unchanged} refused={refused}"
