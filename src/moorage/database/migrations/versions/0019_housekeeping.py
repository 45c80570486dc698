"""Audit purge and clean-up: the tables there are suffice.

Revision ID: 0019
Revises: 0018
"""

from __future__ import annotations

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing: rows to purge are found by the indexes of the audit log's lists."""
