"""How a service reaches its database, PostgreSQL or a SQLite file, so that a transaction means the same in both."""

from __future__ import annotations

from typing import Any

from sqlalchemy import URL, Engine, create_engine, event, make_url

SET_TENANT = "SELECT set_config('app.tenant', %s, true)"


def driver_of(url: str) -> URL:
    """`postgresql://…` means psycopg2, which is green under eventlet; SQLAlchemy would take psycopg 3, which stops every other thread."""
    address = make_url(url)
    return address.set(drivername="postgresql+psycopg2") if address.drivername == "postgresql" else address


def open_engine(url: str, service: str) -> Engine:
    """PostgreSQL: the schema named like the service. SQLite: a file in WAL mode whose transactions begin as writers.

    What SQLite deletes is overwritten with zeros: an erased person is not to be read in the file.
    """
    address = driver_of(url)
    if address.get_backend_name() == "postgresql":
        return open_postgresql(address, service)
    engine = create_engine(address, connect_args={"check_same_thread": False, "timeout": 5}, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def configure(connection: Any, record: Any) -> None:
        connection.isolation_level = None
        connection.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA secure_delete=ON;")

    @event.listens_for(engine, "begin")
    def begin_as_writer(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def open_postgresql(address: URL, service: str) -> Engine:
    """The driver is left in autocommit and transactions are said by us, so that beginning one and naming its tenant is one round trip."""
    options = f"-csearch_path={service} -cstatement_timeout=60000 -cidle_in_transaction_session_timeout=60000"
    arguments = {"options": options, "connect_timeout": 5}
    pool = {"pool_size": 10, "max_overflow": 20}
    # Updates of many rows by one statement go in one round trip, like inserts.
    many = {"executemany_mode": "values_plus_batch"}
    engine = create_engine(address, connect_args=arguments, isolation_level="AUTOCOMMIT", hide_parameters=True, **pool, **many)

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        tenant_id = connection.get_execution_options().get("tenant_id")
        connection.exec_driver_sql(f"BEGIN; {SET_TENANT}" if tenant_id else "BEGIN", (tenant_id,) if tenant_id else ())

    @event.listens_for(engine, "commit")
    def commit(connection: Any) -> None:
        connection.exec_driver_sql("COMMIT")

    @event.listens_for(engine, "rollback")
    def rollback(connection: Any) -> None:
        connection.exec_driver_sql("ROLLBACK")

    return engine


def set_tenant(connection: Any, tenant_id: str) -> None:
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(SET_TENANT, (tenant_id,))
