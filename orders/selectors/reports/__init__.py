"""What staff ask of sales: each report defined once, and read from sums that were made before.

``registry.REPORTS`` has them all. A report says what it answers, what each of its figures means and how it is
drawn; its page, its CSV, its mail and its documentation follow from that.
"""
