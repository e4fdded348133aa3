"""P7: judging from CSV to CSV, beside polars and DuckDB. P11: everything that a night does after reading."""

import csv
import pathlib
import shutil
import statistics
import tempfile
from datetime import datetime

from stage import IMAGE, Failed, Simulator, Stage, succeed

HERE = pathlib.Path(__file__).parent
# What the others leave empty: sentences.
NOT_THEIRS = {"evidence", "next_step"}


class Judged:
    """The cases of P7 and P11."""

    def __init__(self, built, python, quick, tell):
        self.built, self.python, self.quick, self.tell = built, python, quick, tell

    def judging(self):
        rows = 100_000 if self.quick else 1_000_000
        with Stage(self.built, "http://127.0.0.1:1") as stage:
            folder = stage.folder
            # In a process of its own: what this one holds, a child inherits for its peak of memory.
            succeed(self.python, HERE / "judged_world.py", folder, rows)
            files = (folder / "accounts.csv", folder / "actual.csv")
            ways = {
                "ours": lambda out: succeed(self.built / "judging", stage.config, folder / "actual.csv", out, **IMAGE),
                "polars, streaming": lambda out: succeed(self.python, HERE / "polars_judge.py", *files, out, "streaming"),
                "polars, in memory": lambda out: succeed(self.python, HERE / "polars_judge.py", *files, out, "in-memory"),
                "DuckDB": lambda out: succeed(self.python, HERE / "duckdb_judge.py", *files, out),
            }
            ran = {way: [] for way in ways}
            for round in range(3 if self.quick else 5):  # in turns, so that a busy machine is busy for all
                for way, judge in ways.items():
                    out = folder / way
                    out.mkdir()
                    ran[way].append(judge(out))
                    if round == 0 and way != "ours":
                        same(folder / "ours", out)
                for way in ways:
                    shutil.rmtree(folder / way)
        middle = {way: [statistics.median(getattr(one, of) for one in all) for of in ("seconds", "cpu", "peak_mib")]
                  for way, all in ran.items()}
        seconds, _, mib = middle["ours"]
        best = min((way for way in ways if way != "ours"), key=lambda way: middle[way][0])
        for way, (its_seconds, its_cpu, its_mib) in middle.items():
            self.tell("P7", f"{rows:,} × {rows:,}, {way}", f"{its_seconds:.2f} s, CPU {its_cpu:.2f} s, {its_mib:.0f} MiB")
        times, share = middle[best][0] / seconds, mib / middle[best][2]
        self.tell("P7", f"against the quickest of the others ({best})", f"{times:.2f} × as quick", "≥ 1 ×, aim 3 ×", times >= 1)
        self.tell("P7", "… memory", f"{share:.2f} of its", "≤ 0.25", share <= 0.25)

    def after_reading(self):
        bcs, each = (2000, 50) if self.quick else (2000, 500)
        with Simulator(self.built, "--generate", f"{bcs}x{each}") as simulator, \
                Stage(self.built, simulator.base_url).expect(bcs, each) as stage:
            stage.night("run", "2026-11-23")
            nights = []
            # Each is a night in which nothing changed.
            for day in ("2026-11-24", "2026-11-25", "2026-11-26"):
                ran = stage.night("run", day, log="warn,reconciler::tiktok=debug")
                asked = [moment(line) for line in ran.stderr.splitlines() if "asked TikTok" in line]
                nights.append((ran.ended - max(asked), min(asked) - ran.began, ran))
        after, before = (statistics.median(times) for times in list(zip(*nights))[:2])
        accounts = bcs * each
        wanted = None if self.quick else "≤ 3 s"
        self.tell("P11", f"{accounts:,} accounts, nothing changed: from the last answer to the end of the process",
                  f"{after:.2f} s", wanted, wanted and after <= 3)
        self.tell("P11", "… from exec to the first request (registers and history)", f"{before:.2f} s")
        self.tell("P11", "… the whole run", f"{statistics.median(ran.seconds for _, _, ran in nights):.2f} s, "
                  f"CPU {statistics.median(ran.cpu for _, _, ran in nights):.2f} s, "
                  f"{max(ran.peak_mib for _, _, ran in nights):.0f} MiB")


def moment(line):
    """Seconds since 1970 of a line of the log."""
    return datetime.fromisoformat(line.split()[0]).timestamp()


def same(ours, theirs):
    """The others must come to the same judgement, but for the sentences."""
    for name in ("diff.csv", "accounts.csv"):
        with open(ours / name, newline="") as a, open(theirs / name, newline="") as b:
            mine, its = csv.reader(a), csv.reader(b)
            header = next(mine)
            columns = [n for n, column in enumerate(header) if column not in NOT_THEIRS]
            if next(its) != header:
                raise Failed(f"{theirs.name} has other columns in {name}")
            for line, (row, other) in enumerate(zip(mine, its, strict=True), 2):
                if any(row[n] != other[n] for n in columns):
                    raise Failed(f"{theirs.name} judges line {line} of {name} otherwise:\n{row}\n{other}")
