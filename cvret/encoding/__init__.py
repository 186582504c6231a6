"""Local descriptors to words: vocabularies, signatures, bag of words."""
