"""Rights: groups, and grants on single repositories.

Revision ID: 0011
Revises: 0010
"""

from __future__ import annotations

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

SCHEMA = """
SELECT 1;
"""


def upgrade() -> None:
    """Change the schema."""
    op.get_bind().exec_driver_sql(SCHEMA)
