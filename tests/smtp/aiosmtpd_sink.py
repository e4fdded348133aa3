"""An SMTP server that nobody here wrote: aiosmtpd under TLS, keeps what it accepts.

    aiosmtpd_sink.py FOLDER CERTIFICATE.pem KEY.pem starttls|implicit [PLAIN|LOGIN USER PASSWORD]

prints the port it listens on at 127.0.0.1, writes each message as FOLDER/NNN-RECIPIENT.eml with the bytes as they came
(dots taken away), and ends when its stdin closes. With a mechanism, it offers that one alone and takes mail only from
this user.
"""

import asyncio
import pathlib
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult

folder, certificate, key = map(pathlib.Path, sys.argv[1:4])
implicit, credentials = sys.argv[4] == "implicit", sys.argv[5:]


class Keeper:
    """Accepts everything, one file a message."""

    def __init__(self):
        self.count = 0

    async def handle_DATA(self, server, session, envelope):
        if server.transport.get_extra_info("ssl_object") is None:
            return "530 5.7.0 Must issue a STARTTLS command first"
        self.count += 1
        (recipient,) = envelope.rcpt_tos
        draft = folder / f".{self.count:03}"
        draft.write_bytes(envelope.original_content)
        draft.rename(folder / f"{self.count:03}-{recipient}.eml")
        return "250 2.0.0 kept"


def settings(tls):
    """How a connection is protected, and who may use it."""
    # aiosmtpd takes only its own STARTTLS for TLS.
    protected = {"auth_require_tls": False} if implicit else {"tls_context": tls, "require_starttls": True}
    if not credentials:
        return protected
    mechanism, user, password = credentials

    def authenticate(server, session, envelope, spoken, given):
        right = (spoken, given.login, given.password) == (mechanism, user.encode(), password.encode())
        return AuthResult(success=right, handled=False)

    other = {"PLAIN": "LOGIN", "LOGIN": "PLAIN"}[mechanism]
    return protected | {"auth_required": True, "auth_exclude_mechanism": [other], "authenticator": authenticate}


async def main():
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(certificate, key)
    keeper = Keeper()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(keeper, enable_SMTPUTF8=True, **settings(tls)), "127.0.0.1", 0, ssl=tls if implicit else None
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


asyncio.run(main())
