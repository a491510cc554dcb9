-- Change the type of t.a from timestamp without time zone to timestamp with time zone
-- ACCESS EXCLUSIVE on t; catalogue
SET LOCAL timezone = 'UTC';
ALTER TABLE "t" ALTER COLUMN "a" TYPE timestamp with time zone;

-- Let the planner know the values of t.a
-- SHARE UPDATE EXCLUSIVE on t; scan
ANALYZE "t" ("a");
