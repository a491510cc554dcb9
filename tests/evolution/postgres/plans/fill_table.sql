-- Fill names from the rows of customers with all e-mails
-- ROW EXCLUSIVE on names; batches
INSERT INTO "names" ("name") SELECT "email" FROM "customers" WHERE ("email" IS NOT NULL) AND (…) ON CONFLICT DO NOTHING;  -- by "customers".id integer

-- Let the planner know the values of names.name
-- SHARE UPDATE EXCLUSIVE on names; scan
ANALYZE "names" ("name");
