"""What every endpoint of the API shares: who may, bodies, errors, pages, and versions of rows."""
