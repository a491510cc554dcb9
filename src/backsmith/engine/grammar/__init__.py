"""The reading of requests: PostgREST's query grammar and headers as frozen data.

`shape_of` splits a raw query string into shape and values, `parse` reads a shape into a Query. Nothing here knows a
model or a database.
"""
