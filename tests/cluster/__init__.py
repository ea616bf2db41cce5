"""The shop as many processes behind nginx: visited, restarted and broken; in the end its books agree."""
