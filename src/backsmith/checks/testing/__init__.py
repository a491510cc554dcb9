"""`backsmith test`: an application tried out by what its own contract says, without anything written for it."""
