package io.valkeysecure.internal.annotation;

import java.lang.annotation.ElementType;
import java.lang.annotation.Target;

/** Error Prone reports a call of a method of this package whose result is dropped. */
@Target(ElementType.PACKAGE)
public @interface CheckReturnValue {}
