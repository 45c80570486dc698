"""What metrics count: artifacts by type, and the processes that serve.

Revision ID: 0020
Revises: 0019
"""

from __future__ import annotations

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

SCHEMA = """
CREATE TABLE server_process (
    process_id UUID NOT NULL,
    host TEXT NOT NULL,
    roles TEXT[] NOT NULL,
    version TEXT NOT NULL,
    failing TEXT[] DEFAULT '{}'::text[] NOT NULL,
    start_time TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    seen_time TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_server_process PRIMARY KEY (process_id)
);

-- A few rows that change all the time, and no column of which an index has: updates stay on their page.
ALTER TABLE server_process SET (fillfactor = 50);

CREATE INDEX ix_artifact_project_type ON artifact (project_id, type) WHERE state = 'live';
"""


def upgrade() -> None:
    """Change the schema."""
    op.get_bind().exec_driver_sql(SCHEMA)
