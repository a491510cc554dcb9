"""Writing: rows and rights in, statements within one transaction, what was written out."""
