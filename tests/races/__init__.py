"""Many customers at the same moment, on a real Postgres.

Each test runs rounds: a few in ``./shop test``, as many as ``PROVE_ROUNDS`` says in ``./shop prove``. After
each test the books are compared, whatever it was about.
"""
