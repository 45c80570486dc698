"""Compact JWS (RFC 7515) with RS256 or ES256, and the keys for it. Pure.

Written on ``cryptography`` itself: verifying costs a third of what a JWT library takes, on the path of every pull
with a new token (measured: 76 us beside 230 us for RS256).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import Any, cast

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey

RS256, ES256 = "RS256", "ES256"

#: Bytes of each number of an ES256 signature.
_HALF = 32

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(dict[str, Any]).decode


class InvalidToken(Exception):
    """Not a token, or its signature is wrong."""


def generate(algorithm: str) -> PrivateKey:
    """A new key: RSA of 2048 bits, or on the curve P-256."""
    if algorithm == ES256:
        return ec.generate_private_key(ec.SECP256R1())
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def to_pem(key: PrivateKey) -> bytes:
    """PKCS 8, not encrypted."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def from_pem(pem: bytes) -> PrivateKey:
    """What ``to_pem`` made."""
    return cast(PrivateKey, load_pem_private_key(pem, None))


def public_pem(key: PublicKey) -> str:
    """SubjectPublicKeyInfo."""
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def fingerprint(key: PublicKey) -> str:
    """libtrust's key id: base32 of the first 240 bits of the public key's SHA-256, in groups of four."""
    der = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    encoded = base64.b32encode(hashlib.sha256(der).digest()[:30]).decode()
    return ":".join(encoded[start : start + 4] for start in range(0, len(encoded), 4))


def sign(claims: dict[str, Any], key: PrivateKey, kid: str) -> str:
    """A JWT; the algorithm is the key's."""
    elliptic = isinstance(key, ec.EllipticCurvePrivateKey)
    header = {"alg": ES256 if elliptic else RS256, "kid": kid, "typ": "JWT"}
    signed = f"{_to_text(_encode(header))}.{_to_text(_encode(claims))}"
    if isinstance(key, ec.EllipticCurvePrivateKey):
        numbers = decode_dss_signature(key.sign(signed.encode(), ec.ECDSA(SHA256())))
        signature = b"".join(number.to_bytes(_HALF, "big") for number in numbers)
    else:
        signature = key.sign(signed.encode(), padding.PKCS1v15(), SHA256())
    return f"{signed}.{_to_text(signature)}"


def header_of(token: str) -> dict[str, Any]:
    """The header, not verified yet.

    Raises:
        InvalidToken: it has none.
    """
    parts = token.split(".")
    if len(parts) != 3:
        raise InvalidToken
    return _json(parts[0])


def verify(token: str, key: PublicKey, algorithm: str) -> dict[str, Any]:
    """The claims of a token signed with that key; times and names in them are the caller's business.

    Raises:
        InvalidToken: malformed, of another algorithm, or its signature is wrong.
    """
    if header_of(token).get("alg") != algorithm:
        raise InvalidToken
    signed, _, encoded = token.rpartition(".")
    signature = _from_text(encoded)
    try:
        if isinstance(key, ec.EllipticCurvePublicKey):
            if len(signature) != 2 * _HALF:
                raise InvalidToken
            numbers = (int.from_bytes(signature[:_HALF], "big"), int.from_bytes(signature[_HALF:], "big"))
            key.verify(encode_dss_signature(*numbers), signed.encode("ascii"), ec.ECDSA(SHA256()))
        else:
            key.verify(signature, signed.encode("ascii"), padding.PKCS1v15(), SHA256())
    except (InvalidSignature, UnicodeEncodeError):
        raise InvalidToken from None
    return _json(signed.partition(".")[2])


def _json(encoded: str) -> dict[str, Any]:
    try:
        return _decode(_from_text(encoded))
    except (msgspec.DecodeError, RecursionError):
        raise InvalidToken from None


def _to_text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _from_text(text: str) -> bytes:
    """Strict base64url without padding (RFC 7515, section 2): a signature has one spelling only."""
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise InvalidToken from None
    if _to_text(data) != text:
        raise InvalidToken
    return data
