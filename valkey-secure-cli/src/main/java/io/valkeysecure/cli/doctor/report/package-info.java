/**
 * What the doctor found, and the forms that it is written in: JSON, SARIF, HTML.
 */
@NullMarked
package io.valkeysecure.cli.doctor.report;

import org.jspecify.annotations.NullMarked;
