"""Headers by which a receiver knows who sends, what it got before, and how late it is. Pure.

Two signatures, both HMAC-SHA256 under the policy's secret, in hexadecimal: one over the body alone, and one over
``<delivery>.<timestamp>.<body>``, which nobody who once overheard a delivery can send again later.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping

DELIVERY = "X-Moorage-Delivery"
ATTEMPT = "X-Moorage-Attempt"
TIMESTAMP = "X-Moorage-Timestamp"
EVENT = "X-Moorage-Event"
SEQUENCE = "X-Moorage-Sequence"
REDELIVERY = "X-Moorage-Redelivery"
BODY_SIGNATURE = "X-Moorage-Signature-256"
SIGNATURE = "X-Moorage-Signature"


def signatures(secret: bytes, delivery_id: str, timestamp: int, body: bytes) -> Mapping[str, str]:
    """The headers that sign a delivery."""
    return {
        BODY_SIGNATURE: f"sha256={_hmac(secret, body)}",
        SIGNATURE: f"sha256={_hmac(secret, b'%s.%d.%s' % (delivery_id.encode(), timestamp, body))}",
    }


def _hmac(secret: bytes, content: bytes) -> str:
    return hmac.new(secret, content, hashlib.sha256).hexdigest()
