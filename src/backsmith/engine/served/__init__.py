"""The shapes of requests that were served: counted, kept in the database, and made into statements again."""
