"""What every push and pull asks of the database, as functions.

PostgreSQL keeps the plan of a PL/pgSQL function's query in its session, whoever uses the session: behind a transaction
pooler, where the driver cannot prepare statements, parsing and planning would otherwise cost several times what is
asked. It would still plan afresh when it believes that to pay, hence the forced generic plan; LATERAL with LIMIT keeps
that to look-ups by key, whatever the planner believes about the tables.

Revision ID: 0002
Revises: 0001
"""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# One row per question. An account that is gone gives nulls.
ACCESS = """
CREATE FUNCTION lookup_access(ordinals int[], kinds text[], ids bigint[], projects text[])
RETURNS TABLE (ordinal int, project_id bigint, public boolean, creation_time timestamptz, version int,
               enabled boolean, sysadmin boolean, roles int[], grants text[])
LANGUAGE plpgsql STABLE ROWS 10 SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
BEGIN
RETURN QUERY
SELECT q.ordinal, p.project_id, p.public, p.creation_time, coalesce(u.version, r.version),
       coalesce(u.enabled, r.enabled), u.sysadmin,
       (SELECT array_agg(m.role) FROM project_member m
         WHERE m.project_id = p.project_id AND m.entity_type = 'u' AND m.entity_id = u.user_id),
       (SELECT array_agg(g.kind || '/' || g.resource || '/' || g.action) FROM robot_permission g
         WHERE g.robot_id = r.robot_id AND g.effect = 'allow'
           AND (g.kind = 'system' OR g.namespace IN ('*', p.name)))
  FROM unnest(ordinals, kinds, ids, projects) AS q(ordinal, kind, id, project)
  LEFT JOIN LATERAL (
      SELECT x.project_id, x.name, x.public, x.creation_time FROM project x
       WHERE x.name = q.project AND NOT x.deleted LIMIT 1
  ) AS p ON true
  LEFT JOIN LATERAL (
      SELECT x.user_id, x.version, NOT x.disabled AS enabled, x.sysadmin FROM user_account x
       WHERE q.kind = 'user' AND x.user_id = q.id AND NOT x.deleted LIMIT 1
  ) AS u ON true
  LEFT JOIN LATERAL (
      SELECT x.robot_id, x.version, NOT x.disabled AND (x.expires_at IS NULL OR x.expires_at > now()) AS enabled
        FROM robot x WHERE q.kind = 'robot' AND x.robot_id = q.id LIMIT 1
  ) AS r ON true;
END $$
"""

# A repository without the manifest still gives a row.
TAGS = """
CREATE FUNCTION lookup_tags(ordinals int[], repositories text[], tags text[])
RETURNS TABLE (ordinal int, repository_id bigint, artifact_id bigint, digest text, media_type text,
               manifest_size bigint)
LANGUAGE plpgsql STABLE ROWS 10 SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
BEGIN
RETURN QUERY
SELECT q.ordinal, r.repository_id, a.artifact_id, a.digest, a.media_type, a.manifest_size
  FROM unnest(ordinals, repositories, tags) AS q(ordinal, repository, tag)
  JOIN LATERAL (SELECT x.repository_id FROM repository x WHERE x.name = q.repository LIMIT 1) AS r ON true
  LEFT JOIN LATERAL (
      SELECT y.artifact_id, y.digest, y.media_type, y.manifest_size
        FROM tag x JOIN artifact y ON y.artifact_id = x.artifact_id
       WHERE x.repository_id = r.repository_id AND x.name = q.tag AND x.lifetime_end IS NULL
         AND y.state = 'live' LIMIT 1
  ) AS a ON true;
END $$
"""
DIGESTS = """
CREATE FUNCTION lookup_digests(ordinals int[], repositories text[], digests text[])
RETURNS TABLE (ordinal int, repository_id bigint, artifact_id bigint, digest text, media_type text,
               manifest_size bigint)
LANGUAGE plpgsql STABLE ROWS 10 SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
BEGIN
RETURN QUERY
SELECT q.ordinal, r.repository_id, a.artifact_id, a.digest, a.media_type, a.manifest_size
  FROM unnest(ordinals, repositories, digests) AS q(ordinal, repository, digest)
  JOIN LATERAL (SELECT x.repository_id FROM repository x WHERE x.name = q.repository LIMIT 1) AS r ON true
  LEFT JOIN LATERAL (
      SELECT y.artifact_id, y.digest, y.media_type, y.manifest_size FROM artifact y
       WHERE y.repository_id = r.repository_id AND y.digest = q.digest AND y.state = 'live' LIMIT 1
  ) AS a ON true;
END $$
"""

# Only what can be read through the repository gives a row.
BLOBS = """
CREATE FUNCTION lookup_blobs(ordinals int[], repositories text[], digests text[])
RETURNS TABLE (ordinal int, blob_id bigint, size bigint)
LANGUAGE plpgsql STABLE ROWS 10 SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
BEGIN
RETURN QUERY
SELECT q.ordinal, b.blob_id, b.size
  FROM unnest(ordinals, repositories, digests) AS q(ordinal, repository, digest)
  JOIN LATERAL (SELECT x.repository_id FROM repository x WHERE x.name = q.repository LIMIT 1) AS r ON true
  JOIN LATERAL (SELECT x.blob_id, x.size FROM blob x WHERE x.digest = q.digest LIMIT 1) AS b ON true
  JOIN LATERAL (
      SELECT 1 FROM repository_blob x WHERE x.repository_id = r.repository_id AND x.blob_id = b.blob_id LIMIT 1
  ) AS l ON true;
END $$
"""

