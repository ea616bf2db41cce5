"""The demo store's content and pictures: plain data and drawings, nothing of the database."""
