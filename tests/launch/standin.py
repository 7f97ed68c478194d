"""A small program that stands for a part: listens, answers GET, ends when asked. It keeps a journal of what happened.

standin.py NAME PORT JOURNAL [behaviour ...]
behaviours: early-end (ends before it listens), deaf (ignores SIGTERM),
child (has a child process), when=FILE (answers 503 until FILE exists)
"""

import http.server
import os
import pathlib
import signal
import subprocess
import sys

NAME, PORT, JOURNAL, *BEHAVIOURS = sys.argv[1:]


def note(what):
    with open(JOURNAL, "a") as file:
        file.write(f"{NAME} {what}\n")


def end(number, frame):
    note("asked to stop")
    if "deaf" not in BEHAVIOURS:
        os._exit(0)


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        wait_for = [item[5:] for item in BEHAVIOURS if item.startswith("when=")]
        ready = all(pathlib.Path(path).exists() for path in wait_for)
        note("ready" if ready else "not ready")
        self.send_response(200 if ready else 503)
        self.end_headers()

    def log_message(self, *arguments):
        pass


note("start")
print("serving", flush=True)
signal.signal(signal.SIGTERM, end)
if "early-end" in BEHAVIOURS:
    sys.exit("cannot read its data")
if "child" in BEHAVIOURS:
    child = subprocess.Popen([sys.executable, "-I", "-S", "-c", "import signal; signal.pause()"])
    note(f"child {child.pid}")
http.server.HTTPServer(("127.0.0.1", int(PORT)), Handler).serve_forever()
