/**
 * Trust and client identity of a SPIFFE Workload API, such as that of a SPIRE agent. Start with
 * {@link io.valkeysecure.spiffe.WorkloadApi}.
 */
@NullMarked
package io.valkeysecure.spiffe;

import org.jspecify.annotations.NullMarked;
