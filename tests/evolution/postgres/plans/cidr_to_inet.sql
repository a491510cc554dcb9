-- Change the type of t.a from cidr to inet
-- ACCESS EXCLUSIVE on t; catalogue
ALTER TABLE "t" ALTER COLUMN "a" TYPE inet;

-- Let the planner know the values of t.a
-- SHARE UPDATE EXCLUSIVE on t; scan
ANALYZE "t" ("a");
