"""What one would write instead of the postman: smtplib in four threads. smtplib_loop.py PORT MAILS FILE"""

import pathlib
import smtplib
import sys
from concurrent.futures import ThreadPoolExecutor

CONNECTIONS = 4
port, mails, text = int(sys.argv[1]), int(sys.argv[2]), pathlib.Path(sys.argv[3]).read_bytes()


def send(first):
    with smtplib.SMTP("127.0.0.1", port) as server:
        for mail in range(first, mails, CONNECTIONS):
            server.sendmail("bench@example.org", [f"contact-{mail}@client.example"], text)


with ThreadPoolExecutor(CONNECTIONS) as pool:
    list(pool.map(send, range(CONNECTIONS)))
