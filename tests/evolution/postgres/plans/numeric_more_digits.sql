-- Change the type of t.a from numeric(5,2) to numeric(9,2)
-- ACCESS EXCLUSIVE on t; catalogue
ALTER TABLE "t" ALTER COLUMN "a" TYPE numeric(9,2);

-- Let the planner know the values of t.a
-- SHARE UPDATE EXCLUSIVE on t; scan
ANALYZE "t" ("a");
