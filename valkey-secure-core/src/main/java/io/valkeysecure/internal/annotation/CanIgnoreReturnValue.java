package io.valkeysecure.internal.annotation;

import java.lang.annotation.ElementType;
import java.lang.annotation.Target;

/** The result of this method may be dropped: it is the object that was called, or only informs. */
@Target(ElementType.METHOD)
public @interface CanIgnoreReturnValue {}
