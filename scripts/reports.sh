# shellcheck shell=bash
# Figures read from Surefire's XML reports, and the verdict on them. Needs common.sh. Sourced, never run.

clear_reports() { rm -rf "$ROOT"/*/target/surefire-reports; }

# count_reports: "RUN FAILED SKIPPED" over all modules. An error counts as failed, a skipped test not as run.
count_reports() {
  find "$ROOT" -path '*/target/surefire-reports/TEST-*.xml' -exec \
    awk '
      function figure(name,  text) {
        if (!match($0, "[ \"]" name "=\"[0-9]+\"")) return 0
        text = substr($0, RSTART, RLENGTH); gsub(/[^0-9]/, "", text); return text + 0
      }
      # Only the root element of each file: what a test printed stands further down and may say anything.
      FNR == 1 { seen = 0 }
      !seen && /<testsuite / { seen = open = 1; line = "" }
      open { line = line " " $0 }
      open && />/ {
        $0 = line; open = 0
        tests += figure("tests"); failed += figure("failures") + figure("errors"); skipped += figure("skipped")
      }
      END { print tests - skipped + 0, failed + 0, skipped + 0 }' {} + |
    awk '{ run += $1; failed += $2; skipped += $3 } END { print run + 0, failed + 0, skipped + 0 }'
}

# name_failures: one line on standard error for each failed test of all modules, with the beginning of its message.
name_failures() {
  find "$ROOT" -path '*/target/surefire-reports/TEST-*.xml' -exec \
    awk '
      function attribute(name,  text) {
        if (!match($0, " " name "=\"[^\"]*")) return ""
        text = substr($0, RSTART + length(name) + 3, RLENGTH - length(name) - 3)
        gsub(/&#10;/, " ", text); gsub(/&quot;/, "\"", text); gsub(/&apos;/, "\047", text)
        gsub(/&lt;/, "<", text); gsub(/&gt;/, ">", text); gsub(/&amp;/, "\\&", text)
        return text
      }
      # The first element after a test is what became of it; what stands further down is text and may look like one.
      /^ *<testcase / { test = attribute("classname") "." attribute("name"); told = 0; next }
      test != "" && !told && /^ *<(failure|error)[ >]/ {
        message = attribute("message")
        printf "failed: %s: %s\n", test, message == "" ? attribute("type") : substr(message, 1, 300)
      }
      { told = 1 }' {} + >&2
}

# conclude NAME STATUS [MORE]: names the failed tests, then prints the line of figures; fails where Maven failed, a test failed or was skipped, or none ran.
conclude() {
  local name=$1 status=$2 more=${3:-} run failed skipped
  read -r run failed skipped < <(count_reports)
  [ "$status" = 0 ] || [ "$failed" -gt 0 ] || more="$more, the build failed"
  name_failures
  printf '%s: %d run, %d failed, %d skipped%s\n' "$name" "$run" "$failed" "$skipped" "$more"
  [ "$status" = 0 ] && [ "$run" -gt 0 ] && [ "$failed" = 0 ] && [ "$skipped" = 0 ]
}
