#!/bin/sh
# Creates or updates Temporal's two databases; doing it again changes nothing.
set -eu

tool() {
  temporal-sql-tool --plugin "$DB" --ep "$POSTGRES_SEEDS" -u "$POSTGRES_USER" --pw "$POSTGRES_PWD" -p "$DB_PORT" "$@"
}

migrate() {
  database=$1
  schema=$2
  tool --db "$database" create || true # it is there already
  tool --db "$database" setup-schema -v 0.0 || true # it has a schema already
  tool --db "$database" update-schema -d "/etc/temporal/schema/postgresql/v12/$schema/versioned"
}

migrate temporal temporal
migrate temporal_visibility visibility
