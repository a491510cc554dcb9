-- Add an index on (name, -age) of people
-- SHARE UPDATE EXCLUSIVE on people; build
CREATE INDEX CONCURRENTLY "people_name_idx" ON "people" ("name", "age" DESC);  -- alone
