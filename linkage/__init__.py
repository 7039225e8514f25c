"""Records in, who is who out: the ground of the product."""
