"""One delivery: a job that may run more than once, each time with the same id and the same body (H section 6.1).

A worker that is killed between the request and the note that it succeeded makes the receiver get it again: at least
once is what can be had, and ``X-Moorage-Delivery`` tells.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Protocol

from moorage import __version__
from moorage.egress.client import Answer, EgressClient, EgressFailed
from moorage.errors import BadRequest
from moorage.jobs.context import JobContext
from moorage.jobs.models import JobFailed, JobType, Retry
from moorage.settings import WebhookSettings
from moorage.webhooks import signing
from moorage.webhooks.addresses import full_url
from moorage.webhooks.formats import content_type
from moorage.webhooks.metrics import DEAD, DELIVERED, FAILED, WebhookMetrics
from moorage.webhooks.models import JOB_TYPES, Kind, Target

#: Bytes of an answer that are read, and characters of it that are told.
MAX_ANSWER, MAX_SHOWN = 64 * 1024, 1_000

#: Longest time a receiver may ask to be left alone, in seconds.
LONGEST_PAUSE = 3_600.0

#: Statuses whose ``Retry-After`` counts.
_PAUSED = (429, 503)


class Addressees(Protocol):
    """Knows where deliveries go now."""

    async def addressee(self, policy_id: int, position: int) -> tuple[Target, bytes | None] | None:
        """A target of a policy, and the secret to sign with; None: it is gone."""
        ...


class Deliverer:
    """Runs deliveries."""

    def __init__(
        self, addressees: Addressees, client: EgressClient, settings: WebhookSettings, metrics: WebhookMetrics
    ) -> None:
        self._addressees = addressees
        self._client = client
        self._settings = settings
        self._metrics = metrics

    def job_types(self) -> Sequence[JobType]:
        """A type for each kind of target."""
        settings = self._settings
        return [
            JobType(
                name,
                self.deliver,
                concurrency=settings.concurrency,
                attempts=settings.attempts,
                backoff=settings.retry_delay,
                time_limit=settings.timeout + 60,
                keep=settings.keep,
            )
            for name in JOB_TYPES.values()
        ]

    async def deliver(self, context: JobContext) -> None:
        """Try once.

        Raises:
            Retry: the receiver did not take it.
            JobFailed: it never will.
        """
        kind = context.task.job_type
        await context.log("start to run webhook job")
        started = time.monotonic()
        try:
            answer = await self._send(context)
        except JobFailed:
            self._metrics.attempted(kind, DEAD, time.monotonic() - started)
            raise
        except Retry:
            outcome = DEAD if context.attempt >= self._settings.attempts else FAILED
            self._metrics.attempted(kind, outcome, time.monotonic() - started)
            raise
        self._metrics.attempted(kind, DELIVERED, time.monotonic() - started)
        await context.update(response_status=answer.status)
        await context.log("success to run webhook job")

    async def _send(self, context: JobContext) -> Answer:
        parameters = context.parameters
        found = await self._addressees.addressee(parameters["policy_id"], parameters["target"])
        if found is None:
            raise JobFailed("the policy, or this target of it, was deleted")
        target, secret = found
        if JOB_TYPES.get(Kind(target.kind)) != context.task.job_type or target.format != parameters["format"]:
            raise JobFailed("the target has another type or format by now")
        body = str(context.execution.extra_attrs["payload"])
        await context.log(f"send request to remote endpoint, body: {body}")
        try:
            answer = await self._client.request(
                "POST",
                full_url(target.address),
                headers=_headers(context, target, secret, body.encode()),
                body=body.encode(),
                verify_tls=not target.skip_cert_verify,
                seconds=self._settings.timeout,
                max_answer=MAX_ANSWER,
            )
        except BadRequest as error:
            # What the guard refuses stays refused until somebody changes the policy or the settings.
            raise JobFailed(error.message) from None
        except EgressFailed as error:
            raise Retry(error.message) from None
        if not 200 <= answer.status < 300:
            await context.update(response_status=answer.status)
            shown = answer.body.decode("utf-8", "replace").replace("\0", "")[:MAX_SHOWN]
            raise Retry(f"abnormal response code: {answer.status}, body: {shown}", _pause(answer))
        return answer


def _headers(context: JobContext, target: Target, secret: bytes | None, body: bytes) -> Mapping[str, str]:
    parameters: Mapping[str, Any] = context.parameters
    timestamp = int(time.time())
    headers = {
        "Content-Type": content_type(target.format),
        "User-Agent": f"Moorage/{__version__}",
        signing.DELIVERY: parameters["delivery_id"],
        signing.ATTEMPT: str(context.attempt),
        signing.TIMESTAMP: str(timestamp),
        signing.EVENT: parameters["event_type"],
        signing.SEQUENCE: str(parameters["sequence"]),
    }
    if "redelivery_of" in parameters:
        headers[signing.REDELIVERY] = "true"
    if target.auth_header:
        headers["Authorization"] = target.auth_header
    if secret is not None:
        headers.update(signing.signatures(secret, parameters["delivery_id"], timestamp, body))
    return headers


def _pause(answer: Answer) -> float | None:
    """How long the receiver wants to be left alone; None: it does not say."""
    asked = answer.headers.get("Retry-After", "")
    if answer.status not in _PAUSED or not asked:
        return None
    try:
        seconds = (
            float(asked) if asked.isdigit() else (parsedate_to_datetime(asked) - datetime.now(UTC)).total_seconds()
        )
    except (ValueError, TypeError):
        return None
    return min(max(seconds, 1.0), LONGEST_PAUSE)
