// A table that can be sorted, filtered and chosen from.
rprof.table = (() => {
  "use strict";
  const { dom } = rprof;
  const { h } = dom;
  const FIRST_ROWS = 50;

  /**
   * A table. A column has `label`, `value` to sort by, `text` to show, `numeric` if it is a number, `notes` for
   * remarks below the text, and `bar` for a share that is drawn behind it.
   */
  class Table {
    constructor(element, { columns, sort, descending, caption, noun, chosen, onChoose, onOpen, filter, look }) {
      Object.assign(this, {
        columns,
        sort,
        descending: Boolean(descending),
        noun,
        chosen,
        onChoose,
        onOpen,
        look,
        rows: [],
        word: "",
        most: FIRST_ROWS,
      });
      this.heads = columns.map((column, at) =>
        h(
          "th",
          { scope: "col", class: column.numeric ? "number" : "" },
          h("button", { title: column.title, onclick: () => this.sortBy(at) }, column.label),
        ),
      );
      this.body = h("tbody", {});
      this.count = h("p", { class: "note", role: "status" });
      this.more = h(
        "button",
        {
          class: "more",
          onclick: () => {
            this.most = Infinity;
            this.draw();
          },
        },
        "Show all",
      );
      this.input = filter
        ? h("input", { type: "search", placeholder: filter, "aria-label": filter, spellcheck: "false", autocomplete: "off" })
        : null;
      if (this.input)
        this.input.addEventListener("input", () => {
          this.word = this.input.value.toLowerCase();
          this.draw();
        });
      const pick = onChoose ? h("th", { scope: "col" }, h("span", { class: "hidden-text" }, "Highlight")) : null;
      dom.set(
        element,
        h("div", { class: "table-tools" }, this.input, this.count),
        h(
          "div",
          { class: "scroll", tabindex: "0", role: "region", "aria-label": caption },
          h("table", {}, h("caption", { class: "hidden-text" }, caption), h("thead", {}, h("tr", {}, pick, this.heads)), this.body),
        ),
        this.more,
      );
    }

    sortBy(at) {
      this.descending = this.sort === at ? !this.descending : this.columns[at].numeric;
      this.sort = at;
      this.draw();
    }

    /** Takes other rows. */
    show(rows, more = "") {
      this.rows = rows;
      this.rest = more;
      this.draw();
    }

    draw() {
      const { columns, sort, descending, word } = this;
      const texts = (row) => columns.map((column) => column.text(row));
      const found = this.rows.filter((row) => !word || texts(row).join(" ").toLowerCase().includes(word));
      const of = columns[sort].value;
      const missing = (value) => value == null || value !== value || value === "";
      found.sort((a, b) => {
        const [x, y] = [of(a), of(b)];
        if (missing(x) || missing(y)) return missing(x) - missing(y);
        const order = typeof x === "string" ? x.localeCompare(y) : x - y;
        return descending ? -order : order;
      });
      this.heads.forEach((head, at) => {
        if (at === sort) head.setAttribute("aria-sort", descending ? "descending" : "ascending");
        else head.removeAttribute("aria-sort");
      });
      dom.set(
        this.body,
        found.slice(0, this.most).map((row) => this.row(row)),
      );
      this.more.hidden = found.length <= this.most;
      this.more.textContent = `Show all ${found.length}`;
      const counted = `${word ? `${found.length} of ` : ""}${this.rows.length} ${this.rows.length === 1 ? this.noun[0] : this.noun[1]}`;
      this.count.textContent = this.rest ? `${counted}; ${this.rest}` : counted;
    }

    row(row) {
      const cells = this.columns.map((column, at) => {
        const text = column.text(row),
          title = column.hint ? column.hint(row) : null,
          notes = column.notes ? column.notes(row) : [];
        const content = this.onOpen && at === 0 ? h("button", { class: "link", onclick: () => this.onOpen(row) }, text) : text;
        const look = [column.numeric ? "number" : "", column.wide ? "wide" : "", column.bar ? "bar" : ""].filter(Boolean).join(" ");
        const parts = notes.map((note, at) => [at > 0 ? ", " : "", h("span", {}, note)]);
        const below = notes.length ? h("span", { class: "below" }, parts) : null;
        const cell = h(at === 0 ? "th" : "td", { class: look, scope: at === 0 ? "row" : null, title }, content, below);
        if (column.bar) cell.style.setProperty("--share", String(Math.min(1, Math.max(0, column.bar(row) || 0))));
        return cell;
      });
      if (!this.onChoose) return h("tr", { class: this.look ? this.look(row) : "" }, cells);
      const isChosen = this.chosen(row);
      const box = h("input", { type: "checkbox", "aria-label": `Highlight ${this.columns[0].text(row)}`, checked: isChosen });
      const flip = () => {
        this.onChoose(row);
      };
      box.addEventListener("change", flip);
      const line = h("tr", { class: isChosen ? "chosen" : "" }, h("td", {}, box), cells);
      line.addEventListener("click", (event) => {
        if (event.target.tagName === "INPUT" || String(getSelection())) return;
        flip();
      });
      return line;
    }
  }

  return { Table };
})();
