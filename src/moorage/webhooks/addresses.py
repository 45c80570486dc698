"""URLs of targets, read as Harbor reads them (``utils.ParseEndpoint`` and Go's ``net/url``), and our own host."""

from __future__ import annotations

import re
import socket
from urllib.parse import urlsplit

from moorage.errors import BadRequest
from moorage.settings import ServerSettings, split_address

#: Longest URL.
MAX_LENGTH = 2_048

#: What a host of Go's URLs has no place for.
_NOT_IN_HOST = re.compile(r"[\x00-\x20\"<>\\^`{|}\x7f]")


def full_url(address: str) -> str:
    """The URL that an address stands for: without a scheme it is http; a fragment is nobody's but the client's.

    Raises:
        BadRequest: it is no http or https URL; the text is Harbor's.
    """
    text = address.strip(" ").rstrip("/")
    if not text:
        raise BadRequest("empty URL")
    if len(text) > MAX_LENGTH:
        raise BadRequest(f"the URL has more than {MAX_LENGTH} characters")
    scheme, separator, _ = text.partition("://")
    if not separator:
        text = f"http://{text}"
    elif scheme not in ("http", "https"):
        raise BadRequest(f"invalid scheme: {scheme[:64]}")
    authority = re.split("[/?#]", text.partition("://")[2], maxsplit=1)[0]
    if wrong := _NOT_IN_HOST.search(authority):
        raise BadRequest(f'parse "{text[:255]}": invalid character "{wrong.group()}" in host name')
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise BadRequest(f'parse "{text[:255]}": invalid URL') from None
    if not host or not text.isprintable():
        raise BadRequest(f'parse "{text[:255]}": invalid URL')
    return parts._replace(fragment="").geturl()


def own_host(server: ServerSettings) -> str:
    """The registry's host and port, as clients write it before a repository."""
    if server.external_url is not None:
        return urlsplit(server.external_url).netloc
    host, port = split_address(server.listen)
    name = socket.gethostname() if host in ("0.0.0.0", "::") else f"[{host}]" if ":" in host else host
    return f"{name}:{port}"
