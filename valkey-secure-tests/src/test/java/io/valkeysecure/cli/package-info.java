/** The command line, as tests of other modules call it. */
package io.valkeysecure.cli;
