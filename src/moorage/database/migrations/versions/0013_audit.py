"""The audit log.

Revision ID: 0013
Revises: 0012
"""

from __future__ import annotations

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

SCHEMA = """
CREATE TABLE audit_log (
    id BIGINT NOT NULL,
    op_time TIMESTAMP WITH TIME ZONE NOT NULL,
    operation TEXT COLLATE "C" NOT NULL,
    resource_type TEXT COLLATE "C" NOT NULL,
    resource TEXT COLLATE "C" NOT NULL,
    username TEXT COLLATE "C" NOT NULL,
    project_id BIGINT,
    succeeded BOOLEAN NOT NULL,
    description TEXT NOT NULL,
    address TEXT NOT NULL,
    request_id TEXT NOT NULL,
    forward_only BOOLEAN DEFAULT false NOT NULL,
    previous BYTEA NOT NULL,
    hash BYTEA NOT NULL,
    CONSTRAINT pk_audit_log PRIMARY KEY (id)
);

CREATE INDEX ix_audit_log_time ON audit_log (op_time DESC, id) WHERE NOT forward_only;
CREATE INDEX ix_audit_log_project ON audit_log (project_id, op_time DESC, id) WHERE NOT forward_only;
CREATE INDEX ix_audit_log_username ON audit_log (username, op_time DESC, id) WHERE NOT forward_only;
CREATE INDEX ix_audit_log_operation ON audit_log (operation, op_time DESC, id) WHERE NOT forward_only;
CREATE INDEX ix_audit_log_resource_type ON audit_log (resource_type, op_time DESC, id) WHERE NOT forward_only;
CREATE INDEX ix_audit_log_resource ON audit_log (resource, op_time DESC, id) WHERE NOT forward_only;
CREATE INDEX ix_audit_log_forward_only ON audit_log (id) WHERE forward_only;

CREATE TABLE audit_chain (
    one SMALLINT DEFAULT 1 NOT NULL,
    last_id BIGINT NOT NULL,
    last_hash BYTEA NOT NULL,
    CONSTRAINT pk_audit_chain PRIMARY KEY (one),
    CONSTRAINT ck_audit_chain_one CHECK (one = 1)
);

CREATE TABLE audit_gap (
    first_id BIGINT NOT NULL,
    last_id BIGINT NOT NULL,
    last_hash BYTEA NOT NULL,
    purge_time TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_audit_gap PRIMARY KEY (first_id),
    CONSTRAINT uq_audit_gap_last_id UNIQUE (last_id),
    CONSTRAINT ck_audit_gap_order CHECK (first_id <= last_id)
);

CREATE TABLE audit_count (
    scope TEXT NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    operation TEXT COLLATE "C" NOT NULL,
    resource_type TEXT COLLATE "C" NOT NULL,
    rows BIGINT NOT NULL,
    CONSTRAINT pk_audit_count PRIMARY KEY (scope, key, operation, resource_type)
);

CREATE TABLE audit_forward (
    one SMALLINT DEFAULT 1 NOT NULL,
    position BIGINT,
    owner TEXT DEFAULT '' NOT NULL,
    lease_end TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_audit_forward PRIMARY KEY (one),
    CONSTRAINT ck_audit_forward_one CHECK (one = 1)
);

-- Counters of a handful of rows that change with every batch.
ALTER TABLE audit_count SET (fillfactor = 70);
"""


def upgrade() -> None:
    """Change the schema."""
    op.get_bind().exec_driver_sql(SCHEMA)
