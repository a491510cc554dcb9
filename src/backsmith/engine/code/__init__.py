"""The application's own Python on the server: `Data` and the functions that `@query` serves."""
