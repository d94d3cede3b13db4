"""Likenesses of generators that many sites run but that are not on npm; famous.py draws them."""
