"""Reads PostgreSQL's own catalogue and says, table by table, what is wrong with the protection of a service's schema.

A table is right when it is the tenants' and has exactly one policy, ours, forced on its owner too; or when it is a catalogued exception
with exactly the columns that were reviewed. Nothing is taken from the models: a table that only a migration knows is found too.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, text

from tests.chassis.exceptions import exceptions_of

OWN_ROWS = "((tenant_id)::text = NULLIF(current_setting('app.tenant'::text, true), ''::text))"
TABLES = """
    SELECT c.relname, c.relrowsecurity, c.relforcerowsecurity, pg_get_userbyid(c.relowner)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = :service AND c.relkind IN ('r', 'p', 'v', 'm', 'f')"""
POLICIES = "SELECT tablename, permissive, roles::text, cmd, qual, with_check FROM pg_policies WHERE schemaname = :service"
COLUMNS = "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = :service"
ROLE = "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication FROM pg_roles WHERE rolname = :role"
MEMBERSHIPS = "SELECT count(*) FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.member WHERE r.rolname = :role"
SCHEMAS = """
    SELECT nspname, has_schema_privilege(:role, oid, 'CREATE') FROM pg_namespace
    WHERE has_schema_privilege(:role, oid, 'USAGE') AND nspname NOT LIKE 'pg_%' AND nspname NOT IN ('information_schema', 'public')"""


def faults(connection: Connection, service: str, role: str) -> list[str]:
    """One sentence a fault, in order; empty when the schema is as it has to be."""
    return sorted([*faults_of_tables(connection, service, role), *faults_of_role(connection, service, role)])


def faults_of_tables(connection: Connection, service: str, role: str) -> Iterator[str]:
    policies: dict[str, list[tuple]] = {}
    for table, *policy in connection.execute(text(POLICIES), {"service": service}):
        policies.setdefault(table, []).append(tuple(policy))
    columns: dict[str, set[str]] = {}
    for table, column in connection.execute(text(COLUMNS), {"service": service}):
        columns.setdefault(table, set()).add(column)
    exceptions = exceptions_of(service)
    for table, is_on, is_forced, owner in connection.execute(text(TABLES), {"service": service}):
        if owner == role:
            yield f"{table} is owned by the service's own role"
        if table in exceptions:
            if columns[table] != exceptions[table].columns:
                yield f"{table} is an exception whose columns were not reviewed: {sorted(columns[table] ^ exceptions[table].columns)}"
        elif not (is_on and is_forced):
            yield f"{table} has no forced row-level security and is no catalogued exception"
        elif policies.get(table) != [("PERMISSIVE", "{public}", "ALL", OWN_ROWS, OWN_ROWS)]:
            yield f"{table} has other policies than ours: {policies.get(table)}"
    for table in set(exceptions) - set(columns):
        yield f"{table} is a catalogued exception and does not exist"


def faults_of_role(connection: Connection, service: str, role: str) -> Iterator[str]:
    if any(connection.execute(text(ROLE), {"role": role}).one()):
        yield f"{role} has a right that no service needs"
    if connection.scalar(text(MEMBERSHIPS), {"role": role}):
        yield f"{role} is a member of another role"
    for schema, may_create in connection.execute(text(SCHEMAS), {"role": role}):
        if schema != service or may_create:
            yield f"{role} may {'make tables' if may_create else 'look'} in {schema}"
