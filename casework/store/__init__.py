"""The two stores: the case store (ciphertexts, heads, log, directory) and the key store (sealed keys); no rule of a charter lives here."""
