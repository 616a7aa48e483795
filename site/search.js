// Search without a server: MkDocs' own fetches its index, which a browser refuses for a page that is a file. The index is
// in index.js as a variable; lunr is the library that MkDocs brings.
(function () {
  'use strict';
  const input = document.getElementById('mkdocs-search-query');
  const results = document.getElementById('mkdocs-search-results');
  if (!input || !results) return; // the search box of the other pages leads to search.html
  const sections = new Map(searchIndex.docs.map((section) => [section.location, section]));
  const index = lunr(function () {
    this.ref('location');
    this.field('title', { boost: 10 });
    this.field('text');
    searchIndex.docs.forEach((section) => this.add(section));
  });

  function show(query) {
    results.replaceChildren();
    if (query.length < 3) return;
    const words = query.toLowerCase().match(/[\p{L}\p{N}_]+/gu) || [];
    const found = index.query((q) => words.forEach((word) => {
      q.term(word, { boost: 10 });
      q.term(word, { wildcard: lunr.Query.wildcard.TRAILING });
    }));
    found.slice(0, 30).forEach((hit) => {
      const section = sections.get(hit.ref);
      const link = document.createElement('a');
      link.href = base_url.replace(/\/?$/, '/') + section.location;
      link.textContent = section.title;
      const heading = document.createElement('h3');
      heading.append(link);
      const text = document.createElement('p');
      text.textContent = section.text.slice(0, 200);
      results.append(heading, text);
    });
    if (found.length === 0) results.textContent = 'No results';
  }

  input.value = new URLSearchParams(location.search).get('q') || '';
  input.addEventListener('input', () => show(input.value));
  show(input.value);
})();
