"""Numbers from results: arrays in, arrays out."""
