package io.valkeysecure.testkit.certificate;

/** How those who renew certificates write the files. */
public enum WriteStrategy {
    /** Each file is truncated and written anew, so that half of it can be seen. */
    IN_PLACE,
    /** One file, a pause, then the next one, in the order given: of a pair one is old and one new for a while. */
    ONE_BY_ONE,
    /** As {@link #ONE_BY_ONE}, the last one first. */
    ONE_BY_ONE_REVERSED,
    /** Each file is written beside and renamed. */
    RENAME,
    /** All files are written into a new directory, to which a symlink above them is swapped, as Kubernetes does. */
    SYMLINK_SWAP
}
