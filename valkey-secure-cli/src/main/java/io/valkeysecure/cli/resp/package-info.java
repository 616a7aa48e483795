/**
 * The protocol of Valkey, RESP, over a verified connection: the one client of the command line, and how answers are
 * shown. {@link io.valkeysecure.cli.resp.RespConnection} is where it begins; nothing here prints.
 */
@NullMarked
package io.valkeysecure.cli.resp;

import org.jspecify.annotations.NullMarked;
