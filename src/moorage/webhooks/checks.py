"""What a policy must be, in Harbor's words (H section 6.1). Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from moorage.errors import BadRequest
from moorage.lifecycle.patterns import PatternInvalid, compile_pattern
from moorage.webhooks.addresses import full_url
from moorage.webhooks.models import EventType, Filters, Format, Kind, PolicyContent, Target

#: Most targets of a policy, and patterns of either filter.
MAX_TARGETS, MAX_PATTERNS = 10, 20

#: Longest texts.
MAX_DESCRIPTION, MAX_AUTH_HEADER, MAX_SECRET = 1_024, 4_096, 255

#: Shortest secret that is not guessed.
MIN_SECRET = 16


def check_policy(content: PolicyContent, check_url: Callable[[str], None]) -> None:
    """Refuse what cannot be a policy.

    Args:
        content: what it says.
        check_url: refuses a URL that no delivery could go to.

    Raises:
        BadRequest: with what is wrong.
    """
    _check_events(content.event_types)
    if not content.targets:
        raise BadRequest(f"empty notification target with policy {content.name}")
    if len(content.targets) > MAX_TARGETS:
        raise BadRequest(f"a policy has at most {MAX_TARGETS} targets")
    for target in content.targets:
        check_url(full_url(target.address))
        _check_target(content.name, target)
    for name, text, most in (
        ("description", content.description, MAX_DESCRIPTION),
        ("creator", content.creator, MAX_SECRET),
        ("secret", content.secret or "", MAX_SECRET),
    ):
        if len(text) > most:
            raise BadRequest(f"{name} has more than {most} characters")
        if "\0" in text:
            raise BadRequest(f"{name}: U+0000 is not allowed")
    if "\0" in content.name:
        raise BadRequest("name: U+0000 is not allowed")
    if content.secret and len(content.secret) < MIN_SECRET:
        raise BadRequest(f"secret has fewer than {MIN_SECRET} characters")
    if content.filters is not None:
        _check_filters(content.filters)


def _check_events(event_types: Sequence[str]) -> None:
    if not event_types:
        raise BadRequest("empty event type")
    for event_type in event_types:
        if event_type not in EventType.__members__:
            raise BadRequest(f"unsupported event type {event_type[:64]}")


def _check_target(policy: str, target: Target) -> None:
    if target.kind not in (Kind.HTTP, Kind.SLACK):
        raise BadRequest(f"unsupported target type {target.kind[:64]} with policy {policy}")
    if target.kind == Kind.SLACK and target.format:
        raise BadRequest("set payload format is not allowed for slack")
    if target.kind == Kind.HTTP and target.format not in (Format.DEFAULT, Format.CLOUD_EVENTS):
        raise BadRequest(f"unsupported payload format type: {target.format[:64]}")
    if len(target.auth_header) > MAX_AUTH_HEADER:
        raise BadRequest(f"auth_header has more than {MAX_AUTH_HEADER} characters")
    if any(ord(character) < 32 or ord(character) == 127 for character in target.auth_header):
        raise BadRequest("auth_header: control characters are not allowed")


def _check_filters(filters: Filters) -> None:
    for name, patterns in (("repositories", filters.repositories), ("tags", filters.tags)):
        if len(patterns) > MAX_PATTERNS:
            raise BadRequest(f"filters.{name} has more than {MAX_PATTERNS} patterns")
        for pattern in patterns:
            if not pattern or "\0" in pattern:
                raise BadRequest(f"filters.{name}: a pattern is empty or has U+0000; ** matches everything")
            try:
                compile_pattern(pattern)
            except PatternInvalid as error:
                raise BadRequest(f"filters.{name}: {error.message}") from None
