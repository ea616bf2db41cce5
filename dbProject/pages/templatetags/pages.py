"""``{% footer_pages as pages %}``: what staff wrote, for the foot of every page."""

from django import template

from dbProject.pages import services

register = template.Library()

register.simple_tag(services.footer, name="footer_pages")
