// Turns each <select data-combobox> under a node into a text box that searches its options. The select stays the form's
// value and keeps its events; without JavaScript it is simply a select. With data-source what is typed is asked of that
// address, which answers {"options": [{"value", "label"}]}.

const SHOWN = 80;
const PAUSE_MS = 150;
const folded = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").replaceAll("ł", "l").toLowerCase();
let number = 0;

export function enhance(root) {
  for (const select of root.querySelectorAll("select[data-combobox]:not([data-enhanced])")) new Combobox(select);
}

class Combobox {
  constructor(select) {
    this.select = select;
    this.id = `combobox-${++number}`;
    this.active = -1;
    select.dataset.enhanced = "";
    this.build();
    this.input.addEventListener("focus", () => this.input.select());
    this.input.addEventListener("click", () => { this.input.select(); this.open(""); });
    this.input.addEventListener("input", (event) => { event.stopPropagation(); this.search(this.input.value); });
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.input.addEventListener("blur", () => this.close());
    this.list.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      const option = event.target.closest("[role=option]");
      if (option) this.choose(option.dataset.value);
    });
    select.addEventListener("change", () => this.show());
  }

  build() {
    const wrapper = document.createElement("div");
    wrapper.className = "combobox";
    this.input = Object.assign(document.createElement("input"), { type: "text", autocomplete: "off", spellcheck: false });
    this.list = Object.assign(document.createElement("ul"), { className: "combobox__list", id: this.id, hidden: true });
    const label = document.querySelector(`label[for="${CSS.escape(this.select.id)}"]`);
    const attributes = { role: "combobox", "aria-expanded": "false", "aria-controls": this.id, "aria-autocomplete": "list", id: this.select.id };
    for (const name of ["aria-describedby", "aria-invalid", "aria-label"]) {
      if (this.select.hasAttribute(name)) attributes[name] = this.select.getAttribute(name);
    }
    for (const [name, value] of Object.entries(attributes)) this.input.setAttribute(name, value);
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", label?.textContent.trim() ?? this.select.getAttribute("aria-label") ?? "");
    this.input.disabled = this.select.disabled;
    this.select.id = `${this.select.id}-select`;
    this.select.tabIndex = -1;
    this.select.setAttribute("aria-hidden", "true");
    this.select.replaceWith(wrapper);
    wrapper.append(this.select, this.input, this.list);
    this.show();
  }

  show() {
    const option = this.select.selectedOptions[0];
    const words = option?.textContent.trim() ?? "";
    const isPrompt = this.select.dataset.source && !option?.value;
    this.input.placeholder = isPrompt ? words : "";
    this.input.value = isPrompt ? "" : words;
  }

  search(query) {
    if (!this.select.dataset.source) return this.open(query);
    clearTimeout(this.pause);
    this.open(query); // what is known already: Enter never takes a row that does not match what was typed
    this.pause = setTimeout(() => this.ask(query), PAUSE_MS);
  }

  async ask(query) {
    const address = `${this.select.dataset.source}?q=${encodeURIComponent(query)}`;
    this.asked = address;
    const response = await fetch(address, { headers: { Accept: "application/json" } }).catch(() => null);
    if (!response?.ok) return document.dispatchEvent(new CustomEvent("toast", { detail: { message: document.body.dataset.offline, level: "danger" } }));
    const { options } = await response.json();
    if (this.asked !== address || document.activeElement !== this.input) return;
    const kept = [...this.select.options].filter((option) => option.selected || !option.value);
    const fresh = options.filter((one) => !kept.some((option) => option.value === String(one.value))).map((one) => new Option(one.label, one.value));
    this.select.replaceChildren(...kept, ...fresh);
    this.open(query, fresh);
  }

  matching(query) {
    const words = folded(query).split(/[\s/_]+/).filter(Boolean);
    return [...this.select.options].filter((option) => {
      const text = folded(`${option.textContent} ${option.value} ${option.dataset.words ?? ""}`);
      return words.every((word) => text.includes(word));
    });
  }

  open(query, hits = this.matching(query)) {
    this.list.replaceChildren(...hits.slice(0, query ? SHOWN : undefined).map((option, at) => this.row(option, at)));
    if (!hits.length) this.list.append(this.nothing());
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
    this.move(Math.max(0, hits.findIndex((option) => option.selected)));
  }

  row(option, at) {
    const row = document.createElement("li");
    row.className = "combobox__option";
    row.id = `${this.id}-${at}`;
    row.dataset.value = option.value;
    row.textContent = option.textContent;
    row.setAttribute("role", "option");
    row.setAttribute("aria-selected", String(option.selected));
    return row;
  }

  nothing() {
    const row = document.createElement("li");
    row.className = "combobox__none";
    row.textContent = document.body.dataset.nothing ?? "—";
    return row;
  }

  rows() {
    return this.list.querySelectorAll("[role=option]");
  }

  move(to) {
    const rows = this.rows();
    rows[this.active]?.removeAttribute("data-active");
    this.active = Math.min(Math.max(to, 0), rows.length - 1);
    const row = rows[this.active];
    if (!row) return this.input.removeAttribute("aria-activedescendant");
    row.dataset.active = "";
    row.scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-activedescendant", row.id);
  }

  key(event) {
    const open = !this.list.hidden;
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 }[event.key];
    if (step) {
      event.preventDefault();
      open ? this.move(this.active + step) : this.open("");
    } else if (event.key === "Enter" && open) {
      event.preventDefault();
      const row = this.rows()[this.active];
      if (row) this.choose(row.dataset.value);
    } else if (event.key === "Escape" && open) {
      event.preventDefault();
      event.stopPropagation();
      this.close();
    }
  }

  choose(value) {
    const before = this.select.value;
    this.select.value = value;
    this.close();
    if (value === before) return;
    this.select.dispatchEvent(new Event("input", { bubbles: true }));
    this.select.dispatchEvent(new Event("change", { bubbles: true }));
  }

  close() {
    clearTimeout(this.pause);
    this.asked = null; // an answer that is still under way opens nothing
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
    this.show();
  }
}

enhance(document);
