"""Writes what is expected and what is shared, for P7: judged_world.py FOLDER ROWS

97 % as expected, 1 % not shared, 1 % shared as OPERATOR, and as many again that nobody expects. Ids are TikTok's in
length and in no order; the registers are grouped by client, as Campaign Mapping exports them, and somebody registered each
ten accounts on one day. The same rows every time.
"""

import pathlib
import random
import sys

EACH = 500  # accounts a client


def main(folder, rows):
    dice = random.Random(7)
    ids = iter(dice.sample(range(7_000_000_000_000_000_000, 7_600_000_000_000_000_000), rows + rows // 100 + rows // EACH + 1))
    countries = ("DK", "SE", "NO", "FI", "DE", "NL", "GB", "FR", "ES", "IT")
    people = [f"planner-{n}@agency.example" for n in range(40)]
    tags = ("", "", "", "brand", "performance", '"brand, video"')
    days = [f"{2023 + n // 336}-{n // 28 % 12 + 1:02}-{n % 28 + 1:02}" for n in range(1008)]
    with open(folder / "accounts.csv", "w") as expected, open(folder / "contacts.csv", "w") as contacts, \
            open(folder / "actual.csv", "w") as actual:
        expected.write("country,client_code,client_name,parent_code,account_id,account_name,business_center_id,state,"
                       "start_date,end_date,added_by,tags\n")
        contacts.write("country,client_code,email\n")
        actual.write("account_id,account_name,business_center_id,business_center_name,role\n")
        for client in range(-(-rows // EACH)):
            country, code, name, center = countries[client % 10], f"C{client:05}", f"Client {client}", next(ids)
            parent = f"P{client // 4:04}" if client % 4 == 0 else ""
            contacts.write(f"{country},{code},contact-{client}@client.example\n")
            for n in range(client * EACH, min((client + 1) * EACH, rows)):
                account, account_name = next(ids), f"{name} market {n % EACH}"
                if n % 10 == 0:
                    registered = f"{dice.choice(days)},,{dice.choice(people)},{dice.choice(tags)}"
                expected.write(f"{country},{code},{name},{parent},{account},{account_name},{center},onboarded,{registered}\n")
                if n % 100 != 17:
                    role = "OPERATOR" if n % 100 == 42 else "ANALYST"
                    actual.write(f"{account},{account_name},{center},{name} Group,{role}\n")
                if n % 100 == 77:
                    actual.write(f"{next(ids)},Nobody's {n},{center},{name} Group,ANALYST\n")


main(pathlib.Path(sys.argv[1]), int(sys.argv[2]))
