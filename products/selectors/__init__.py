"""Reads of the catalog that several pages or clients share, that count, or that are remembered."""
