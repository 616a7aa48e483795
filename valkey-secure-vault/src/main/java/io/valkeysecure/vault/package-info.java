/** A client identity of Vault's PKI engine. Start with {@link io.valkeysecure.vault.VaultPki}. */
@NullMarked
package io.valkeysecure.vault;

import org.jspecify.annotations.NullMarked;
