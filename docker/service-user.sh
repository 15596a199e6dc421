#!/bin/sh
# Run once by the postgres image: the user that serves, who owns no table.
set -eu
psql -v ON_ERROR_STOP=1 -v password="$BATON_SERVICE_PASSWORD" -U "$POSTGRES_USER" -d "$POSTGRES_DB" <<'EOF'
CREATE ROLE baton_service LOGIN PASSWORD :'password' NOSUPERUSER NOBYPASSRLS;
EOF
