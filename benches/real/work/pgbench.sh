#!/bin/sh
# Starts a PostgreSQL server of its own, fills its tables, runs pgbench with eight clients, and stops the server.
# usage: pgbench.sh BIN_DIRECTORY DATA_DIRECTORY SOCKET_DIRECTORY
set -e
bin=$1 data=$2 sockets=$3
export PGHOST="$sockets" PGUSER=bench PGDATABASE=postgres
"$bin/postgres" -D "$data" -k "$sockets" -c listen_addresses= -c shared_buffers=128MB -c fsync=off >"$sockets/log" 2>&1 &
server=$!
until "$bin/pg_isready" -q; do sleep 0.05; done
"$bin/pgbench" -q -i -s 8
"$bin/pgbench" -c 8 -j 2 -T 2
kill -INT "$server"
wait "$server"
