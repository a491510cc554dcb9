"""What looks at an application from outside and says what it found: the access matrix."""
