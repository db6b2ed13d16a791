-- Two roles for Evenhand on PostgreSQL: evenhand_owner has the tables, and evenhand_bot, which the bot logs in as, has
-- nothing but the right to read and write rows. An administrator runs this once in the bot's database:
--
--   OWNER_PASSWORD=… BOT_PASSWORD=… psql --set=ON_ERROR_STOP=1 --file=deploy/roles.sql evenhand

\getenv owner_password OWNER_PASSWORD
\getenv bot_password BOT_PASSWORD

CREATE ROLE evenhand_owner LOGIN PASSWORD :'owner_password';
CREATE ROLE evenhand_bot LOGIN PASSWORD :'bot_password';
GRANT evenhand_owner TO CURRENT_USER;

ALTER DATABASE :"DBNAME" OWNER TO evenhand_owner;
REVOKE ALL ON DATABASE :"DBNAME" FROM PUBLIC;
GRANT CONNECT ON DATABASE :"DBNAME" TO evenhand_bot;

ALTER DEFAULT PRIVILEGES FOR ROLE evenhand_owner GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO evenhand_bot;
ALTER DEFAULT PRIVILEGES FOR ROLE evenhand_owner GRANT USAGE, SELECT ON SEQUENCES TO evenhand_bot;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO evenhand_bot;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO evenhand_bot;
