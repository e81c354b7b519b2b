"""The documents of a place as dated, cited data, and the loaders that check them."""
