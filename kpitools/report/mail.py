"""The plan's `mail`: to whom the digest goes, and the sending of it.

The password comes from the environment (KPITOOLS_SMTP_PASSWORD), never from the plan.
"""

import email
import email.policy
import os
import re
import smtplib
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from kpitools.errors import ConfigError, unknown
from kpitools.report.layout import DIGEST
from kpitools.words import say
from kpitools.yaml_file import Source, shown

PASSWORD = "KPITOOLS_SMTP_PASSWORD"
SECURITY = ("starttls", "tls", "none")
_KEYS = ("to", "from", "host", "port", "security", "user", "link", "unchanged")
_PORTS = {"starttls": 587, "tls": 465, "none": 25}
_ADDRESS = re.compile(r"[^\s@<>,;:\"]+@[^\s@<>,;:\"]+")
_LINK = re.compile(r"(https?|file)://\S+")


@dataclass(frozen=True)
class Mail:
    """To whom the digest goes and through which server.

    link : where the published folder is seen, ending in "/"
    unchanged : whether a run that changes nothing sends a letter too
    """

    to: tuple[str, ...] = ()
    sender: str = ""
    host: str = ""
    port: int = 587
    security: str = "starttls"
    user: str = ""
    link: str = ""
    unchanged: bool = True


def read_mail(raw: Any, source: Source) -> Mail:
    """The plan's `mail`: to, from, host, port, security, user, link; ConfigError for what cannot be followed."""
    if not isinstance(raw, dict):
        raise ConfigError(
            f"{source.at('mail')}: 'mail' takes to, from and host, such as {{to: [lead@example.org], ...}}."
        )
    for key in raw:
        if key not in _KEYS:
            raise unknown("key", str(key), _KEYS, where=f"{source.at('mail', key)}: mail")
    texts = {key: _text(raw, key, source) for key in _KEYS if key not in ("to", "port", "unchanged")}
    security = texts["security"] or "starttls"
    if security not in SECURITY:
        raise unknown("security", security, SECURITY, where=f"{source.at('mail', 'security')}: mail")
    to, port = _addresses(raw.get("to"), source), raw.get("port", _PORTS[security])
    if isinstance(port, bool) or not isinstance(port, int) or not 0 < port < 65536:
        raise ConfigError(f"{source.at('mail', 'port')}: mail: 'port' takes a number such as 587, got {shown(port)}.")
    if to:
        _check_address(texts["from"], source.at("mail", "from"))
    if to and not texts["host"]:
        raise ConfigError(f"{source.at('mail')}: mail: 'host' names the mail server; without it nothing can be sent.")
    link = _link(texts["link"], source.at("mail", "link"))
    unchanged = raw.get("unchanged", True)
    if not isinstance(unchanged, bool):
        where = source.at("mail", "unchanged")
        raise ConfigError(f"{where}: mail: 'unchanged' takes true or false, got {shown(unchanged)}.")
    return Mail(to, texts["from"], texts["host"], port, security, texts["user"], link, unchanged)


def _text(raw: dict, key: str, source: Source) -> str:
    value = raw.get(key)
    if not isinstance(value, str | None) or not (value or "").isprintable():
        raise ConfigError(f"{source.at('mail', key)}: mail: '{key}' takes a text, got {shown(value)}.")
    return value or ""


def _addresses(value: Any, source: Source) -> tuple[str, ...]:
    value = [] if value is None else [value] if isinstance(value, str) else value
    if not isinstance(value, list):
        where = source.at("mail", "to")
        raise ConfigError(f"{where}: mail: 'to' takes an address or a list of them, got {shown(value)}.")
    for place, address in enumerate(value):
        _check_address(address, source.at("mail", "to", place))
    return tuple(value)


def _check_address(address: Any, where: str) -> None:
    if not isinstance(address, str) or not _ADDRESS.fullmatch(address):
        wanted = "is no e-mail address; 'to' and 'from' take such as a@b.org."
        raise ConfigError(f"{where}: mail: {shown(address)} {wanted}")


def _link(link: str, where: str) -> str:
    if link and not _LINK.fullmatch(link):
        wanted = "'link' is where the report is seen, such as https://host/report/"
        raise ConfigError(f"{where}: mail: {wanted}; got {shown(link)}.")
    return link if not link or link.endswith("/") else link + "/"


def send_digest(plan: Any, is_unchanged: bool = False) -> list[str]:
    """Send the published report's digest, where the plan says to whom; returns what went wrong, in words.

    A letter comes with every run, so that none means that nothing ran; `is_unchanged` marks one that brings no news.
    """
    mail, language = plan.mail, plan.languages[0]
    if mail is None or not mail.to or (is_unchanged and not mail.unchanged):
        return []
    note = ("digest.unchanged.subject", "digest.unchanged") if is_unchanged else ()
    why = send(plan.publish / DIGEST, mail, [say(key, language) for key in note])
    return [say("digest.not_sent", language, why=why)] if why else []


def send(path: Path, mail: Mail, note: Sequence[str] = ()) -> str:
    """Send the digest in the file `path`; returns why it could not be sent, empty when it was.

    The report stands by then, so a mail server that does not answer is a notice and no error.

    Parameters
    ----------
    note : words to put before the subject and before the text, or nothing
    """
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.SMTP)
    del message["X-Unsent"]
    if note:
        _mark(message, *note)
    message["From"], message["To"] = mail.sender, ", ".join(mail.to)
    try:
        with _server(mail) as server:
            if mail.user:
                server.login(mail.user, os.environ.get(PASSWORD, ""))
            server.send_message(message)
    except (OSError, smtplib.SMTPException) as error:
        return f"{mail.host}:{mail.port}: {type(error).__name__}: {' '.join(str(error).split())[:200]}"
    return ""


def _mark(message: Any, subject: str, text: str) -> None:
    """Put words before a letter's subject and before its text."""
    message.replace_header("Subject", f"{subject}: {message['Subject'].strip()}")
    plain, html = (message.get_body((kind,)) for kind in ("plain", "html"))
    plain.set_content(f"{text}\n\n{plain.get_content()}")
    html.set_content(html.get_content().replace("<body>", f"<body><p>{escape(text)}</p>", 1), subtype="html")


def _server(mail: Mail) -> smtplib.SMTP:
    if mail.security == "tls":
        return smtplib.SMTP_SSL(mail.host, mail.port, timeout=30, context=ssl.create_default_context())
    server = smtplib.SMTP(mail.host, mail.port, timeout=30)
    if mail.security == "starttls":
        server.starttls(context=ssl.create_default_context())
    return server
