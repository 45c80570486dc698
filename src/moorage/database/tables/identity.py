"""Who may ask: users, groups, robots, the keys that sign tokens, and failed attempts."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from moorage.database.tables.metadata import ByteOrdered, identity, metadata, timestamp

#: ``version`` counts changes that must end what was verified before: password, disabling, rights of the account.
user_account = Table(
    "user_account",
    metadata,
    identity("user_id"),
    Column("username", ByteOrdered, nullable=False),
    Column("email", Text),
    Column("realname", Text, nullable=False, server_default=""),
    Column("comment", Text, nullable=False, server_default=""),
    Column("password_hash", Text),
    Column("sysadmin", Boolean, nullable=False, server_default=text("false")),
    Column("disabled", Boolean, nullable=False, server_default=text("false")),
    Column("deleted", Boolean, nullable=False, server_default=text("false")),
    Column("version", Integer, nullable=False, server_default=text("1")),
    timestamp("creation_time"),
    timestamp("update_time"),
    Index("uq_user_account_username", "username", unique=True, postgresql_where=text("NOT deleted")),
    Index(
        "uq_user_account_email",
        text("lower(email)"),
        unique=True,
        postgresql_where=text("NOT deleted AND email IS NOT NULL"),
    ),
)

#: ``project_id`` null: a system robot. ``name`` is the short one, without prefix and project (H row 27).
robot = Table(
    "robot",
    metadata,
    identity("robot_id"),
    Column("name", ByteOrdered, nullable=False),
    Column("project_id", BigInteger, ForeignKey("project.project_id", ondelete="CASCADE")),
    Column("description", Text, nullable=False, server_default=""),
    Column("secret_hash", Text, nullable=False),
    Column("disabled", Boolean, nullable=False, server_default=text("false")),
    Column("visible", Boolean, nullable=False, server_default=text("true")),
    #: Days; -1 never expires.
    Column("duration", Integer, nullable=False),
    #: Null never expires.
    timestamp("expires_at", nullable=True),
    Column("creator_type", Text, nullable=False, server_default="local"),
    Column("creator_ref", BigInteger, nullable=False, server_default=text("0")),
    Column("version", Integer, nullable=False, server_default=text("1")),
    timestamp("creation_time"),
    timestamp("update_time"),
    Index("uq_robot_project_name", "project_id", "name", unique=True, postgresql_nulls_not_distinct=True),
)

#: ``kind`` system with namespace "/", or project with a project's name or "*". ``effect`` as it was given: "allow" or
#: nothing, which is the same. ``repositories``: patterns it is limited to; null: none. ``position`` keeps the order it
#: was given in.
robot_permission = Table(
    "robot_permission",
    metadata,
    Column("robot_id", BigInteger, ForeignKey("robot.robot_id", ondelete="CASCADE"), primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("namespace", ByteOrdered, primary_key=True),
    Column("resource", Text, primary_key=True),
    Column("action", Text, primary_key=True),
    Column("effect", Text, nullable=False, server_default="allow"),
    Column("repositories", ARRAY(Text)),
    Column("position", Integer, nullable=False, server_default=text("0")),
    CheckConstraint("kind IN ('system', 'project')", name="kind"),
    CheckConstraint("cardinality(repositories) > 0", name="repositories"),
)

#: Keys that sign registry tokens; the newest that is not retired signs, all others only verify.
signing_key = Table(
    "signing_key",
    metadata,
    Column("kid", Text, primary_key=True),
    Column("algorithm", Text, nullable=False),
    #: AES-GCM under the instance's secret key.
    Column("private_key", LargeBinary, nullable=False),
    Column("public_key", Text, nullable=False),
    timestamp("creation_time"),
    #: From here on it only verifies; it may go once no token it signed can be valid.
    timestamp("retire_time", nullable=True),
)

#: OAuth2 refresh tokens; only a hash is kept.
refresh_token = Table(
    "refresh_token",
    metadata,
    Column("token_hash", LargeBinary, primary_key=True),
    Column("principal_kind", Text, nullable=False),
    Column("principal_id", BigInteger, nullable=False),
    Column("principal_version", Integer, nullable=False),
    Column("service", Text, nullable=False),
    Column("client_id", Text, nullable=False, server_default=""),
    timestamp("creation_time"),
    timestamp("expires_at", index=True),
)

#: Failed logins per account and address, for throttling on every replica.
login_failure = Table(
    "login_failure",
    metadata,
    Column("account", ByteOrdered, primary_key=True),
    Column("address", Text, primary_key=True),
    Column("failures", Integer, nullable=False),
    timestamp("last_failure", index=True),
)

#: ``group_type``: 1 LDAP, 2 HTTP (kept here), 3 OIDC (H row 23).
user_group = Table(
    "user_group",
    metadata,
    identity("group_id"),
    Column("name", ByteOrdered, nullable=False),
    Column("group_type", Integer, nullable=False),
    Column("ldap_dn", Text),
    timestamp("creation_time"),
    timestamp("update_time"),
    Index("uq_user_group_name", "group_type", "name", unique=True),
)

user_group_member = Table(
    "user_group_member",
    metadata,
    Column("group_id", BigInteger, ForeignKey("user_group.group_id", ondelete="CASCADE"), primary_key=True),
    Column("user_id", BigInteger, ForeignKey("user_account.user_id", ondelete="CASCADE"), primary_key=True, index=True),
)
