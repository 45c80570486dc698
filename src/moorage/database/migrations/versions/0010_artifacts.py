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
ALTER TABLE artifact
    ADD COLUMN type TEXT,
    ADD COLUMN content_media_type TEXT,
    ADD COLUMN icon TEXT COLLATE "C",
    ADD COLUMN extra_attrs JSONB,
    ADD COLUMN attributes_version INTEGER DEFAULT 0 NOT NULL;

CREATE INDEX ix_artifact_repository_push_time ON artifact (repository_id, push_time DESC, artifact_id)
    WHERE state = 'live';
DROP INDEX ix_artifact_project_id;
CREATE INDEX ix_artifact_project_push_time ON artifact (project_id, push_time DESC, artifact_id);
CREATE INDEX ix_artifact_unread ON artifact (artifact_id) WHERE attributes_version = 0 AND state = 'live';
CREATE INDEX ix_artifact_icon ON artifact (icon) WHERE icon IS NOT NULL AND state = 'live';

CREATE TABLE change_count (
    scope TEXT NOT NULL,
    scope_id BIGINT NOT NULL,
    slot INTEGER NOT NULL,
    changes BIGINT NOT NULL,
    CONSTRAINT pk_change_count PRIMARY KEY (scope, scope_id, slot)
) WITH (fillfactor = 50);
"""

# Counted in slots, so that two pushes to one repository seldom wait for each other, and at the end of the transaction,
# so that whoever waits holds nothing else that anybody could want. The first change of a repository counts for all
# that the transaction does to it. A repository that is gone by then needs no count.
NOTE = """
CREATE FUNCTION note_change(repository bigint, project bigint) RETURNS void
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
DECLARE mine text := pg_current_xact_id()::text || '/' || repository;
BEGIN
IF repository IS NULL OR current_setting('moorage.noted', true) = mine THEN
    RETURN;
END IF;
PERFORM set_config('moorage.noted', mine, true);
INSERT INTO change_count AS c (scope, scope_id, slot, changes)
VALUES ('project', project, pg_backend_pid() % 32, 1), ('repository', repository, pg_backend_pid() % 32, 1)
ON CONFLICT ON CONSTRAINT pk_change_count DO UPDATE SET changes = c.changes + 1;
END $$
"""
OF_ARTIFACT = """
CREATE FUNCTION note_artifact_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
IF TG_OP = 'DELETE' THEN
    PERFORM note_change(OLD.repository_id, OLD.project_id);
ELSE
    PERFORM note_change(NEW.repository_id, NEW.project_id);
END IF;
RETURN NULL;
END $$
"""
# The project stands in the repository's row; a repository deleted in the same transaction has none any more.
OF_REPOSITORY = """
CREATE FUNCTION note_content_change() RETURNS trigger
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
DECLARE changed bigint := CASE WHEN TG_OP = 'DELETE' THEN OLD.repository_id ELSE NEW.repository_id END;
BEGIN
IF current_setting('moorage.noted', true) = pg_current_xact_id()::text || '/' || changed THEN
    RETURN NULL;
END IF;
PERFORM note_change(r.repository_id, r.project_id) FROM repository r WHERE r.repository_id = changed;
RETURN NULL;
END $$
"""
OF_ARTIFACT_ID = """
CREATE FUNCTION note_attached_change() RETURNS trigger
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
DECLARE changed bigint;
BEGIN
IF TG_TABLE_NAME = 'artifact_child' THEN
    changed := NEW.parent_id;
ELSIF TG_OP = 'DELETE' THEN
    changed := OLD.artifact_id;
ELSE
    changed := NEW.artifact_id;
END IF;
PERFORM note_change(a.repository_id, a.project_id) FROM artifact a WHERE a.artifact_id = changed;
RETURN NULL;
END $$
"""
# TRUNCATE tells no rows: everything may have changed.
OF_ALL = """
CREATE FUNCTION note_every_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
UPDATE change_count SET changes = changes + 1;
RETURN NULL;
END $$
"""
TRIGGERS = """
CREATE CONSTRAINT TRIGGER note_change AFTER INSERT OR DELETE
    OR UPDATE OF state, type, content_media_type, media_type, artifact_type, size, push_time, icon ON artifact
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION note_artifact_change();
CREATE CONSTRAINT TRIGGER note_change AFTER INSERT OR DELETE OR UPDATE OF lifetime_end, artifact_id, name ON tag
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION note_content_change();
CREATE CONSTRAINT TRIGGER note_change AFTER INSERT OR DELETE ON artifact_accessory
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION note_content_change();
CREATE CONSTRAINT TRIGGER note_change AFTER INSERT ON artifact_child
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION note_attached_change();
CREATE CONSTRAINT TRIGGER note_change AFTER INSERT OR DELETE ON artifact_label
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION note_attached_change();
CREATE TRIGGER note_truncate AFTER TRUNCATE ON artifact FOR EACH STATEMENT EXECUTE FUNCTION note_every_change();
"""


def upgrade() -> None:
    """Change the schema."""
    op.get_bind().exec_driver_sql(SCHEMA)
    for statement in (NOTE, OF_ARTIFACT, OF_REPOSITORY, OF_ARTIFACT_ID, OF_ALL, TRIGGERS):
        op.execute(statement)
