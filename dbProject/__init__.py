"""The project: settings and the mechanisms that every app shares, with the site map on top."""
