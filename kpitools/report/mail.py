"""The plan's `mail`: to whom the digest goes, and the sending of it.

The password comes from the environment (KPITOOLS_SMTP_PASSWORD), never from the plan.
"""

import email
import email.policy
import os
import re
import smtplib
import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kpitools.errors import ConfigError, unknown

PASSWORD = "KPITOOLS_SMTP_PASSWORD"
SECURITY = ("starttls", "tls", "none")
_PORTS = {"starttls": 587, "tls": 465, "none": 25}
_ADDRESS = re.compile(r"[^\s@<>,;:\"]+@[^\s@<>,;:\"]+")
_LINK = re.compile(r"(https?|file)://\S+")


@dataclass(frozen=True)
class Mail:
    """To whom the digest goes and through which server. `link`: where the published folder is seen, ending in "/"."""

    to: tuple[str, ...] = ()
    sender: str = ""
    host: str = ""
    port: int = 587
    security: str = "starttls"
    user: str = ""
    link: str = ""


def read_mail(raw: Any, where: str) -> Mail:
    """The plan's `mail`: to, from, host, port, security, user, link; ConfigError for what cannot be followed."""
    if not isinstance(raw, dict):
        raise ConfigError(f"{where}: 'mail' takes to, from and host, such as {{to: [lead@example.org], ...}}.")
    known = ("to", "from", "host", "port", "security", "user", "link")
    for key in raw:
        if key not in known:
            raise unknown("key", str(key), known, where=f"{where}: mail")
    security = str(raw.get("security", "starttls"))
    if security not in SECURITY:
        raise unknown("security", security, SECURITY, where=f"{where}: mail")
    to = raw.get("to", [])
    to = (to,) if isinstance(to, str) else tuple(map(str, to or ()))
    sender, host, port = str(raw.get("from", "")), str(raw.get("host", "")), raw.get("port", _PORTS[security])
    _check(to, sender, host, port, where)
    return Mail(to, sender, host, port, security, str(raw.get("user", "")), _link(str(raw.get("link", "")), where))


def _link(link: str, where: str) -> str:
    if link and not _LINK.fullmatch(link):
        wanted = "'link' is where the report is seen, such as https://host/report/"
        raise ConfigError(f"{where}: mail: {wanted}; got {link!r}.")
    return link if not link or link.endswith("/") else link + "/"


def _check(to: tuple[str, ...], sender: str, host: str, port: Any, where: str) -> None:
    for address in (*to, sender) if to else to:
        if not _ADDRESS.fullmatch(address):
            raise ConfigError(f"{where}: mail: {address!r} is no e-mail address; 'to' and 'from' take such as a@b.org.")
    if to and not host:
        raise ConfigError(f"{where}: mail: 'host' names the mail server; without it nothing can be sent.")
    if isinstance(port, bool) or not isinstance(port, int) or not 0 < port < 65536:
        raise ConfigError(f"{where}: mail: 'port' takes a number such as 587, got {port!r}.")


def send(path: Path, mail: Mail) -> str:
    """Send the digest in the file `path`; returns why it could not be sent, empty when it was.

    The report stands by then, so a mail server that does not answer is a notice and no error.
    """
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.SMTP)
    del message["X-Unsent"]
    message["From"], message["To"] = mail.sender, ", ".join(mail.to)
    try:
        with _server(mail) as server:
            if mail.user:
                server.login(mail.user, os.environ.get(PASSWORD, ""))
            server.send_message(message)
    except (OSError, smtplib.SMTPException) as error:
        return f"{mail.host}:{mail.port}: {type(error).__name__}: {' '.join(str(error).split())[:200]}"
    return ""


def _server(mail: Mail) -> smtplib.SMTP:
    if mail.security == "tls":
        return smtplib.SMTP_SSL(mail.host, mail.port, timeout=30, context=ssl.create_default_context())
    server = smtplib.SMTP(mail.host, mail.port, timeout=30)
    if mail.security == "starttls":
        server.starttls(context=ssl.create_default_context())
    return server
