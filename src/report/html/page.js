"use strict";
// Filters and sorts the open gaps. Without this script they stand there client by client, which is also what it begins with.
(() => {
  const form = document.getElementById("filter");
  if (!form) return;
  const PAGE = 200;
  const TITLES = ["Account", "Cause", "Turn", "Next step", "Open for", "Mails", "Next mail"];
  const SORTABLE = [0, 1, 4, 5, 6];
  const clients = document.getElementById("clients");
  const results = document.getElementById("results");
  const found = document.getElementById("found");
  let gaps = null;
  let descending = false;
  let shown = PAGE;
  form.hidden = false;

  // Every row of every client, read once and only when somebody asks.
  const all = () => gaps ??= [...clients.querySelectorAll("details.client")].flatMap(group => {
    const { country, client } = group.dataset;
    return [...group.querySelector("tbody").rows].map(row => {
      const cells = [...row.cells].map(cell => cell.textContent);
      return {
        row, country, client, cells, cause: cells[1], turn: cells[2],
        isNew: row.cells[0].querySelector(".new") !== null,
        text: `${client} ${cells.join(" ")}`.toLowerCase(),
      };
    });
  });

  const key = (gap, column) => {
    const text = gap.cells[column];
    return column === 4 || column === 5 ? parseInt(text, 10) || 0 : text;
  };

  const wanted = ask => {
    const words = ask.text.toLowerCase().split(/\s+/).filter(Boolean);
    return all().filter(gap =>
      (!ask.country || gap.country === ask.country) && (!ask.client || gap.client === ask.client) &&
      (!ask.cause || gap.cause === ask.cause) && (!ask.turn || gap.turn === ask.turn) &&
      (!ask.isNew || gap.isNew) && words.every(word => gap.text.includes(word)));
  };

  const sorted = (list, sort) => {
    if (sort === "") return list;
    const column = Number(sort);
    const sign = descending ? -1 : 1;
    return [...list].sort((a, b) => {
      const [x, y] = [key(a, column), key(b, column)];
      // Gaps without a next mail come last, either way.
      if (x === "" || y === "") return (x === "") - (y === "");
      return x < y ? -sign : x > y ? sign : 0;
    });
  };

  const heading = (title, column, sort) => {
    const th = document.createElement("th");
    th.scope = "col";
    if (!SORTABLE.includes(column)) {
      th.textContent = title;
      return th;
    }
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = title;
    button.dataset.column = column;
    th.append(button);
    if (sort === String(column)) th.setAttribute("aria-sort", descending ? "descending" : "ascending");
    return th;
  };

  const line = gap => {
    const row = gap.row.cloneNode(true);
    const client = document.createElement("td");
    const name = document.createElement("bdi");
    name.textContent = gap.client;
    client.append(name);
    row.prepend(client);
    return row;
  };

  const table = (list, sort) => {
    const table = document.createElement("table");
    table.className = "cards gaps flat";
    const columns = document.createElement("colgroup");
    columns.append(...["", ...TITLES].map(() => document.createElement("col")));
    table.append(columns);
    const head = table.createTHead().insertRow();
    head.append(heading("Client", -1, sort), ...TITLES.map((title, column) => heading(title, column, sort)));
    table.createTBody().append(...list.slice(0, shown).map(line));
    return table;
  };

  const show = () => {
    const ask = {
      country: form.country.value, client: form.client.value, cause: form.cause.value, turn: form.turn.value,
      text: form.text.value.trim(), isNew: form.elements.new.checked,
    };
    const sort = form.sort.value;
    const asked = Object.values(ask).some(Boolean) || sort !== "";
    clients.hidden = asked;
    results.hidden = !asked;
    if (!asked) {
      results.replaceChildren();
      found.textContent = "";
      return;
    }
    const list = sorted(wanted(ask), sort);
    results.replaceChildren(table(list, sort));
    found.textContent = list.length > shown ? `${list.length} found, the first ${shown} shown` : `${list.length} found`;
    if (list.length > shown) {
      const more = document.createElement("button");
      more.type = "button";
      more.id = "more";
      more.textContent = `Show ${Math.min(PAGE, list.length - shown)} more`;
      results.append(more);
    }
  };

  const anew = () => {
    shown = PAGE;
    show();
  };

  form.addEventListener("input", event => {
    // What is oldest or most mailed is looked for first.
    if (event.target === form.sort) descending = ["4", "5"].includes(form.sort.value);
    anew();
  });
  form.addEventListener("submit", event => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(anew));
  results.addEventListener("click", event => {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.id === "more") {
      const first = shown;
      shown += PAGE;
      show();
      const row = results.querySelectorAll("tbody tr")[first];
      row.tabIndex = -1;
      row.focus();
      return;
    }
    const { column } = button.dataset;
    descending = form.sort.value === column ? !descending : ["4", "5"].includes(column);
    form.sort.value = column;
    anew();
    results.querySelector(`button[data-column="${column}"]`).focus();
  });
  document.addEventListener("click", event => {
    const link = event.target.closest("a[data-cause]");
    if (!link) return;
    form.reset();
    form.cause.value = link.dataset.cause;
    anew();
  });
  addEventListener("beforeprint", () => {
    for (const fold of document.querySelectorAll("details")) fold.open = true;
  });
})();
