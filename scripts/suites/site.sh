# shellcheck shell=bash
# what: the documentation as a site with javadoc and search, its links followed, looked at in a browser without a network
# time: 2 min

# shellcheck source=scripts/outsiders.sh
. "$ROOT/scripts/outsiders.sh"

suite() {
  local work=$ROOT/target/site module failed=0 pages broken width
  rm -rf "$work"
  mkdir -p "$work/pages"
  ensure_programs <<'PROGRAMS'
mkdocs mkdocs
chromium chromium
PROGRAMS
  cp "$ROOT"/docs/*.{json,md} "$ROOT"/{CHANGELOG,CONTRIBUTING,SECURITY,VERSIONING}.md "$ROOT/site/site.css" "$work/pages"
  cp -r "$ROOT"/docs/{images,observability} "$work/pages"
  cp "$ROOT/README.md" "$work/pages/index.md"
  cp "$ROOT/LICENSE" "$work/pages/LICENSE.txt"
  # What is one directory higher in the repository is beside the pages here, or on the repository's page.
  sed -i -E 's#\]\(docs/#](#g; s#\]\(LICENSE\)#](LICENSE.txt)#g; s#\]\(\.\./README\.md#](index.md#g; s#\]\(\.\./([A-Z]+\.md)#](\1#g
    s#\]\(\.\./#](https://github.com/valkey-secure/valkey-secure/blob/main/#g' "$work"/pages/*.md
  cp "$ROOT/site/mkdocs.yml" "$work"
  javadocs "$work"
  (cd "$work" && mkdocs build --config-file mkdocs.yml) >"$work/mkdocs.log" 2>&1 ||
    die 1 "mkdocs found a mistake: $(grep -m 1 WARNING "$work/mkdocs.log")"
  # MkDocs of Debian names two scripts that its package does not hold.
  [ -e "$work/html/js/jquery-3.6.0.min.js" ] || mv "$work"/html/js/jquery-*.min.js "$work/html/js/jquery-3.6.0.min.js"
  [ -e "$work/html/js/theme_extra.js" ] || printf '$("table").addClass("docutils");\n' >"$work/html/js/theme_extra.js"
  rm "$work/html/404.html" # its links are for the root of a server
  {
    printf 'var searchIndex = '
    cat "$work/html/search/search_index.json"
    printf ';\n'
  } >"$work/html/search/index.js"
  cat "$work/html/search/lunr.js" "$work/html/search/index.js" "$ROOT/site/search.js" >"$work/html/search/main.js"
  pages=$(find "$work/html" -maxdepth 1 -name '*.html' | wc -l)
  broken=$(/usr/bin/python3 "$ROOT/site/links.py" "$work/html" "$ROOT/valkey-secure-core/src/main/java/io/valkeysecure/RefusalReason.java" \
    "$ROOT/valkey-secure-cli/src/main/java/io/valkeysecure/cli/doctor/report/Check.java") ||
    failed=1
  printf '%s\n' "$broken"
  for width in 390 1280; do
    looks_right "$work" "$width" || failed=1
  done
  printf 'site: %d pages, %d modules of javadoc, %s, searched and looked at in two widths: %s\n' "$pages" \
    "$(find "$work/html/javadoc" -mindepth 1 -maxdepth 1 -type d | wc -l)" "$(tail -n 1 <<<"$broken")" \
    "$([ "$failed" = 0 ] && echo good || echo failed)"
  [ "$failed" = 0 ]
}

# javadocs DIR: the javadoc of the modules that are a library, and a page that leads to each.
javadocs() {
  local module list=() modules=(core lettuce jedis valkey-java redisson spiffe vault archunit testkit testcontainers)
  mkdir -p "$1/javadoc"
  run_maven -q -DskipTests -Denforcer.skip -Dspotless.check.skip '-Prelease,!static-analysis' -Dgpg.skip -Dcyclonedx.skip \
    -Dmaven.source.skip \
    -pl "$(printf ',valkey-secure-%s' "${modules[@]}" | cut -c 2-)" -am package || die 1 "no javadoc"
  for module in "${modules[@]}"; do
    cp -r "$ROOT/valkey-secure-$module/target/reports/apidocs" "$1/javadoc/valkey-secure-$module"
    # The JDK's tool links to these headings and gives them no id.
    find "$1/javadoc/valkey-secure-$module" -name constant-values.html \
      -exec sed -i -E 's#<h2 title="([a-z.]+)">#<h2 title="\1" id="\1">#' {} +
    list+=("- [valkey-secure-$module](javadoc/valkey-secure-$module/index.html)")
  done
  { printf '# Javadoc\n\n' && printf '%s\n' "${list[@]}"; } >"$1/pages/javadoc.md"
  mv "$1/javadoc" "$1/pages/"
}

# looks_right DIR WIDTH: a page and a search, without a network, as a browser shows them; kept as pictures.
looks_right() {
  local dir=$1 width=$2 text
  browse "$dir" --screenshot="$dir/index-$width.png" --window-size="$width,1600" "file://$dir/html/index.html" 2>/dev/null || return
  browse "$dir" --screenshot="$dir/reasons-$width.png" --window-size="$width,1600" "file://$dir/html/reasons.html" 2>/dev/null || return
  text=$(browse "$dir" --dump-dom --window-size="$width,1600" "file://$dir/html/search.html?q=untrusted_issuer" 2>/dev/null)
  [[ $text = *'reasons.html#untrusted_issuer'* ]] || {
    printf 'the search does not find untrusted_issuer at width %s\n' "$width" >&2
    return 1
  }
}

browse() {
  local dir=$1
  shift
  timeout 120 chromium --headless --no-sandbox --disable-gpu --hide-scrollbars --user-data-dir="$SCRATCH/browser" \
    --proxy-server=127.0.0.1:9 --virtual-time-budget=5000 "$@"
}
