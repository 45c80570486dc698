"""Generators of strange requests; everything comes from the ``random.Random`` that is given."""

from __future__ import annotations

import random
from urllib.parse import quote

from moorage.oci.names import digest_of
from tests.reliability.raw import Header, RawRequest

METHODS = [b"GET", b"HEAD", b"PUT", b"POST", b"PATCH", b"DELETE", b"OPTIONS", b"TRACE", b"get", b"PROPFIND", b"X-Y"]
ENDPOINTS = [
    b"manifests/%b",
    b"blobs/%b",
    b"referrers/%b",
    b"blobs/uploads/%b",
    b"blobs/uploads/",
    b"blobs/uploads",
    b"tags/list",
    b"tags/%b",
    b"%b",
    b"manifests/",
    b"_catalog",
    b"blobs//%b",
]

#: Pieces that names, references and values are made of.
ODD = [
    "",
    ".",
    "..",
    "/",
    "//",
    "a",
    "A",
    "library",
    "a/b",
    "a" * 300,
    "-",
    "_",
    "__",
    "a__b",
    "a..b",
    "\0",
    "\n",
    "\r\n",
    "\x7f",
    "\xe9",
    "\u0661",
    "\U0001f600",
    " ",
    "%",
    "%00",
    "%2e%2e",
    "%zz",
    "%f",
    "?",
    "#",
    "&",
    ";",
    "=",
    "+",
    ":",
    "@",
    "sha256:",
    "sha256:" + "0" * 64,
    "sha256:" + "g" * 64,
    "SHA256:" + "0" * 64,
    "sha512:" + "0" * 64,
    "sha512:" + "0" * 128,
    "sha1:" + "0" * 40,
    "md5:x",
    "sha256:" + "0" * 63,
    ":",
    "::",
    "0" * 64,
    "manifests",
    "blobs",
    "uploads",
    "tags",
    "list",
    "referrers",
    "_catalog",
    "00000000-0000-0000-0000-000000000000",
    "{00000000-0000-0000-0000-000000000000}",
    "urn:uuid:00000000-0000-0000-0000-000000000000",
    "'",
    '"',
    "\\",
    "`",
    "$(x)",
    "<",
    "x" * 129,
    "x" * 128,
    "\u202e",
]
#: Percent-encoded bytes that are no UTF-8, and encodings that are none.
RAW = [b"%ff", b"%c0%80", b"%ed%a0%80", b"%", b"%4", b"%%%", b"%00", b"%0a", b"%2F", b"%2f..%2f", b"\xff", b"\xc3\xa9"]
NUMBERS = [
    "0",
    "-0",
    "1",
    "-1",
    "00",
    "1e3",
    "1.5",
    "x",
    "",
    " ",
    "9" * 19,
    "9" * 40,
    "9" * 5_000,
    "\u0661",
    "+1",
    "0x1",
    "NaN",
]


def text(rng: random.Random) -> bytes:
    """A piece of a target: a few odd strings together, quoted or not."""
    parts: list[bytes] = []
    for _ in range(rng.randint(1, 3)):
        if rng.random() < 0.2:
            parts.append(rng.choice(RAW))
        else:
            safe = rng.choice(["", "/:@+&=;?#%"])
            parts.append(quote(rng.choice(ODD), safe=safe).encode())
    return b"".join(parts)


def names(rng: random.Random) -> RawRequest:
    """Any method on any path below /v2."""
    name = rng.choice([b"library/fuzz", b"library/" + text(rng), text(rng), text(rng) + b"/" + text(rng)])
    endpoint = rng.choice(ENDPOINTS)
    path = endpoint % text(rng) if b"%b" in endpoint else endpoint
    prefix = rng.choice([b"/v2/"] * 8 + [b"/v2", b"//v2/", b"/V2/", b"/v2//"])
    body = rng.choice([b"", b"x", b"{}"])
    return RawRequest(rng.choice(METHODS), prefix + name + b"/" + path, body=body, authorization=_login(rng))


