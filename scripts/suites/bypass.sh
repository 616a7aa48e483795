# shellcheck shell=bash
# what: how many raw uses of Lettuce, Jedis and Spring Data Redis each tool of docs/migration.md finds, misses and moves
# time: 2 min

# Each tool's tests write target/bypass/TOOL.txt, "N raw found" or a line "raw found: N", and so on. The figures are read from there only.
suite() {
  local status=0 tool file figure text sum rewritten=0 line="" files=() wanted=('raw found' missed 'guarded flagged')
  clear_reports
  rm -rf "$ROOT"/*/target/bypass
  run_maven test -pl valkey-secure-archunit,valkey-secure-rewrite -am -DexcludedGroups= -Dtest='io/valkeysecure/archunit/**,io/valkeysecure/rewrite/**' \
    -Dsurefire.failIfNoSpecifiedTests=false || status=$?
  [ "$status" = 0 ] || name_failures
  for tool in archunit/forbidden-apis archunit/archunit rewrite/rewrite; do
    file=$ROOT/valkey-secure-${tool%/*}/target/bypass/${tool#*/}.txt
    if [ -s "$file" ]; then
      text=$(paste -sd, "$file" | sed 's/,/, /g; s/,  */, /g')
      printf '%s: %s\n' "${tool#*/}" "${text#"${tool#*/}: "}"
      files+=("$file")
    else
      printf '%s: no figures, expected them in %s\n' "${tool#*/}" "${file#"$ROOT"/}"
      status=1
    fi
  done
  for figure in "${wanted[@]}" recipes 'files rewritten' compile; do
    sum=0
    for file in "${files[@]}"; do
      text=$(grep -Eo "[0-9]+ $figure|^$figure: [0-9]+" "$file" | tail -n 1 | tr -dc 0-9 | grep .) || {
        # The two tools that read byte code rewrite nothing.
        [[ $file != */rewrite.txt && " ${wanted[*]} " != *" $figure "* ]] || {
          printf 'expected "N %s" in %s, saw %s\n' "$figure" "${file#"$ROOT"/}" "$(cat "$file")"
          status=1
        }
        continue
      }
      sum=$((sum + text))
    done
    line+="${line:+, }$sum $figure"
    [ "$figure" != 'files rewritten' ] || rewritten=$sum
    [ "$figure" != compile ] || [ "$sum" -ge "$rewritten" ] || status=1
    [[ $figure != missed && $figure != 'guarded flagged' ]] || [ "$sum" = 0 ] || status=1
  done
  printf 'bypass: %s\n' "$line"
  [ "$status" = 0 ]
}
