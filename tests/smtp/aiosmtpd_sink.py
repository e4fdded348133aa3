"""An SMTP server that nobody here wrote: aiosmtpd, with STARTTLS required, keeps what it accepts.

    aiosmtpd_sink.py FOLDER CERTIFICATE.pem KEY.pem

prints the port it listens on at 127.0.0.1, writes each message as FOLDER/NNN-RECIPIENT.eml with the bytes as they came
(dots taken away), and ends when its stdin closes.
"""

import asyncio
import pathlib
import ssl
import sys

from aiosmtpd.smtp import SMTP

folder, certificate, key = (pathlib.Path(argument) for argument in sys.argv[1:])


class Keeper:
    """Accepts everything, one file a message."""

    def __init__(self):
        self.count = 0

    async def handle_DATA(self, server, session, envelope):
        if session.ssl is None:
            return "530 5.7.0 Must issue a STARTTLS command first"
        self.count += 1
        (recipient,) = envelope.rcpt_tos
        draft = folder / f".{self.count:03}"
        draft.write_bytes(envelope.original_content)
        draft.rename(folder / f"{self.count:03}-{recipient}.eml")
        return "250 2.0.0 kept"


async def main():
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(certificate, key)
    keeper = Keeper()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(keeper, tls_context=tls, require_starttls=True, enable_SMTPUTF8=True), "127.0.0.1", 0
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


asyncio.run(main())
