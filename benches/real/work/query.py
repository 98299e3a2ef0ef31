"""A query of DuckDB on twenty million rows, by two threads."""

import duckdb

connection = duckdb.connect()
connection.execute("set threads = 2")
connection.execute("create table numbers as select range as id, hash(range) % 1000003 as value from range(20000000)")
rows = connection.execute(
    "select value, count(*), sum(id) from numbers group by value order by sum(id) desc limit 10"
).fetchall()
print(rows[0])
