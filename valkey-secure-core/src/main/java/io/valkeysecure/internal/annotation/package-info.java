/**
 * What Error Prone reads. It goes by the simple names of these annotations, so that its own, and the library that has
 * them, do not reach those who compile against this one. Exported to the adapters of this project only.
 */
@NullMarked
package io.valkeysecure.internal.annotation;

import org.jspecify.annotations.NullMarked;
