-- Fill (b) of t with a
-- ROW EXCLUSIVE on t; batches
UPDATE "t" SET "b" = "a" WHERE ("b" IS NULL) AND (…);  -- by "t".ctid tid

-- Let the planner know the values of t.b
-- SHARE UPDATE EXCLUSIVE on t; scan
ANALYZE "t" ("b");
