"use strict";
// Adds to a page that is complete without it: filter, sorting, keys, printing.
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  document.documentElement.classList.add("scripted");

  // Filter: one field for findings and tables.
  const field = document.getElementById("filter");
  const count = document.getElementById("filter-count");
  const items = all("[data-filter] > tr, .finding").map(
      (node) => ({node, text: node.textContent.toLowerCase()}));
  const applyFilter = () => {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const item of items) {
      const match = words.every((word) => item.text.includes(word));
      item.node.hidden = !match;
      shown += match ? 1 : 0;
    }
    count.textContent = words.length === 0 ? "" : `${shown} of ${items.length}`;
  };
  field.addEventListener("input", applyFilter);

  // Sorting: the heading of a column is a button.
  const valueOf = (row, column) => row.cells[column].dataset.value ?? row.cells[column].textContent;
  const compare = (a, b) => a.localeCompare(b, "en", {numeric: true});
  const sortBy = (heading) => {
    const table = heading.closest("table");
    const column = heading.cellIndex;
    const descending = heading.getAttribute("aria-sort") === "ascending";
    all("th", table).forEach((other) => other.removeAttribute("aria-sort"));
    heading.setAttribute("aria-sort", descending ? "descending" : "ascending");
    const rows = [...table.tBodies[0].rows];
    rows.sort((a, b) => compare(valueOf(a, column), valueOf(b, column)) * (descending ? -1 : 1));
    table.tBodies[0].append(...rows);
  };
  for (const heading of all("table.data[data-sortable] thead th")) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...heading.childNodes);
    button.addEventListener("click", () => sortBy(heading));
    heading.append(button);
  }

  // Stacks: open all, close all; a printed page shows them.
  const stacks = all("details");
  const setOpen = (open) => stacks.forEach((node) => { node.open = open; });
  const toggle = document.getElementById("toggle-stacks");
  if (toggle) {
    toggle.addEventListener("click", () => {
      const open = stacks.some((node) => !node.open);
      setOpen(open);
      toggle.textContent = open ? "Close all stacks" : "Open all stacks";
    });
  }
  addEventListener("beforeprint", () => setOpen(true));

  // Keys: / filters, j and k walk through the findings.
  const walk = (step) => {
    const shown = all(".finding").filter((node) => !node.hidden);
    if (shown.length === 0) return;
    const at = shown.indexOf(document.activeElement);
    const next = at < 0 ? (step > 0 ? 0 : shown.length - 1) : at + step;
    const node = shown[Math.max(0, Math.min(shown.length - 1, next))];
    node.focus({preventScroll: true});
    node.scrollIntoView({block: "start"});
  };
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target === field) {
      if (event.key === "Escape") {
        field.value = "";
        applyFilter();
        field.blur();
      }
      return;
    }
    if (event.key === "/") {
      event.preventDefault();
      field.focus();
    } else if (event.key === "j") {
      walk(1);
    } else if (event.key === "k") {
      walk(-1);
    }
  });
})();
