"""``{% picture %}``."""

import pytest
from django.template import Context, Template

from products.models import ProductImage

pytestmark = pytest.mark.unit


def shown(image, arguments=""):
    template = Template("{% load pictures %}{% picture image " + arguments + " %}")
    return template.render(Context({"image": image}))


def image(**fields):
    return ProductImage(
        **{"width": 1200, "height": 900, "image": "pictures/ab/ab12.jpg", "color": "#aabbcc"} | fields
    )


def test_every_format_names_the_widths_that_exist():
    html = shown(image(widths=[480, 800, 1200], alt_text='A "mug"'), 'sizes="50vw" css="cover"')

    assert (
        '<source type="image/avif" srcset="/media/pictures/ab/ab12-480.avif 480w, '
        '/media/pictures/ab/ab12-800.avif 800w, /media/pictures/ab/ab12-1200.avif 1200w" sizes="50vw">'
    ) in html
    assert 'src="/media/pictures/ab/ab12-800.jpg"' in html
    assert "ab12-1200.jpg" not in html
    assert 'width="1200" height="900" alt="A &quot;mug&quot;" loading="lazy"' in html
    assert 'class="picture cover"' in html


def test_its_color_stands_behind_it_without_a_style():
    html = shown(image(widths=[480]))

    assert 'fill="#aabbcc"' in html
    assert "style" not in html


def test_what_is_seen_first_is_loaded_first():
    html = shown(image(widths=[480]), 'loading="eager"')

    assert 'loading="eager"' in html
    assert 'fetchpriority="high"' in html


def test_a_picture_beside_its_name_needs_no_text():
    assert 'alt=""' in shown(image(widths=[480], alt_text="A mug"), 'alt=""')


def test_a_picture_without_renditions_shows_its_original():
    html = shown(image(widths=[]))

    assert 'src="/media/pictures/ab/ab12.jpg"' in html
    assert "srcset" not in html


def test_no_picture_is_a_drawing_that_nobody_reads_aloud():
    html = shown(None, 'css="cover"')

    assert 'class="picture picture-none cover"' in html
    assert 'aria-hidden="true"' in html
    assert "<img" not in html
