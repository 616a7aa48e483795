package io.valkeysecure.cli.resp;

import java.io.IOException;

/** A server's answer is larger, or nested deeper, than the limits allow. */
public final class AnswerLimitException extends IOException {
    private static final long serialVersionUID = 1L;

    AnswerLimitException(String message) {
        super(message);
    }
}
