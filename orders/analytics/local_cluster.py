"""A Dask cluster in processes of its own, for as long as somebody holds its standard input open.

Started as a program, not imported: so it can run where multiprocessing may not, in the daemonic processes of
Celery, and ends with all its workers when whoever started it is killed: then the pipe closes. The first line
of its input says how it should be (JSON), the first line of its output where it is.
"""

import json
import logging
import sys


def main() -> None:
    """Serve until the end of standard input."""
    wanted = json.loads(sys.stdin.readline())
    import dask
    from distributed import LocalCluster

    dask.config.set(wanted["config"])
    with LocalCluster(
        n_workers=wanted["workers"],
        threads_per_worker=1,
        processes=True,
        host="127.0.0.1",
        scheduler_port=0,
        dashboard_address=None,
        scheduler_kwargs={"dashboard_address": "127.0.0.1:0"},  # any port, for nothing but the health of it
        memory_limit=wanted["memory"],
        local_directory=wanted["folder"],
        silence_logs=logging.ERROR,
    ) as cluster:
        sys.stdout.write(f"{cluster.scheduler_address}\n")
        sys.stdout.flush()
        sys.stdin.read()


if __name__ == "__main__":
    main()
