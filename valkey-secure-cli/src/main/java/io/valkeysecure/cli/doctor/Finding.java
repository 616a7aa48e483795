package io.valkeysecure.cli.doctor;

/**
 * Something that is wrong with a server, or on this side.
 *
 * @param check what was looked for
 * @param target the server, the port or the file
 * @param evidence what was seen
 * @param change the line to change
 */
public record Finding(Check check, String target, String evidence, String change) {}
