"""What tools do through psqlodbc (argument: the connection string) and through SQLAlchemy (a URL)."""

import sys


def odbc(connection_string):
    import pyodbc

    connection = pyodbc.connect(connection_string, autocommit=False)
    cursor = connection.cursor()
    print("tables", ",".join(sorted(row.table_name for row in cursor.tables(schema="public"))))
    print("columns", ",".join(row.column_name for row in cursor.columns(table="tasks", schema="public")))
    cursor.primaryKeys(table="deals").fetchall()
    cursor.statistics("deals").fetchall()
    rows = cursor.execute("select manager, measure(deals_count) from deals where manager <> ? group by 1 order by 1", "Anna").fetchall()
    print("rows", [(manager, int(count)) for manager, count in rows])
    print("many", len(cursor.execute("select d.deal_id, n from deals d, generate_series(1, 300) n").fetchall()))
    try:
        cursor.execute("select * from marts.fct_deals")
    except pyodbc.Error as error:
        print("refused", error.args[0])
    connection.rollback()
    print("after", cursor.execute("select count(distinct manager) from deals").fetchone()[0])
    connection.commit()


def alchemy(url):
    from sqlalchemy import MetaData, create_engine, func, inspect, select

    engine = create_engine(url)
    inspector = inspect(engine)
    print("schemas", ",".join(sorted(inspector.get_schema_names())))
    print("tables", ",".join(sorted(inspector.get_table_names())))
    print("views", ",".join(inspector.get_view_names()))
    print("columns", ",".join(column["name"] for column in inspector.get_columns("tasks")))
    print("keys", inspector.get_pk_constraint("deals")["constrained_columns"], inspector.get_foreign_keys("deals"), inspector.get_indexes("deals"))
    print("comment", "as they stand now" in inspector.get_table_comment("deals")["text"])
    metadata = MetaData()
    metadata.reflect(bind=engine)
    deals = metadata.tables["deals"]
    query = select(deals.c.manager, func.sum(deals.c.open_amount)).group_by(deals.c.manager).order_by(deals.c.manager)
    with engine.connect() as connection:
        print("rows", [(manager, None if amount is None else float(amount)) for manager, amount in connection.execute(query)])


odbc(sys.argv[1]) if "Driver=" in sys.argv[1] else alchemy(sys.argv[1])
