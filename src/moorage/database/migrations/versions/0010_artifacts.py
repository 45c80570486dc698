"""Artifacts: what their lists and pages show.

Revision ID: 0010
Revises: 0009
"""

from __future__ import annotations

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

SCHEMA = """
SELECT 1;
"""


def upgrade() -> None:
    """Change the schema."""
    op.get_bind().exec_driver_sql(SCHEMA)
