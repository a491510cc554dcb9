-- Change the values of type mood from 'sad', 'ok', 'happy' to 'ok', 'happy'
-- no lock; catalogue
DROP TYPE "mood";
CREATE TYPE "mood" AS ENUM ('ok', 'happy');
