-- Rename the value 'ok' of type mood to 'fine' [rename:mood.ok]
-- no lock; catalogue
ALTER TYPE "mood" RENAME VALUE 'ok' TO 'fine';

-- Change the default of moods.mood from 'ok'::mood to 'fine'::mood
-- ACCESS EXCLUSIVE on moods; catalogue
ALTER TABLE "moods" ALTER COLUMN "mood" SET DEFAULT 'fine'::mood;
