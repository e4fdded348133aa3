"""P9: how fast the real program mails, against a client written by hand and against a server's limit."""

import json
import pathlib
import sqlite3
import statistics
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from stage import Failed, Simulator, Stage, execute, succeed

HERE = pathlib.Path(__file__).parent
# The most that the configuration takes: 10,000 mails in six seconds.
UNLIMITED = 100_000


@contextmanager
def sink(built, *flags):
    """A mail server; gives its port and a list that holds what it saw once it is closed."""
    process = subprocess.Popen([built / "posting", "sink", *map(str, flags)],
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    seen = []
    try:
        yield int(process.stdout.readline()), seen
    finally:
        process.stdin.close()
        seen.append(json.loads(process.stdout.readline()))
        process.wait()


def stage(built, base_url, port, persons, per_minute):
    """A night on which each of so many persons misses one account."""
    night = Stage(built, base_url)
    text = night.config.read_text().replace('transport = "directory"', f"""\
transport = "smtp"
smtp_url = {{ file = "{night.folder}/smtp-url" }}
max_per_minute = {per_minute}
max_per_run = {persons}""")
    night.config.write_text(text + f"""\
[guard]
min_first_mailed = {persons + 1}
""")
    (night.folder / "smtp-url").write_text(f"smtp://127.0.0.1:{port}\n")
    with open(night.folder / "accounts.csv", "w") as accounts, open(night.folder / "contacts.csv", "w") as contacts:
        accounts.write("country,client_code,client_name,account_id,account_name\n")
        contacts.write("country,client_code,email\n")
        for n in range(persons):
            accounts.write(f"DK,C{n:05},Client {n},{7_345_000_000_000_000_001 + n * 7919},Account of client {n}\n")
            contacts.write(f"DK,C{n:05},contact-{n}@client.example\n")
    return night


class Mails:
    """The cases of P9."""

    def __init__(self, built, python, quick, tell):
        self.built, self.python, self.quick, self.tell = built, python, quick, tell

    def mailed(self, persons, per_minute, *flags, sample=None):
        """One night; what the server saw, and the seconds of the whole run."""
        with sink(self.built, *flags) as (port, seen), \
                Simulator(self.built, "--generate", "1x1") as simulator, \
                stage(self.built, simulator.base_url, port, persons, per_minute) as night:
            ran = execute(self.built / "tiktok-access-reconciler", "--config", night.config,
                          "--now", "2026-11-23T04:30:00Z", "run", "--output", "json")
            if ran.code not in (0, 6):
                raise Failed(f"run ended with {ran.code}: {ran.stdout[-2000:]}{ran.stderr[-2000:]}")
            stored = sqlite3.connect(night.folder / "state.db")
            accepted, = stored.execute("SELECT COUNT(*) FROM mails WHERE kind = 'person' AND outcome = 'accepted'").fetchone()
            if sample:
                sample.write_bytes(stored.execute("SELECT bytes FROM mails JOIN mail_bytes USING (message_id) WHERE kind = 'person'").fetchone()[0])
            stored.close()
        return seen[0] | {"accepted": accepted, "cpu": ran.cpu, "whole": ran.seconds}

    def sent(self, *command, delay):
        """The same server, and another client."""
        with sink(self.built, delay) as (port, seen):
            program, *arguments = command
            succeed(*program, port, *arguments)
        return seen[0]["seconds"]

    def side_by_side(self):
        """400 mails and 20 ms an answer, in turns with the clients."""
        persons, rounds = 400, []
        with tempfile.TemporaryDirectory() as folder:
            sample = pathlib.Path(folder) / "mail.eml"
            for _ in range(2 if self.quick else 5):
                ours = self.mailed(persons, UNLIMITED, 20, sample=sample)
                raw = self.sent((self.built / "posting", "raw"), persons, sample, delay=20)
                python = self.sent((self.python, HERE / "smtplib_loop.py"), persons, sample, delay=20)
                rounds.append((ours["seconds"], raw, python))
        ours, raw, python = (statistics.median(times) for times in zip(*rounds))
        ratio = statistics.median(ours / raw for ours, raw, _ in rounds)
        self.tell("P9", f"{persons} mails, 20 ms an answer", f"{ours:.2f} s, by hand {raw:.2f} s: {ratio:.3f} ×",
                  "≤ 1.1 ×", ratio <= 1.1)
        self.tell("P9", "smtplib in four threads", f"{python:.2f} s: {python / ours:.1f} × as long")

    def many(self):
        """10,000 mails and no delay, every intent and outcome on the disk."""
        persons = 2_000 if self.quick else 10_000
        seen = self.mailed(persons, UNLIMITED, 0)
        self.tell("P9", f"{persons:,} mails, 0 ms, durable outbox",
                  f"{seen['seconds']:.1f} s, whole run {seen['whole']:.1f} s, CPU {seen['cpu']:.1f} s, "
                  f"{seen['connections']} connections",
                  f"≤ {persons / 1000:.0f} s", seen["seconds"] <= persons / 1000 and seen["accepted"] == persons)

    def limits(self):
        """A server that counts the mails of each minute, at `max_per_minute` and at half of it."""
        limit = 600
        persons = limit + 60 if self.quick else 2 * limit + 300
        cases = [(code, per_minute) for code in (451, 421) for per_minute in (limit, 2 * limit)]
        with ThreadPoolExecutor(len(cases)) as pool:
            nights = pool.map(lambda case: self.mailed(persons, case[1], 20, limit, case[0]), cases)
            for (code, per_minute), seen in zip(cases, nights):
                ratio = seen["seconds"] / (persons / limit * 60)
                figure = (f"{seen['seconds']:.1f} s = {ratio:.3f} × n/rate, {seen['refused']} refused, "
                          f"{seen['accepted']} of {persons} accepted")
                if per_minute == limit:
                    self.tell("P9", f"server takes {limit} a minute, else {code}; max_per_minute = {per_minute}", figure,
                              "≤ 1.05 ×, 0", ratio <= 1.05 and seen["refused"] == 0 and seen["accepted"] == persons)
                else:
                    self.tell("P9", f"… max_per_minute = {per_minute}, twice too many", figure)

    def measure(self):
        self.side_by_side()
        self.many()
        self.limits()
