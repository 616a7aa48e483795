package io.valkeysecure.differential;

/** What explains a difference; each constant has its sentence in the reviewed file. */
enum DifferenceClass {
    PLACEHOLDER;
}
