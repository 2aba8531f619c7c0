"use strict";
// Everything is on the page without this; it adds buttons that sort tables and fields that filter their rows.
const order = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

function value(row, column) {
  const cell = row.cells[column];
  return cell.dataset.v ?? cell.textContent.trim();
}

function sort(table, head, descending) {
  const column = head.cellIndex, numeric = head.dataset.sort === "number";
  const number = row => { const v = value(row, column).replace("−", "-").replace(/,/g, ""); return v === "" || isNaN(v) ? null : Number(v); };
  const rows = [...table.tBodies[0].rows];
  rows.sort((a, b) => {
    if (!numeric) return (descending ? -1 : 1) * order.compare(value(a, column), value(b, column));
    const x = number(a), y = number(b);
    if (x === null || y === null) return (x === null) - (y === null); // what has no number comes last, either way
    return descending ? y - x : x - y;
  });
  table.tBodies[0].append(...rows);
  for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
  head.setAttribute("aria-sort", descending ? "descending" : "ascending");
}

for (const table of document.querySelectorAll("table.sortable")) {
  if (!table.tBodies.length) continue;
  for (const head of table.querySelectorAll("th[data-sort]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const now = head.getAttribute("aria-sort");
      sort(table, head, now ? now === "ascending" : head.dataset.sort === "number");
    });
  }
}

// A field filters all tables of one name. That of the groups stands in the navigation, any other before its table.
const filtered = new Map();
for (const table of document.querySelectorAll("table[data-filter]")) {
  if (!table.tBodies.length) continue;
  const name = table.dataset.filter;
  filtered.set(name, [...(filtered.get(name) ?? []), table]);
}

for (const [name, tables] of filtered) {
  if (tables[0].tBodies[0].rows.length < 3) continue;
  const box = document.createElement("div"), label = document.createElement("label");
  const input = document.createElement("input"), told = document.createElement("span");
  box.className = "filter";
  input.type = "search";
  input.autocomplete = "off";
  input.spellcheck = false;
  told.setAttribute("role", "status");
  label.append(`Filter by ${tables[0].dataset.label} `, input);
  box.append(label, told);
  const bar = document.querySelector("nav[data-filter-of]");
  if (bar.dataset.filterOf === name) bar.append(box);
  else (tables[0].closest(".scroll") ?? tables[0]).before(box);
  input.addEventListener("input", () => {
    const wanted = input.value.toLocaleLowerCase().split(/\s+/).filter(Boolean);
    for (const table of tables) {
      let shown = 0;
      for (const row of table.tBodies[0].rows) {
        const text = (name === "source" ? row : row.cells[0]).textContent.toLocaleLowerCase();
        row.hidden = !wanted.every(word => text.includes(word));
        shown += !row.hidden;
      }
      if (table === tables[0]) told.textContent = wanted.length ? `${shown} of ${table.tBodies[0].rows.length}` : "";
    }
  });
}
