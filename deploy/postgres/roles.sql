-- The roles of the shop. Run in its database by who administers the server: a superuser, or the CREATEROLE that a
-- provider gives, if the database is theirs. Before the first migration, and again whenever this file has changed:
--     psql --file deploy/postgres/roles.sql "$ADDRESS_OF_THE_ADMINISTRATOR"
-- No process of the shop is the administrator. Only shop_owner migrates. Web processes read and write rows, and
-- cannot change or drop a table. Workers are members of the owner, because an import ANALYZEs what it has filled.

DO $$
DECLARE
    name text;
    handing_over text;
BEGIN
    FOREACH name IN ARRAY ARRAY['shop_owner', 'shop_web', 'shop_worker', 'shop_reader'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) THEN
            EXECUTE format('CREATE ROLE %I LOGIN', name);
        END IF;
    END LOOP;
    GRANT shop_owner TO shop_worker;
    EXECUTE format('GRANT shop_owner TO %I', current_user);
    EXECUTE format('ALTER DATABASE %I OWNER TO shop_owner', current_database());

    -- What somebody else has made here becomes the owner's, but for what belongs to extensions.
    FOR handing_over IN
        SELECT format('ALTER %s %s OWNER TO shop_owner', made.kind, made.named)
        FROM (
            SELECT 'TABLE' AS kind, oid::regclass::text AS named, tableoid, oid, relnamespace AS place, relowner AS owner
            FROM pg_class WHERE relkind IN ('r', 'p', 'v', 'm')
            UNION ALL
            SELECT 'ROUTINE', oid::regprocedure::text, tableoid, oid, pronamespace, proowner FROM pg_proc
            UNION ALL
            SELECT 'TEXT SEARCH DICTIONARY', oid::regdictionary::text, tableoid, oid, dictnamespace, dictowner FROM pg_ts_dict
            UNION ALL
            SELECT 'TEXT SEARCH CONFIGURATION', oid::regconfig::text, tableoid, oid, cfgnamespace, cfgowner FROM pg_ts_config
        ) AS made
        WHERE made.place = 'public'::regnamespace AND made.owner <> 'shop_owner'::regrole
            AND NOT EXISTS (
                SELECT FROM pg_depend AS needs
                WHERE needs.classid = made.tableoid AND needs.objid = made.oid AND needs.deptype = 'e'
            )
    LOOP
        EXECUTE handing_over;
    END LOOP;
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
ALTER DEFAULT PRIVILEGES FOR ROLE shop_owner IN SCHEMA public
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO shop_web;
ALTER DEFAULT PRIVILEGES FOR ROLE shop_owner IN SCHEMA public
    GRANT USAGE, SELECT, UPDATE ON SEQUENCES TO shop_web;
ALTER DEFAULT PRIVILEGES FOR ROLE shop_owner IN SCHEMA public GRANT SELECT ON TABLES TO shop_reader;
