# shellcheck shell=bash
# what: how many raw uses of Lettuce, Jedis, Redisson and Spring Data Redis each tool of docs/migration.md finds, misses and moves
# time: 2 min

# Each tool's tests write one line, "TOOL: N raw found, N missed, ...", into target/bypass/TOOL.txt. The figures are read from there only.
suite() {
  local status=0 tool file figure count sum rewritten=0 line="" files=()
  clear_reports
  rm -rf "$ROOT"/*/target/bypass
  run_maven test -pl valkey-secure-archunit,valkey-secure-rewrite -am -DexcludedGroups= -Dtest='io/valkeysecure/archunit/**,io/valkeysecure/rewrite/**' \
    -Dsurefire.failIfNoSpecifiedTests=false || status=$?
  [ "$status" = 0 ] || name_failures
  for tool in archunit/forbidden-apis archunit/archunit rewrite/rewrite; do
    file=$ROOT/valkey-secure-${tool%/*}/target/bypass/${tool#*/}.txt
    if [ -s "$file" ]; then
      cat "$file"
      files+=("$file")
    else
      printf '%s: no figures, expected them in %s\n' "${tool#*/}" "${file#"$ROOT"/}"
      status=1
    fi
  done
  for figure in 'raw found' missed 'guarded flagged' recipes 'files rewritten' compile; do
    sum=0
    for file in "${files[@]}"; do
      count=$(sed -nE "s/.*[ :]([0-9]+) $figure\b.*/\1/p" "$file")
      # The two tools that read byte code rewrite nothing.
      if [ -z "$count" ] && { [[ $file == */rewrite.txt ]] || [[ $figure =~ ^(raw|missed|guarded) ]]; }; then
        printf 'expected "N %s" in %s, saw %s\n' "$figure" "${file#"$ROOT"/}" "$(cat "$file")"
        status=1
      fi
      sum=$((sum + ${count:-0}))
    done
    line+="${line:+, }$sum $figure"
    case $figure in
      missed | 'guarded flagged') [ "$sum" = 0 ] || status=1 ;;
      'files rewritten') rewritten=$sum ;;
      compile) [ "$sum" -ge "$rewritten" ] || status=1 ;;
    esac
  done
  printf 'bypass: %s\n' "$line"
  [ "$status" = 0 ]
}
