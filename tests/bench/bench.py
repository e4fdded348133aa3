"""Measures the goals P1 to P9 and P11 of the project and prints one table. See README.md beside this file.

Usage: bench.py --built DIR --python PYTHON [--quick | --full] [P1 … P9, P11]
"""

import argparse
import os
import pathlib
import socket
import statistics
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from apps import Apps
from judged import Judged
from mails import Mails
from stage import IN_FLIGHT, LATENCY_MS, Failed, Listener, Simulator, Stage, by_endpoint, succeed

HERE = pathlib.Path(__file__).parent
LATENCY = LATENCY_MS / 1000
WORLDS = ((2000, 25), (200, 500))


class Bench:
    """One run of the bench."""

    def __init__(self, arguments):
        self.built, self.python = arguments.built.resolve(), arguments.python.absolute()
        self.quick, self.full = arguments.quick, arguments.full

    def tell(self, goal, case, figure, wanted=None, met=None):
        """One row of the table."""
        verdict = "" if met is None else "met" if met else "NOT MET"
        print(f"| {goal} | {case} | {figure} | {wanted or ''} | {verdict} |", flush=True)

    # P1: time against pages / rate, and no 40100 at all.
    def quota(self):
        rates = (50,) if self.quick else (10, 20, 30, 50)
        cases = [(rate, windows) for rate in rates for windows in ("calendar", "sliding")]
        with ThreadPoolExecutor(len(cases)) as pool:
            for (rate, windows), (pages, seconds, refused) in zip(cases, pool.map(self.one_quota, cases)):
                ratio = seconds / (pages / rate)
                self.tell("P1", f"{rate}/s, {windows} windows, {pages} pages",
                          f"{seconds:.1f} s = {ratio:.3f} × pages/rate, {refused} refused",
                          "≤ 1.03 ×, 0", ratio <= 1.03 and refused == 0)

    def one_quota(self, case):
        rate, windows = case
        sliding = ["--sliding"] if windows == "sliding" else []
        # 1,275 listings on 26 pages, their states and the identity are 1,303 requests.
        flags = ["--generate", "1275x1", "--latency-ms", LATENCY_MS, "--qps", rate, "--qpm", 60 * rate, *sliding]
        with Simulator(self.built, *flags, watched=True) as simulator, \
                Stage(self.built, simulator.base_url, rate).expect(5, 1) as stage:
            seconds = stage.night("plan").seconds
            asked = simulator.asked()
        return len(asked), seconds, sum(code != "0" for _, _, code in asked)

    # P2 and P6: two identical nights with everything expected.
    def nights(self, goals):
        for bcs, each in (((200, 50),) if "P6" in goals and not self.quick else ()) + WORLDS:
            with Simulator(self.built, "--generate", f"{bcs}x{each}", watched=True) as simulator, \
                    Stage(self.built, simulator.base_url).expect(bcs, each) as stage:
                size = f"{bcs:,} BC × {each}"
                for night, day in (("first", "2026-11-23"), ("second", "2026-11-24")):
                    ran, asked = stage.night("run", day), simulator.asked()
                    if "P2" in goals:
                        self.waste(size, night, asked, bcs, each)
                    if "P6" in goals:
                        self.memory(size, night, ran, bcs * each)
        if self.full and "P6" in goals:
            with Simulator(self.built, "--generate", "2000x500") as simulator, \
                    Stage(self.built, simulator.base_url).expect(2000, 500) as stage:
                for night, day in (("first", "2026-11-23"), ("second", "2026-11-24")):
                    self.memory("2,000 BC × 500", night, stage.night("run", day), 1_000_000)

    def waste(self, size, night, asked, bcs, each):
        formula = -(-bcs // 50) + bcs * max(1, -(-each // 50)) + -(-bcs * each // 100) + 1
        spread = ", ".join(f"{count} {endpoint}" for endpoint, count in sorted(by_endpoint(asked).items()))
        self.tell("P2", f"{size}, {night} night", f"{len(asked)} requests ({spread}), {len(asked) - formula:+} to the formula",
                  "+0", len(asked) == formula)

    def memory(self, size, night, ran, accounts):
        goal = {10_000: 24e6 / 2**20, 1_000_000: 128}.get(accounts)
        self.tell("P6", f"{size}, {night} night",
                  f"{ran.peak_mib:.1f} MiB ({ran.peak_mib * 2**20 / accounts:.0f} B each), {ran.seconds:.2f} s, CPU {ran.cpu:.2f} s",
                  goal and f"≤ {goal:.1f} MiB", goal and ran.peak_mib <= goal)

    # P3: against the bound that no reader can beat, and against the SDK.
    def latency(self):
        bcs = 300 if self.quick else 1200
        with Simulator(self.built, "--generate", f"{bcs}x25", "--latency-ms", LATENCY_MS, watched=True) as simulator, \
                Stage(self.built, simulator.base_url).expect(1, 25) as stage:
            nights = []
            for _ in range(2 if self.quick else 3):
                whole, asked = stage.night("plan").seconds, simulator.asked()
                nights.append((asked[-1][0] - asked[0][0] + LATENCY, whole))
            sdk = self.client("sdk_loop.py", simulator, 25 if self.quick else 50, 1)
        reading, whole = (statistics.median(times) for times in zip(*nights))
        # Each needs the answer of the one before: identity, first page of the list, everything listed, its states.
        rounds = 1 + 1 + -(-(len(asked) - 3) // IN_FLIGHT) + 1
        ratio, times = reading / (rounds * LATENCY), sdk["seconds"] / sdk["pages"] * len(asked) / whole
        self.tell("P3", f"{bcs} BC × 25, {len(asked)} requests, reading",
                  f"{reading:.2f} s = {ratio:.3f} × bound ({rounds} round trips); whole plan {whole:.2f} s",
                  "≤ 1.05 ×", ratio <= 1.05)
        self.tell("P3", "the SDK in a loop, as many pages", f"whole plan {times:.1f} × quicker", "≥ 15 ×", times >= 15)

    # P4: pages a second and CPU, against the SDK and aiohttp.
    def work(self):
        for bcs, each in WORLDS:
            pages_each = max(1, -(-each // 50))
            with Simulator(self.built, "--generate", f"{bcs}x{each}") as simulator, \
                    Stage(self.built, simulator.base_url).expect(1, 1) as stage:
                rounds = []
                for _ in range(3 if self.quick else 7):  # side by side, so that a busy machine is busy for all
                    reading = stage.reading()
                    ours = reading.json() | {"cpu": reading.cpu}
                    sdk = self.client("sdk_loop.py", simulator, 100 if self.quick else 300, pages_each)
                    aio = self.client("aiohttp_loop.py", simulator, 500 if self.quick else 1000, pages_each)
                    rounds.append((ours, sdk, aio))
            self.compare(f"{bcs:,} BC × {each}", rounds)

    def compare(self, size, rounds):
        def middle(of):
            return statistics.median(of(*round) for round in rounds)

        def rate(one):
            return one["pages"] / one["seconds"]

        def cost(one):
            return one["cpu"] / one["pages"]

        self.tell("P4", f"{size}, reading", f"{middle(lambda o, s, a: rate(o)):,.0f} pages/s, "
                  f"{middle(lambda o, s, a: cost(o)) * 1e6:.0f} µs CPU a page")
        for what, figure, wanted in (
            ("the SDK in a loop, pages/s", middle(lambda o, s, a: rate(o) / rate(s)), 7),
            ("the SDK in a loop, CPU", middle(lambda o, s, a: cost(s) / cost(o)), 9),
            ("aiohttp, 16 in flight, pages/s", middle(lambda o, s, a: rate(o) / rate(a)), 5),
            ("aiohttp, 16 in flight, CPU", middle(lambda o, s, a: cost(a) / cost(o)), None),
        ):
            self.tell("P4", f"{size}, {what}", f"{figure:.1f} ×", wanted and f"≥ {wanted} ×", wanted and figure >= wanted)

    # P5: from exec to the first request.
    def start(self):
        times = {"plan": [], "run": [], "run, heard by others": [], "run, 10,000 expected": [], "sdk": []}
        for _ in range(5 if self.quick else 15):
            for what in times:
                # A listener each: what the program before left in the queue is not heard.
                with socket.create_server(("127.0.0.1", 0)) as listener, Listener() as others:
                    base_url = "http://127.0.0.1:%d" % listener.getsockname()[1]
                    with Stage(self.built, base_url).expect(*((200, 50) if "10,000" in what else (2, 25))) as stage:
                        if "others" in what:
                            stage.heard_by(others)
                        command = [self.built / "tiktok-access-reconciler", "--config", stage.config, what.split(",")[0]]
                        if what == "plan":
                            command += ["--out", stage.folder / "plans"]
                        if what == "sdk":
                            command = [self.python, HERE / "sdk_loop.py", base_url, "1", "1"]
                        times[what].append(first_request(listener, command))
        middle = {what: statistics.median(all) for what, all in times.items()}
        for what in ("plan", "run", "run, heard by others", "run, 10,000 expected"):
            self.tell("P5", f"{what}: exec to first request", f"{middle[what] * 1e3:.1f} ms "
                      f"(best {min(times[what]) * 1e3:.1f})", "≤ 20 ms", middle[what] <= 0.020)
        times = middle["sdk"] / middle["run"]
        self.tell("P5", f"the SDK: {middle['sdk'] * 1e3:.0f} ms", f"{times:.1f} × quicker", "≥ 15 ×", times >= 15)

    # P9: mails, against a client written by hand and a server's limit.
    def mails(self):
        Mails(self.built, self.python, self.quick, self.tell).measure()

    # P7: judging, against polars and DuckDB.
    def judging(self):
        Judged(self.built, self.python, self.quick, self.tell).judging()

    # P8: a million rows stored, against each database's own client.
    def storing(self):
        rows = 100_000 if self.quick else 1_000_000
        print(succeed(self.built / "storing", rows).stdout, end="", flush=True)

    # P11: from the last answer to the end.
    def after_reading(self):
        Judged(self.built, self.python, self.quick, self.tell).after_reading()

    def client(self, script, simulator, pages, pages_each):
        return succeed(self.python, HERE / script, simulator.base_url, pages, pages_each).json()


def first_request(listener, command):
    """Seconds from exec to the first byte of the first request; the program is ended then."""
    heard = []

    def listen():
        connection, _ = listener.accept()
        with connection:
            connection.recv(1)
            heard.append(time.perf_counter())

    listening = threading.Thread(target=listen)
    listening.start()
    start = time.perf_counter()
    process = subprocess.Popen(list(map(str, command)), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                               env=os.environ | {"BENCH_TOKEN": "generated-token"})
    listening.join(timeout=30)
    process.kill()
    process.wait()
    if not heard:
        raise Failed(f"{command[0]} asked nothing within 30 s")
    return heard[0] - start


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--built", type=pathlib.Path, required=True, help="folder of the release binaries")
    parser.add_argument("--python", type=pathlib.Path, required=True, help="Python with requirements.txt")
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--quick", action="store_true", help="about a minute: smaller samples, P1 at 50/s only")
    size.add_argument("--full", action="store_true", help="also 1,000,000 × 1,000,000 for P6")
    parser.add_argument("goals", nargs="*", metavar="GOAL", help="P1 … P9, P11; all of these if none is named. Also APPS")
    arguments = parser.parse_args()
    goals = set(arguments.goals or ("P1", "P2", "P3", "P4", "P5", "P6", "P7", "P8", "P9", "P11"))
    bench = Bench(arguments)
    print(f"{time.strftime('%Y-%m-%d %H:%M')}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}\n")
    print("| goal | case | measured | wanted | |\n|---|---|---|---|---|", flush=True)
    for goal, measure in (("P5", bench.start), ("P4", bench.work), ("P3", bench.latency), ("P7", bench.judging),
                          ("P8", bench.storing), ("P11", bench.after_reading), ("P9", bench.mails),
                          ("P1", bench.quota)):
        if goal in goals:
            measure()
    if goals & {"P2", "P6"}:
        bench.nights(goals)
    if "APPS" in goals:
        Apps(bench.built, bench.quick, bench.tell).measure()
    print(f"\nload at the end {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
