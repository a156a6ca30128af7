// The table of contents and the search of the site. Both work without a
// network and from file://, where a page cannot fetch search.json: `make site`
// writes it as a script, search-index.js, that sets window.searchIndex.
(function () {
  const root = document.currentScript.dataset.root || "";
  const MAX_FOUND = 15;
  // pkgdown leaves such words out of its index.
  const STOP_WORDS = ["a", "an", "and", "as", "for", "from", "in", "is", "of",
                      "on", "or", "the", "to", "with"];

  function element(tag, className, text) {
    const made = document.createElement(tag);
    made.className = className;
    if (text) made.textContent = text;
    return made;
  }

  function addContents() {
    const nav = document.querySelector("#toc");
    if (!nav) return;
    const list = element("ul", "nav flex-column toc-list");
    document.querySelectorAll("main h2, main h3").forEach((heading) => {
      const id = heading.id || (heading.closest("[id]") || {}).id;
      if (!id || heading.closest("#toc") || heading.closest("aside")) return;
      const text = heading.textContent.trim();
      if (text === "On this page") return;
      const link = element("a", "nav-link toc-" + heading.tagName.toLowerCase(),
                           text);
      link.href = "#" + id;
      const item = element("li", "nav-item");
      item.appendChild(link);
      list.appendChild(item);
    });
    if (list.children.length > 0) nav.appendChild(list);
  }

  // Words in titles count most, then in headings, then in the text. A page
  // that lacks one of the words is not found.
  function score(entry, words) {
    const title = (entry.title || "").toLowerCase();
    const heading = ((entry.what || "") + " " + (entry.previous_headings || ""))
      .toLowerCase();
    const text = ((entry.text || "") + " " + (entry.code || "")).toLowerCase();
    let sum = 0;
    for (const word of words) {
      const points = (title.includes(word) ? 8 : 0) +
        (heading.includes(word) ? 4 : 0) + (text.includes(word) ? 1 : 0);
      if (points === 0) return 0;
      sum += points;
    }
    return sum;
  }

  function find(query) {
    const words = query.toLowerCase().split(/\s+/)
      .filter((w) => w !== "" && !STOP_WORDS.includes(w));
    if (words.join("").length < 2) return [];
    const found = (window.searchIndex || [])
      .map((entry) => ({ entry: entry, score: score(entry, words) }))
      .filter((hit) => hit.score > 0);
    found.sort((a, b) => b.score - a.score);
    return found.slice(0, MAX_FOUND).map((hit) => hit.entry);
  }

  function describe(entry) {
    const item = element("a", "list-group-item list-group-item-action");
    item.href = root + entry.path + (entry.id ? "#" + entry.id : "");
    item.appendChild(element("div", "search-title", entry.title));
    if (entry.what && entry.what !== entry.title) {
      item.appendChild(element("div", "search-where", entry.what));
    }
    return item;
  }

  function addSearch() {
    const input = document.querySelector("#search-input");
    if (!input) return;
    const box = element("div", "list-group search-results");
    box.hidden = true;
    input.form.appendChild(box);
    input.form.addEventListener("submit", (event) => {
      event.preventDefault();
      const first = box.querySelector("a");
      if (first) window.location.href = first.href;
    });
    input.addEventListener("input", () => {
      const found = find(input.value);
      box.replaceChildren(...found.map(describe));
      if (found.length === 0 && input.value.trim().length > 1) {
        box.appendChild(element("div", "list-group-item", "Nothing found"));
      }
      box.hidden = box.children.length === 0;
    });
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape") box.hidden = true;
    });
    document.addEventListener("click", (event) => {
      if (!input.form.contains(event.target)) box.hidden = true;
    });
    // A link such as index.html?search=attention opens with what it found.
    const asked = new URLSearchParams(window.location.search).get("search");
    if (asked) {
      input.value = asked;
      input.dispatchEvent(new Event("input"));
    }
  }

  addContents();
  addSearch();
})();
