"""Special address protection: who is under it when, and every location of that time sealed."""
