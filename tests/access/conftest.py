"""A whole registry, and a second process on the same database."""

from tests.registry.conftest import application as application
from tests.registry.conftest import registry as registry
from tests.registry.conftest import registry_database as registry_database
from tests.registry.conftest import registry_settings as registry_settings
from tests.registry.conftest import replica as replica
from tests.registry.conftest import running as running
