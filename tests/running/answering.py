"""A small application behind the processes of the server: it says which process answers, and may be told to take its time."""

import os
import socket
import sys
import time
from typing import Any

from casework.running.serving import Stopped, workers


def application(environ: dict[str, Any], start: Any) -> list[bytes]:
    time.sleep(float(environ["QUERY_STRING"] or 0))
    start("200 OK", [])
    return [str(os.getpid()).encode()]


def main(port: int) -> None:
    listener = socket.create_server(("127.0.0.1", port))
    with listener, workers(application, listener, {"threads": 2}, 2) as watch:
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        watch(lambda: None)


if __name__ == "__main__":
    try:
        main(int(sys.argv[1]))
    except Stopped:
        sys.exit(1)
