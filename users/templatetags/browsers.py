"""Browsers by name."""

from django import template

from users import browsers

register = template.Library()
register.filter("browser_name", browsers.name)
