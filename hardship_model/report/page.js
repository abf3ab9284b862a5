// Tables are sorted by a button in each head, and on paper everything stands unfolded.
"use strict";
(() => {
  const NUMBER = /^[×<≥]?\s*([-+−]?\d[\d,]*(?:\.\d+)?)/;
  const text = (row, column) => row.cells[column].textContent.trim();
  const number = (said) => {
    const found = NUMBER.exec(said);
    return found ? Number(found[1].replaceAll(",", "").replace("−", "-")) : NaN;
  };
  const order = new Intl.Collator(document.documentElement.lang, { numeric: true });

  // Numbers by their size, with what is withheld, or not there, last whichever way it is sorted.
  const byNumber = (a, b, way) => {
    const [x, y] = [number(a), number(b)];
    if (Number.isNaN(x) || Number.isNaN(y)) return Number.isNaN(x) - Number.isNaN(y);
    return way * (x - y);
  };

  const byText = (a, b, way) => way * order.compare(a, b);

  const sort = (head) => {
    const body = head.closest("table").tBodies[0];
    const rows = [...body.rows];
    const said = rows.map((row) => text(row, head.cellIndex)).filter(Boolean);
    const numeric = 2 * said.filter((one) => !Number.isNaN(number(one))).length > said.length;
    const way = head.getAttribute("aria-sort") === "ascending" ? -1 : 1;
    const compare = numeric ? byNumber : byText;
    rows.sort((a, b) => compare(text(a, head.cellIndex), text(b, head.cellIndex), way));
    body.append(...rows);
    for (const each of head.parentNode.cells) each.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", way === 1 ? "ascending" : "descending");
  };

  for (const table of document.querySelectorAll("table")) {
    if (table.tBodies[0].rows.length < 3) continue;
    for (const head of table.tHead.rows[0].cells) {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      button.addEventListener("click", () => sort(head));
      head.append(button);
    }
  }

  let folded = [];
  addEventListener("beforeprint", () => {
    folded = [...document.querySelectorAll("details:not([open])")];
    for (const one of folded) one.open = true;
  });
  addEventListener("afterprint", () => {
    for (const one of folded) one.open = false;
  });
})();
