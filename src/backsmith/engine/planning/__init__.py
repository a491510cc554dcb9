"""Plan: a request's names and the rights of who asks become frozen data, remembered by shape."""
