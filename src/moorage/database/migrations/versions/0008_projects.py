"""Allow-lists of projects, and their repositories counted from an index.

Revision ID: 0008
Revises: 0007
"""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

SCHEMA = """
CREATE TABLE project_cve_allowlist (
    project_id BIGINT NOT NULL,
    items TEXT[] NOT NULL,
    expires_at BIGINT,
    creation_time TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    update_time TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_project_cve_allowlist PRIMARY KEY (project_id),
    CONSTRAINT fk_project_cve_allowlist_project_id_project FOREIGN KEY(project_id)
        REFERENCES project (project_id) ON DELETE CASCADE
);

CREATE INDEX ix_repository_pushed ON repository (project_id) WHERE first_push_time IS NOT NULL;
"""


def upgrade() -> None:
    """Change the schema."""
    op.get_bind().exec_driver_sql(SCHEMA)