def _login(rng: random.Random) -> bytes | None:
    default = RawRequest().authorization
    return rng.choice([default] * 6 + [None])


def query(rng: random.Random, name: str, digest: str) -> RawRequest:
    """Odd parameters where parameters count."""
    method, path = rng.choice(
        [
            ("GET", f"/v2/{name}/tags/list"),
            ("GET", "/v2/_catalog"),
            ("GET", f"/v2/{name}/referrers/{digest}"),
            ("GET", f"/v2/{name}/manifests/good"),
            ("POST", f"/v2/{name}/blobs/uploads/"),
            ("PUT", f"/v2/{name}/manifests/{digest}"),
            ("GET", "/service/token"),
            ("POST", "/service/token"),
        ]
    )
    keys = [
        "n",
        "last",
        "digest",
        "mount",
        "from",
        "artifactType",
        "tag",
        "digest-algorithm",
        "ns",
        "service",
        "scope",
        "offline_token",
        "client_id",
        "account",
        "grant_type",
        "refresh_token",
        "username",
        "password",
    ]
    given = [] if "token" not in path else [b"service=harbor-registry"]
    for _ in range(rng.choice([0, 1, 1, 2, 5])):
        value = rng.choice([text(rng), quote(rng.choice(NUMBERS)).encode(), digest.encode(), name.encode()])
        if rng.random() < 0.1:
            value = b"repository:" + text(rng) + b":" + text(rng)
        given.append(rng.choice(keys).encode() + rng.choice([b"=", b"=", b"=", b"", b"%3d"]) + value)
    if rng.random() < 0.02:
        given += [b"n=1"] * rng.choice([999, 1_001, 5_000])
    joined = rng.choice([b"&", b"&", b";", b"&&"]).join(given)
    if method == "POST" and "token" in path:
        return RawRequest(b"POST", path.encode(), [(b"Content-Type", b"application/x-www-form-urlencoded")], joined)
    return RawRequest(method.encode(), path.encode() + b"?" + joined, authorization=_login(rng))


def blob(rng: random.Random, name: str, digest: str) -> RawRequest:
    """Ranges and conditions on a blob that is there."""
    unit = rng.choice(["bytes=", "bytes=", "bytes=", "bytes", "Bytes = ", "lines=", ""])
    ranges = ",".join(_range(rng) for _ in range(rng.choice([1, 1, 2, 3, 70, 1_001])))
    headers = [(b"Range", (unit + ranges).encode("utf-8"))]
    for header in (b"If-None-Match", b"If-Range", b"If-Match", b"If-Modified-Since"):
        if rng.random() < 0.2:
            headers.append((header, rng.choice([digest, f'"{digest}"', "*", "W/", '"', ", ,", "\xe9"]).encode()))
    target = f"/v2/{name}/blobs/{digest}"
    return RawRequest(
        rng.choice([b"GET", b"GET", b"GET", b"HEAD", b"DELETE", b"PUT"][: 4 if rng.random() < 0.9 else 5]),
        target.encode(),
        headers,
    )


def _range(rng: random.Random) -> str:
    first, last = (rng.choice([*NUMBERS, "0", "1", "1999", "2000", "2001", "500"]) for _ in range(2))
    return rng.choice([f"{first}-{last}", f"-{last}", f"{first}-", first, "-", "--", "0-0-0"])


