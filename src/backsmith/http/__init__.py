"""The nouns of HTTP, shared by every part that answers requests: `request.Request`, `reply.Reply`, `beside.Beside`."""
