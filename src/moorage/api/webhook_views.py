"""Webhook policies and deliveries as they are sent and shown (Harbor's ``WebhookPolicy``, ``Execution``, ``Task``)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from msgspec import UNSET, Struct, UnsetType

from moorage.api.call import check_length
from moorage.api.times import NEVER, timestamp
from moorage.jobs.models import Execution, Status, Task
from moorage.webhooks.models import JOB_TYPES, Filters, Policy, PolicyContent, Target, Trigger


class TargetView(Struct, omit_defaults=True):
    """Where deliveries go."""

    model: ClassVar[str] = "WebhookTargetObject"

    type: str = ""
    address: str = ""
    auth_header: str = ""
    skip_cert_verify: bool = False
    payload_format: str = ""

    @classmethod
    def of(cls, target: Target) -> TargetView:
        """The view of a target."""
        return cls(target.kind, target.address, target.auth_header, target.skip_cert_verify, target.format)

    def target(self) -> Target:
        """What was sent."""
        return Target(self.type, self.address, self.auth_header, self.skip_cert_verify, self.payload_format)


class FiltersView(Struct, omit_defaults=True):
    """Patterns of repositories, without the project, and of tags; Moorage's own."""

    repositories: list[str] | None = None
    tags: list[str] | None = None


class PolicyBody(Struct):
    """A policy as it is sent."""

    model: ClassVar[str] = "WebhookPolicy"

    name: str = ""
    description: str = ""
    enabled: bool = False
    event_types: list[str] | None = None
    targets: list[TargetView] | None = None
    creator: str = ""
    filters: FiltersView | None = None
    secret: str | None = None

    def content(self) -> PolicyContent:
        """What it says.

        Raises:
            UnprocessableEntity: its name is too long.
        """
        check_length(self.name, "name")
        filters = None
        if self.filters is not None:
            filters = Filters(self.filters.repositories or (), self.filters.tags or ())
        return PolicyContent(
            name=self.name,
            targets=[target.target() for target in self.targets or ()],
            event_types=self.event_types or (),
            description=self.description,
            enabled=self.enabled,
            creator=self.creator,
            filters=filters,
            secret=self.secret,
        )


class PolicyView(Struct, omit_defaults=True):
    """A policy as it is shown; ``filters`` only where there are some, ``signed`` where deliveries are."""

    id: int
    project_id: int
    enabled: bool
    event_types: list[str]
    targets: list[TargetView]
    creation_time: str
    update_time: str
    name: str = ""
    description: str = ""
    creator: str = ""
    filters: FiltersView | None = None
    signed: bool = False

    @classmethod
    def of(cls, policy: Policy) -> PolicyView:
        """The view of a policy."""
        content, filters = policy.content, policy.content.filters
        shown = None
        if filters is not None and (filters.repositories or filters.tags):
            shown = FiltersView(list(filters.repositories) or None, list(filters.tags) or None)
        return cls(
            id=policy.policy_id,
            project_id=policy.project_id,
            enabled=content.enabled,
            event_types=list(content.event_types),
            targets=[TargetView.of(target) for target in content.targets],
            creation_time=timestamp(policy.creation_time),
            update_time=timestamp(policy.update_time),
            name=content.name,
            description=content.description,
            creator=content.creator,
            filters=shown,
            signed=policy.signed,
        )


class TriggerView(Struct, omit_defaults=True):
    """When a policy was last told of an event; Harbor's ``WebhookLastTrigger``."""

    event_type: str
    creation_time: str
    last_trigger_time: str
    policy_name: str = ""
    enabled: bool = False

    @classmethod
    def of(cls, trigger: Trigger) -> TriggerView:
        """The view of it."""
        policy = trigger.policy
        return cls(
            event_type=trigger.event_type,
            creation_time=timestamp(policy.creation_time),
            last_trigger_time=timestamp(trigger.last_time) if trigger.last_time is not None else NEVER,
            policy_name=policy.content.name,
            enabled=policy.content.enabled,
        )


class EventsView(Struct):
    """Harbor's ``SupportedWebhookEventTypes``."""

    event_type: list[str]
    notify_type: list[str]
    payload_formats: list[FormatsView]


class FormatsView(Struct):
    """The formats of a type of targets; Harbor's ``PayloadFormat``."""

    notify_type: str
    formats: list[str]


class ExecutionView(Struct):
    """A delivery, or several attempts at it; Harbor's ``Execution``."""

    id: int
    vendor_type: str
    vendor_id: int
    status: str
    trigger: str
    metrics: dict[str, int]
    extra_attrs: dict[str, Any]
    start_time: str
    end_time: str | UnsetType = UNSET
    status_message: str | UnsetType = UNSET

    @classmethod
    def of(cls, execution: Execution, counts: Mapping[str, int]) -> ExecutionView:
        """The view of an execution with so many tasks of each status."""
        metrics = {"task_count": sum(counts.values())}
        metrics |= {f"{status.lower()}_task_count": count for status, count in counts.items()}
        return cls(
            id=execution.id,
            vendor_type=execution.vendor_type,
            vendor_id=execution.vendor_id,
            status=execution.status,
            trigger=execution.trigger,
            metrics=metrics,
            extra_attrs=dict(execution.extra_attrs),
            start_time=timestamp(execution.start_time),
            end_time=UNSET if execution.end_time is None else timestamp(execution.end_time),
            status_message=execution.status_message or UNSET,
        )


class TaskView(Struct):
    """A delivery's attempts; Harbor's ``Task``.

    ``extra_attrs`` is Moorage's: ``delivery_id``, ``response_status`` of the last answer, ``redelivery_of`` a task, and
    ``dead_letter`` where nobody tries again unless told to.
    """

    id: int
    execution_id: int
    status: str
    run_count: int
    extra_attrs: dict[str, Any]
    creation_time: str
    update_time: str
    start_time: str | UnsetType = UNSET
    end_time: str | UnsetType = UNSET
    status_message: str | UnsetType = UNSET

    @classmethod
    def of(cls, task: Task) -> TaskView:
        """The view of a task."""
        dead = {"dead_letter": True} if task.status is Status.ERROR else {}
        return cls(
            id=task.id,
            execution_id=task.execution_id,
            status=task.status,
            run_count=task.run_count,
            extra_attrs={**task.extra_attrs, **dead},
            creation_time=timestamp(task.creation_time),
            update_time=timestamp(task.update_time),
            start_time=UNSET if task.start_time is None else timestamp(task.start_time),
            end_time=UNSET if task.end_time is None else timestamp(task.end_time),
            status_message=task.status_message or UNSET,
        )


_KINDS = {name: kind for kind, name in JOB_TYPES.items()}


class JobView(Struct):
    """An execution in the form clients had before there were executions; Harbor's ``WebhookJob``."""

    id: int
    policy_id: int
    notify_type: str
    event_type: str
    status: str
    job_detail: str
    creation_time: str
    update_time: str

    @classmethod
    def of(cls, execution: Execution) -> JobView:
        """The view of an execution."""
        return cls(
            id=execution.id,
            policy_id=execution.vendor_id,
            notify_type=_KINDS.get(execution.vendor_type, execution.vendor_type),
            event_type=str(execution.extra_attrs.get("event_type", "")),
            status=execution.status,
            job_detail=str(execution.extra_attrs.get("payload", "")),
            creation_time=timestamp(execution.start_time),
            update_time=timestamp(execution.update_time),
        )
