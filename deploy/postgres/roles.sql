-- The roles of the shop. Run in its database, by the database's owner (who needs CREATEROLE); may be repeated:
--     psql --file deploy/postgres/roles.sql "$DATABASE_URL_OF_THE_OWNER"
-- Only the owner migrates. Web processes read and write rows, and cannot change or drop a table. Workers are
-- members of the owner, because an import ANALYZEs what it has filled.

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['shop_web', 'shop_worker', 'shop_reader'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) THEN
            EXECUTE format('CREATE ROLE %I LOGIN', name);
        END IF;
    END LOOP;
    EXECUTE format('GRANT %I TO shop_worker', current_user);
END
$$;

-- How long a statement may take, a lock may be waited for, and a transaction may do nothing.
ALTER ROLE shop_web SET statement_timeout = '5s';
ALTER ROLE shop_worker SET statement_timeout = '60s';
ALTER ROLE shop_reader SET statement_timeout = '5s';
ALTER ROLE shop_web SET lock_timeout = '2s';
ALTER ROLE shop_worker SET lock_timeout = '2s';
ALTER ROLE shop_web SET idle_in_transaction_session_timeout = '10s';
ALTER ROLE shop_worker SET idle_in_transaction_session_timeout = '10s';
ALTER ROLE shop_reader SET idle_in_transaction_session_timeout = '10s';
ALTER ROLE shop_reader SET default_transaction_read_only = on;

GRANT USAGE ON SCHEMA public TO shop_web, shop_reader;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO shop_web;
GRANT USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA public TO shop_web;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO shop_reader;
-- And what later migrations make.
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO shop_web;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT, UPDATE ON SEQUENCES TO shop_web;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO shop_reader;
