"""The types and ports of banyi: plain frozen values, standard library only, no I/O."""
