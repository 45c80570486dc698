"""The replicas of the identity tests."""

from tests.identity.conftest import other as other
from tests.identity.conftest import replica as replica
from tests.identity.conftest import seeded as seeded
from tests.identity.conftest import seeded_url as seeded_url
