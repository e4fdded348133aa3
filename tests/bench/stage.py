"""A simulator, a folder with configuration and registers, and programs whose time, CPU and memory are known."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

# What the image sets for the C library.
IMAGE = dict(re.findall(r"\b(MALLOC_\w+)=(\w+)", (pathlib.Path(__file__).parents[2] / "Dockerfile").read_text()))
LATENCY_MS = 80
IN_FLIGHT = 16
UNLIMITED = 1_000_000

CONFIGURATION = """\
timezone = "Europe/Copenhagen"
[tiktok]
base_url = "{base_url}"
requests_per_second = {rate}
requests_per_minute = {per_minute}
max_in_flight = {in_flight}
[[tiktok.members]]
email = "data_extract@annalect-data.info"
access_token = {{ env = "BENCH_TOKEN" }}
[expected]
accounts = "{folder}/accounts.csv"
contacts = "{folder}/contacts.csv"
[store]
url = "sqlite://{folder}/state.db"
[report]
dir = "{folder}/reports"
[mail]
transport = "directory"
directory = "{folder}/mails"
from = "TikTok access <tiktok-access@annalect-data.info>"
operators = ["data-team@annalect-data.info"]
"""


class Failed(Exception):
    """A program did not do what is to be measured."""


@dataclass
class Ran:
    """A program that ended."""

    code: int
    stdout: str
    stderr: str
    seconds: float
    cpu: float
    peak_mib: float
    began: float  # seconds since 1970, as in the log

    @property
    def ended(self):
        return self.began + self.seconds

    def json(self):
        """The object it printed."""
        return json.loads(self.stdout)


class Simulator:
    """The simulator of tests/simulator as a process; with `watched`, its log of requests is kept."""

    def __init__(self, built, *flags, watched=False):
        self.log = tempfile.TemporaryFile("w+") if watched else subprocess.DEVNULL
        flags = [*map(str, flags), *(["--print-requests"] if watched else [])]
        self.process = subprocess.Popen(
            [built / "tiktok-simulator", *flags], stdout=subprocess.PIPE, stderr=self.log, text=True)
        self.base_url = self.process.stdout.readline().split()[-1]
        self.forgotten = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()

    def asked(self):
        """What was asked since the last call: (second, endpoint, code) each, in order of arrival."""
        self.log.seek(self.forgotten)
        lines = self.log.readlines()
        self.forgotten = self.log.tell()
        return [(float(line.split("s ", 1)[0]), line.split()[2].removeprefix("/open_api/v1.3"),
                 re.search(r"-> \d+ (\S+)", line).group(1)) for line in lines]


class Listener:
    """A Pushgateway and a heartbeat service in one: takes everything and keeps the last metrics."""

    def __init__(self):
        listener = self
        self.metrics = ""

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(200)
                self.end_headers()

            def do_POST(self):
                listener.metrics = self.rfile.read(int(self.headers["Content-Length"])).decode()
                self.do_GET()

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    @property
    def url(self):
        return "http://127.0.0.1:%d" % self.server.server_port

    def phases(self):
        """Seconds of each phase of the last run."""
        return {phase: float(spent) for phase, spent in re.findall(r'run_duration_seconds{phase="(\w+)"} (\S+)', self.metrics)}


class Stage:
    """A folder in which a night can be played, gone afterwards."""

    def __init__(self, built, base_url, rate=UNLIMITED):
        self.built = built
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="bench-"))
        self.config = self.folder / "reconciler.toml"
        self.config.write_text(CONFIGURATION.format(
            base_url=base_url, rate=rate, per_minute=60 * rate, in_flight=IN_FLIGHT, folder=self.folder))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.folder)

    def expect(self, business_centers, accounts_each):
        """Registers that expect the first accounts of the first Business Centers of a generated world."""
        # Written row by row: what this process holds, a child inherits for its peak of memory.
        with open(self.folder / "accounts.csv", "w") as accounts, open(self.folder / "contacts.csv", "w") as contacts:
            accounts.write("country,client_code,client_name,account_id,account_name\n")
            contacts.write("country,client_code,email\n")
            for bc in range(business_centers):
                contacts.write(f"DK,C{bc:04},contact-{bc}@client.example\n")
                for n in range(accounts_each):
                    account = 7_100_000_000_000_000_001 + bc * 10_000_000 + n
                    accounts.write(f"DK,C{bc:04},Client {bc},{account},Account {n} of client {bc}\n")
        return self

    def heard_by(self, listener):
        """Runs are pushed to it, and it hears the heartbeat."""
        os.environ["BENCH_HEARTBEAT"] = f"{listener.url}/key"
        with open(self.config, "a") as config:
            config.write(f'[observe]\npushgateway = "{listener.url}"\nheartbeat_url = {{ env = "BENCH_HEARTBEAT" }}\n')
        return self

    def night(self, command, day="2026-11-23", log=None):
        """Plays `run` or `plan` to its end; `log` is its RECONCILER_LOG."""
        out = ["--out", self.folder / "plans"] if command == "plan" else []
        ran = execute(self.built / "tiktok-access-reconciler", "--config", self.config, "--now",
                      f"{day}T04:30:00Z", command, "--output", "json", *out, log=log, **IMAGE)
        if ran.code != 0:
            raise Failed(f"{command} ended with {ran.code}: {ran.stdout[-2000:]}{ran.stderr[-2000:]}")
        return ran

    def reading(self):
        """Reads TikTok and does nothing else."""
        return succeed(self.built / "reading", self.config)


def execute(*command, log=None, **environment):
    """Runs a program to its end."""
    command = list(map(str, command))
    environment = os.environ | {"BENCH_TOKEN": "generated-token"} | environment | ({"RECONCILER_LOG": log} if log else {})
    with tempfile.TemporaryFile("w+") as stdout, tempfile.TemporaryFile("w+") as stderr:
        began, start = time.time(), time.perf_counter()
        process = subprocess.Popen(command, stdout=stdout, stderr=stderr, env=environment)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        stdout.seek(0), stderr.seek(0)
        return Ran(process.returncode, stdout.read(), stderr.read(), seconds,
                   usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, began)


def succeed(*command, **environment):
    """Runs a program that must end with 0."""
    ran = execute(*command, **environment)
    if ran.code != 0:
        raise Failed(f"{command[0]} ended with {ran.code}: {ran.stderr[-2000:]}")
    return ran


def by_endpoint(asked):
    """How often each endpoint was asked."""
    return Counter(endpoint for _, endpoint, _ in asked)
