// Select2 draws its own field beside a <select> and leaves the label behind: give it the same name.
(function () {
  "use strict";
  function nameOf(select) {
    const label = select.labels && select.labels[0];
    return select.getAttribute("aria-label") || (label ? label.textContent.replace("*", "").trim() : select.name);
  }
  function label() {
    for (const drawn of document.querySelectorAll(".select2-selection[aria-labelledby]")) {
      const select = drawn.closest(".select2-container").previousElementSibling;
      if (!select) continue;
      const shown = drawn.querySelector(".select2-selection__rendered");
      drawn.removeAttribute("aria-labelledby");
      drawn.setAttribute("aria-label", nameOf(select));
      if (shown) { shown.removeAttribute("role"); shown.removeAttribute("aria-readonly"); }
    }
    for (const search of document.querySelectorAll(".select2-search__field:not([aria-label])")) {
      search.setAttribute("aria-label", document.documentElement.lang === "de" ? "Suchen" : "Search");
    }
  }
  new MutationObserver(label).observe(document.documentElement, { childList: true, subtree: true });
})();