UPLOADS = """
CREATE FUNCTION lookup_uploads(ordinals int[], ids uuid[], repositories text[])
RETURNS TABLE (ordinal int, project_id bigint, principal text, received bigint, digest text, state jsonb)
LANGUAGE plpgsql STABLE ROWS 10 SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
BEGIN
RETURN QUERY
SELECT q.ordinal, u.project_id, u.principal, u.received, u.digest, u.state
  FROM unnest(ordinals, ids, repositories) AS q(ordinal, id, repository)
  JOIN LATERAL (
      SELECT x.project_id, x.principal, x.received, x.digest, x.state FROM upload x
       WHERE x.upload_id = q.id AND x.repository = q.repository LIMIT 1
  ) AS u ON true;
END $$
"""

# Counted no further than the limit, so that an account with many uploads pays no more than that.
UPLOAD_BEGIN = """
CREATE FUNCTION upload_begin(id uuid, repository text, project bigint, principal text, algorithm text, digest text,
                             state jsonb, most int)
RETURNS boolean LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
BEGIN
IF (SELECT count(*) FROM (SELECT 1 FROM upload u WHERE u.principal = $4 LIMIT most) AS open) >= most THEN
    RETURN false;
END IF;
-- Nothing was received yet: a session that a crash takes along is begun again. The first bytes flush it, too.
PERFORM set_config('synchronous_commit', 'off', true);
INSERT INTO upload (upload_id, repository, project_id, principal, algorithm, digest, state)
VALUES (id, $2, project, $4, $5, $6, $7);
RETURN true;
END $$
"""
UPLOAD_ADVANCE = """
CREATE FUNCTION upload_advance(id uuid, expected bigint, received bigint, digest text, state jsonb)
RETURNS boolean LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
BEGIN
UPDATE upload u SET received = $3, digest = $4, state = $5, update_time = now()
 WHERE u.upload_id = id AND u.received = expected;
RETURN FOUND;
END $$
"""

# The blob's row stays locked until the transaction ends, and is locked before its bytes become visible: a sweep that
# is deleting the same digest holds the row, so this waits for it and the bytes are stored after, not before, they
# were swept.
BLOB_HOLD = """
CREATE FUNCTION blob_hold(digest text, size bigint)
RETURNS bigint LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
DECLARE held bigint;
BEGIN
INSERT INTO blob AS b (digest, size) VALUES ($1, $2)
ON CONFLICT ON CONSTRAINT uq_blob_digest DO UPDATE SET touch_time = now(), state = 'live'
RETURNING b.blob_id INTO held;
RETURN held;
END $$
"""
BLOB_LINK = """
CREATE FUNCTION blob_link(repository text, blob bigint)
RETURNS boolean LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
DECLARE found_id bigint;
BEGIN
SELECT r.repository_id INTO found_id FROM repository r WHERE r.name = $1;
IF found_id IS NULL THEN
    RETURN false;
END IF;
INSERT INTO repository_blob (repository_id, blob_id) VALUES (found_id, $2) ON CONFLICT DO NOTHING;
RETURN true;
END $$
"""

# No row: the session is gone or has moved. ``linked`` is false when there is no such repository yet.
UPLOAD_FINISH = """
CREATE FUNCTION upload_finish(id uuid, expected bigint, digest text, size bigint, repository text)
RETURNS TABLE (held bigint, linked boolean)
LANGUAGE plpgsql ROWS 1 SET plan_cache_mode = force_generic_plan AS $$
BEGIN
DELETE FROM upload u WHERE u.upload_id = id AND u.received = expected;
IF NOT FOUND THEN
    RETURN;
END IF;
held := blob_hold($3, $4);
linked := blob_link($5, held);
RETURN NEXT;
END $$
"""

FUNCTIONS = {
    "lookup_access(int[], text[], bigint[], text[])": ACCESS,
    "lookup_tags(int[], text[], text[])": TAGS,
    "lookup_digests(int[], text[], text[])": DIGESTS,
    "lookup_blobs(int[], text[], text[])": BLOBS,
    "upload_begin(uuid, text, bigint, text, text, text, jsonb, int)": UPLOAD_BEGIN,
    "upload_advance(uuid, bigint, bigint, text, jsonb)": UPLOAD_ADVANCE,
    "blob_hold(text, bigint)": BLOB_HOLD,
    "blob_link(text, bigint)": BLOB_LINK,
    "upload_finish(uuid, bigint, text, bigint, text)": UPLOAD_FINISH,
    "lookup_uploads(int[], uuid[], text[])": UPLOADS,
}


def upgrade() -> None:
    """Create them."""
    for statement in FUNCTIONS.values():
        op.execute(statement)


def downgrade() -> None:
    """Drop them."""
    for signature in reversed(FUNCTIONS):
        op.execute(f"DROP FUNCTION {signature}")
