"""Computing on the orders of years by Dask. It reads Parquet files and computes; it writes to no table.

Importing this package costs nothing: Dask and pyarrow are imported by the functions that use them, and no web
process calls one. Where they are not installed, ``engine.is_installed()`` says so.
"""
