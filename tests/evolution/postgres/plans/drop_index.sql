-- Drop the index on (age) of people
-- SHARE UPDATE EXCLUSIVE on people; catalogue
DROP INDEX CONCURRENTLY IF EXISTS "people_age_idx";  -- alone
