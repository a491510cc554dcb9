-- Add column people.town (text, not null)
-- ACCESS EXCLUSIVE on people; catalogue
ALTER TABLE "people" ADD COLUMN "town" text NOT NULL DEFAULT 'x'::text;

-- Add column people.n (integer)
-- ACCESS EXCLUSIVE on people; catalogue
ALTER TABLE "people" ADD COLUMN "n" integer DEFAULT '-1'::integer;
