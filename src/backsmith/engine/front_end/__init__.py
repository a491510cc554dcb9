"""A built front end, served beside the API: `listing` says which files there are, `types` what they are, `kept` has
their bytes, `negotiation` chooses between compressed ones, `front_end` answers."""
