/**
 * Reads material: snapshots of files and sources, PEM, key stores, and the bounds that keep a file from costing too
 * much. Not exported.
 */
@NullMarked
package io.valkeysecure.internal.material;

import org.jspecify.annotations.NullMarked;
