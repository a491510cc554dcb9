-- Add column people.born (timestamp with time zone, not null)
-- ACCESS EXCLUSIVE on people; catalogue
ALTER TABLE "people" ADD COLUMN "born" timestamp with time zone NOT NULL DEFAULT now();
