"""Statements that are asked often.

Revision ID: 0021
Revises: 0020
"""

from __future__ import annotations

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


# Whose session it is and what the account may do in a project, in one answer: see 0002 and 0011.
SESSIONS = """
CREATE FUNCTION lookup_sessions(ordinals int[], hashes text[], projects text[])
RETURNS TABLE (ordinal int, user_id bigint, username text, age float8, project_id bigint, public boolean,
               creation_time timestamptz, version int, enabled boolean, sysadmin boolean, roles text[], grants text[])
LANGUAGE plpgsql STABLE ROWS 10 SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
BEGIN
RETURN QUERY
SELECT q.ordinal, u.user_id, u.username, u.age, a.project_id, a.public, a.creation_time, a.version, a.enabled,
       a.sysadmin, a.roles, a.grants
  FROM unnest(ordinals, hashes, projects) AS q(ordinal, hash, project)
  JOIN LATERAL (
      SELECT x.user_id, x.username, extract(epoch FROM now() - s.renewed)::float8 AS age
        FROM user_session s JOIN user_account x ON x.user_id = s.user_id
       WHERE s.session_hash = decode(q.hash, 'hex') AND s.expires_at > now()
         AND x.version = s.version AND NOT x.disabled AND NOT x.deleted LIMIT 1
  ) AS u ON true
 CROSS JOIN LATERAL lookup_access(ARRAY[q.ordinal], ARRAY['user'], ARRAY[u.user_id], ARRAY[q.project]) AS a;
END $$
"""


def upgrade() -> None:
    """Add the function."""
    op.execute(SESSIONS)
