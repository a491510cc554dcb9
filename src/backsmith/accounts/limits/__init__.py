"""How often somebody may do something: attempts to sign in (`policies`, `statements`), requests (`rates`)."""
