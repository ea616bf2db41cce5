"""Ask the process in this container whether it is up; the status says it."""

import os
import sys
from http.client import HTTPConnection, HTTPException

connection = HTTPConnection("127.0.0.1", int(os.environ.get("PORT", "8000")), timeout=2)
try:
    host = os.environ.get("ALLOWED_HOSTS", "localhost").partition(",")[0]
    connection.request("GET", "/health/live", headers={"Host": host})
    sys.exit(connection.getresponse().status != 200)
except (OSError, HTTPException):
    sys.exit(1)
