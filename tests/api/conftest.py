"""The replica of the identity tests."""

from tests.identity.conftest import replica as replica
