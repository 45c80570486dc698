"""Rights: groups, and grants on single repositories.

Revision ID: 0011
Revises: 0010
"""

from __future__ import annotations

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

SCHEMA = """
ALTER TABLE project_member ADD COLUMN repositories TEXT[];
ALTER TABLE project_member ADD CONSTRAINT ck_project_member_repositories CHECK (cardinality(repositories) > 0);

ALTER TABLE robot_permission ADD COLUMN repositories TEXT[];
ALTER TABLE robot_permission ADD CONSTRAINT ck_robot_permission_repositories CHECK (cardinality(repositories) > 0);
ALTER TABLE robot_permission ADD COLUMN position INTEGER DEFAULT 0 NOT NULL;
"""

# As in 0002, with roles that come through groups and with limits to repositories. A role is written as its number,
# "@" and the group where it comes through one, and the patterns with spaces before them where there are any; a
# robot's permission as kind, namespace, resource and action with slashes between, and its patterns likewise. In one
# column of text, so that each key is looked up once; CASE spares robots what is about users, and the other way round.
ACCESS = """
CREATE FUNCTION lookup_access(ordinals int[], kinds text[], ids bigint[], projects text[])
RETURNS TABLE (ordinal int, project_id bigint, public boolean, creation_time timestamptz, version int,
               enabled boolean, sysadmin boolean, roles text[], grants text[])
LANGUAGE plpgsql STABLE ROWS 10 SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
BEGIN
RETURN QUERY
SELECT q.ordinal, p.project_id, p.public, p.creation_time, coalesce(u.version, r.version),
       coalesce(u.enabled, r.enabled), u.sysadmin,
       CASE WHEN u.user_id IS NOT NULL THEN
           (SELECT array_agg(m.role || coalesce(' ' || array_to_string(m.repositories, ' '), ''))
              FROM project_member m
             WHERE m.project_id = p.project_id AND m.entity_type = 'u' AND m.entity_id = u.user_id)
           || (SELECT array_agg(m.role || '@' || g.group_id
                                || coalesce(' ' || array_to_string(m.repositories, ' '), ''))
                 FROM user_group_member g
                CROSS JOIN LATERAL (
                      SELECT x.role, x.repositories FROM project_member x
                       WHERE x.project_id = p.project_id AND x.entity_type = 'g' AND x.entity_id = g.group_id LIMIT 1
                ) AS m
                WHERE g.user_id = u.user_id)
       END,
       CASE WHEN r.robot_id IS NOT NULL THEN
           (SELECT array_agg(g.kind || '/' || g.namespace || '/' || g.resource || '/' || g.action
                             || coalesce(' ' || array_to_string(g.repositories, ' '), ''))
              FROM robot_permission g
             WHERE g.robot_id = r.robot_id AND (g.kind = 'system' OR g.namespace IN ('*', p.name)))
       END
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


def upgrade() -> None:
    """Change the schema, and the function whose columns change."""
    op.get_bind().exec_driver_sql(SCHEMA)
    op.execute("DROP FUNCTION lookup_access(int[], text[], bigint[], text[])")
    op.execute(ACCESS)
