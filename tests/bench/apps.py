"""Past one quota: many members, each of an app of its own, read side by side in one process."""

import os

from stage import LATENCY_MS, UNLIMITED, Listener, Simulator, Stage

MEMBER = """\
[[tiktok.members]]
email = "data_extract-{n}@annalect-data.info"
access_token = {{ env = "BENCH_TOKEN_{n}" }}
app_id = "{app}"
app_secret = {{ env = "BENCH_TOKEN" }}
"""
ONE_MEMBER = """\
[[tiktok.members]]
email = "data_extract@annalect-data.info"
access_token = { env = "BENCH_TOKEN" }
"""


class Apps:
    """50 members of 50 apps with 1,000 Business Centers each; `quick` takes a tenth of them."""

    def __init__(self, built, quick, tell):
        self.built, self.tell = built, tell
        self.apps, self.each = 50, 100 if quick else 1000
        self.accounts = 20

    def measure(self):
        for rate in (UNLIMITED, 10):
            self.nights(rate)

    def nights(self, rate):
        limits = [] if rate == UNLIMITED else ["--qps", rate, "--qpm", 60 * rate]
        flags = ["--generate", f"{self.each}x{self.accounts}", "--apps", self.apps, "--latency-ms", LATENCY_MS, *limits]
        with Listener() as listener, Simulator(self.built, *flags) as simulator, \
                Stage(self.built, simulator.base_url, rate).heard_by(listener) as stage:
            self.prepare(stage)
            # One app alone has to ask so much, and may ask so often.
            alone = -(-self.each // 50) + self.each * -(-self.accounts // 50) + -(-self.each * self.accounts // 100) + 1
            requests = self.apps * alone
            for night, day in (("first", "2026-11-23"), ("second", "2026-11-24")):
                ran = stage.night("run", day)
                phases = listener.phases()
                read = phases.pop("reading")
                bound = "" if rate == UNLIMITED else f" = {read / (alone / rate):.3f} × one app's requests ÷ rate"
                self.tell("APPS", f"{self.apps} apps × {self.each:,} BC × {self.accounts}, "
                          f"{'no quota' if rate == UNLIMITED else f'{rate}/s an app'}, {night} night",
                          f"{requests:,} requests; reading {read:.1f} s{bound}; whole run {ran.seconds:.1f} s, "
                          f"CPU {ran.cpu:.1f} s, {ran.peak_mib:,.0f} MiB; "
                          + ", ".join(f"{phase} {spent:.1f} s" for phase, spent in phases.items()))

    def prepare(self, stage):
        """Configuration and registers of all members; each expects everything it has."""
        members = "".join(MEMBER.format(n=n, app=8_000_000_000_000_000_001 + n) for n in range(self.apps))
        stage.config.write_text(stage.config.read_text().replace(ONE_MEMBER, members))
        for n in range(self.apps):
            os.environ[f"BENCH_TOKEN_{n}"] = f"generated-token-{n}"
        with open(stage.folder / "accounts.csv", "w") as accounts, open(stage.folder / "contacts.csv", "w") as contacts:
            accounts.write("country,client_code,client_name,account_id,account_name,member\n")
            contacts.write("country,client_code,email\n")
            for bc in range(self.apps * self.each):
                member = f"data_extract-{bc // self.each}@annalect-data.info"
                contacts.write(f"DK,C{bc:05},contact-{bc}@client.example\n")
                for n in range(self.accounts):
                    account = 7_100_000_000_000_000_001 + bc * 10_000_000 + n
                    accounts.write(f"DK,C{bc:05},Client {bc},{account},Account {n} of client {bc},{member}\n")
