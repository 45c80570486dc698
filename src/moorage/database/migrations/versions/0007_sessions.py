"""Sessions of browsers.

Revision ID: 0007
Revises: 0006
"""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

SCHEMA = """
CREATE TABLE user_session (
    session_hash bytea NOT NULL CONSTRAINT pk_user_session PRIMARY KEY,
    user_id bigint NOT NULL CONSTRAINT fk_user_session_user_id_user_account
        REFERENCES user_account (user_id) ON DELETE CASCADE,
    version integer NOT NULL,
    creation_time timestamptz NOT NULL DEFAULT now(),
    renewed timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL
);
CREATE INDEX ix_user_session_user_id ON user_session (user_id);
CREATE INDEX ix_user_session_expires_at ON user_session (expires_at);
"""


def upgrade() -> None:
    """Change the schema."""
    op.get_bind().exec_driver_sql(SCHEMA)
