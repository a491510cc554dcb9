-- Add an index on (age, name) of people
-- SHARE UPDATE EXCLUSIVE on people; build
CREATE INDEX CONCURRENTLY "people_age_name_idx" ON "people" ("age", "name");  -- alone

-- Drop the index on (age) of people
-- SHARE UPDATE EXCLUSIVE on people; catalogue
DROP INDEX CONCURRENTLY IF EXISTS "people_age_idx";  -- alone
