"""What is the same for every application."""
