"""Processes killed, queues emptied and providers that hang, with real processes on the test's database.

The quick form shortens what the shop waits for (``settings.py``); the long form (``./shop prove``) waits as
production does. Each ends with books that agree.
"""
