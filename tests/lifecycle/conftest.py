"""A whole registry, and a project of each test's own: what was deleted in another is in the way of nobody."""

from __future__ import annotations

from uuid import uuid4

import pytest

from moorage.app import Application
from tests.lifecycle.project import OwnProject
from tests.registry.client import Registry
from tests.registry.conftest import application as application
from tests.registry.conftest import registry as registry
from tests.registry.conftest import registry_database as registry_database
from tests.registry.conftest import registry_settings as registry_settings
from tests.registry.conftest import replica as replica
from tests.registry.conftest import running as running


@pytest.fixture
async def project(application: Application, registry: Registry) -> OwnProject:
    """A private project and requests in it."""
    name = f"p-{uuid4().hex[:8]}"
    await application.projects.create(name, owner_id=1, public=False)
    return OwnProject(name, registry, application)