def upload(rng: random.Random, path: str) -> RawRequest:
    """A chunk or the end of an open upload, with odd lengths, ranges and digests."""
    body = rng.choice([b"", b"x", b"12345", rng.randbytes(70_000)])
    headers: list[Header] = []
    if rng.random() < 0.6:
        first, last = rng.choice(["0", "1", *NUMBERS]), rng.choice([str(len(body) - 1), *NUMBERS])
        form = rng.choice(
            ["{}-{}", "{}-{}", "bytes {}-{}/*", "bytes={}-{}", "{}", "{}-", "-{}", "{1}-{0}", "bytes */{}"]
        )
        headers.append((b"Content-Range", form.format(first, last).encode("utf-8")))
    half_close = False
    if rng.random() < 0.5:
        length = rng.choice([str(len(body)), str(len(body) + 1), str(max(len(body) - 1, 0)), *NUMBERS])
        headers.append((b"Content-Length", length.encode("utf-8")))
        half_close = True
    if rng.random() < 0.3:
        chunked = rng.choice([b"chunked", b"gzip, chunked", b"identity", b"x"])
        headers.append((b"Transfer-Encoding", chunked))
        body = rng.choice(
            [
                b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body) if body else b"0\r\n\r\n",
                b"zz\r\n",
                b"-1\r\n\r\n",
                b"ffffffffffffffffff\r\nx",
                b"1\r\nx",
                b"5\r\nx\r\n0\r\n\r\n",
                body,
            ]
        )
        half_close = True
    method = rng.choice([b"PATCH", b"PATCH", b"PUT", b"PUT", b"GET", b"DELETE", b"POST"])
    target = path.encode()
    if method == b"PUT" or rng.random() < 0.1:
        digest = rng.choice([digest_of(body).encode(), digest_of(body, "sha512").encode(), text(rng)])
        target += (
            (b"&" if b"?" in target else b"?")
            + rng.choice([b"digest=", b"digest=", b"digest=", b"Digest=", b"digest=x&digest="])
            + digest
        )
    if rng.random() < 0.05:
        target += text(rng)
    return RawRequest(method, target, headers, body, half_close=half_close)


def headers(rng: random.Random, name: str) -> RawRequest:
    """Odd, long, repeated and broken headers on an ordinary pull."""
    values = [
        b"",
        b" ",
        b"x",
        b"\xff\xfe",
        b"\xc3\xa9",
        b"a" * 9_000,
        b"\t",
        b'"',
        b",",
        b"a\0b",
        b"a\rb",
        b"a\nb: c",
        b"*/*",
        b"gzip;q=0, *;q=0",
        b"9" * 400,
        b"localhost:99999",
        b"[::1",
        b"a b",
        b"user@host",
        b"http://x/",
    ]
    known = [
        b"Accept",
        b"Accept-Encoding",
        b"Host",
        b"X-Forwarded-For",
        b"X-Forwarded-Proto",
        b"X-Forwarded-Host",
        b"Expect",
        b"X-Request-Id",
        b"User-Agent",
        b"Content-Type",
        b"If-None-Match",
        b"Range",
        b"Cookie",
        b"Upgrade",
        b"Connection",
        b"Transfer-Encoding",
        b"Content-Length",
        b"Authorization",
        b"Docker-Client",
        b"",
        b"a b",
        b"\xff",
        b"x:",
    ]
    given = [(rng.choice(known), rng.choice(values)) for _ in range(rng.choice([1, 1, 2, 5]))]
    if rng.random() < 0.03:
        given += [(b"X-%d" % n, b"x") for n in range(rng.choice([99, 150, 5_000]))]
    if rng.random() < 0.03:
        given.append((b"X-Long", b"x" * rng.choice([70_000, 2_000_000])))
    login = rng.choice(
        [
            RawRequest().authorization,
            None,
            b"",
            b"Bearer",
            b"Basic",
            b"Bearer " + b"x" * 20_000,
            b"Basic !!",
            b"Bearer a.b.c",
            b"Basic eA==",
            b"Digest x",
            b"\xff",
            b"Bearer \xff",
            b"Basic  ",
        ]
    )
    version = rng.choice([b"HTTP/1.1"] * 12 + [b"HTTP/1.0", b"HTTP/2.0", b"HTTP/0.9", b"X"])
    target = rng.choice(
        [
            f"/v2/{name}/manifests/good",
            "/v2/",
            "/service/token?service=harbor-registry",
            "/",
            "*",
            f"http://other/v2/{name}/manifests/good",
            "/healthz",
            "/readyz",
            "/api/version",
        ]
    )
    return RawRequest(
        rng.choice([b"GET", b"GET", b"HEAD"]),
        target.encode(),
        given,
        authorization=login,
        version=version,
        half_close=True,
    )
