-- Add the value 'awful' to type mood
-- no lock; catalogue
ALTER TYPE "mood" ADD VALUE IF NOT EXISTS 'awful' BEFORE 'sad';

-- Add the value 'so' to type mood
-- no lock; catalogue
ALTER TYPE "mood" ADD VALUE IF NOT EXISTS 'so' AFTER 'sad';

-- Add the value 'so la la' to type mood
-- no lock; catalogue
ALTER TYPE "mood" ADD VALUE IF NOT EXISTS 'so la la' AFTER 'so';
