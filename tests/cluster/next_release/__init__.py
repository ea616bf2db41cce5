"""A release after this one, for the way there and back: a column more, and a task that is new.

Nothing of the shop knows it: processes run it whose settings are ``tests.cluster.next_release.settings``.
"""
