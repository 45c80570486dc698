"""Configuration that is changed while running, and the CVE allow-list.

Revision ID: 0005
Revises: 0004
"""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

SCHEMA = """
CREATE TABLE configuration (
    key TEXT NOT NULL,
    value JSONB NOT NULL,
    update_time TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_configuration PRIMARY KEY (key)
);

CREATE TABLE cve_allowlist (
    allowlist_id BIGINT DEFAULT 1 NOT NULL,
    items TEXT[] NOT NULL,
    expires_at BIGINT,
    creation_time TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    update_time TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_cve_allowlist PRIMARY KEY (allowlist_id),
    CONSTRAINT ck_cve_allowlist_one CHECK (allowlist_id = 1)
);
"""


def upgrade() -> None:
    """Change the schema."""
    op.get_bind().exec_driver_sql(SCHEMA)
