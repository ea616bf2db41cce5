"""The place in the staff's screens where sales are looked at: an overview, and a page for each report."""
