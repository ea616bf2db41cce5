"""Pages of cart, checkout, payment and orders. None of them is kept by anybody but its reader."""
