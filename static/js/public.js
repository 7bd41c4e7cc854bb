// The visitor's time zone: found once, kept in the cookie "hub_tz", and sent with the form that holds the chooser.
// <select name="tz" data-detect-zone>: a change sends its form at once. data-detect-zone="found" means that the page
// already knows the zone (from the address or the cookie) and nothing needs to be found.

const YEAR_SECONDS = 31536000;

function keep(zone) {
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `hub_tz=${encodeURIComponent(zone)}; Path=/; Max-Age=${YEAR_SECONDS}; SameSite=Lax${secure}`;
}

// Browsers give some places their old names (Asia/Calcutta): the listed name of the same zone is taken instead.
function listed(select, zone) {
  const options = [...select.options];
  return options.find((option) => option.value === zone) ?? options.find((option) => canonical(option.value) === zone);
}

function canonical(zone) {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: zone }).resolvedOptions().timeZone;
  } catch (error) {
    if (error instanceof RangeError) return null; // a zone that this browser does not know
    throw error;
  }
}

function detect(select) {
  const found = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (!found || select.dataset.detectZone === "found") return;
  select.dataset.detectZone = "found";
  const option = listed(select, found);
  const zone = option?.value ?? found;
  keep(zone);
  if (zone === select.value) return;
  if (!option) select.add(new Option(zone.replaceAll("_", " "), zone));
  select.value = zone;
  select.dispatchEvent(new Event("change", { bubbles: true }));
}

document.addEventListener("change", (event) => {
  if (!event.target.matches("select[data-detect-zone]")) return;
  keep(event.target.value);
  // Times of the old zone are not to be chosen while those of the new one are on their way, which replace them.
  document.getElementById("picker")?.setAttribute("inert", "");
  event.target.form?.requestSubmit();
});
document.addEventListener("htmx:afterRequest", () => document.getElementById("picker")?.removeAttribute("inert"));

// Not sooner: htmx is there by then, and fetches the part that changes; before, the form would load the whole page anew.
document.addEventListener("DOMContentLoaded", () => {
  const chooser = document.querySelector("select[data-detect-zone]");
  if (chooser) detect(chooser);
});

// What a visitor has typed stays in this tab until it is sent, so that choosing another time loses none of it:
// <form data-keep="which page">, with data-restore when the server has put nothing typed into it.
const NOT_KEPT = ["consent", "website", "start"];
const form = document.querySelector("form[data-keep]");
const key = `hub_form:${form?.dataset.keep}`;
const typed = () => [...form.elements].filter((field) => field.name && !["hidden", "submit"].includes(field.type) && !NOT_KEPT.includes(field.name));

// A frame on somebody else's site may have no storage.
function storage(use) {
  try {
    return use(sessionStorage);
  } catch (error) {
    if (error instanceof DOMException) return null;
    throw error;
  }
}

function put() {
  const values = {};
  for (const field of typed()) {
    if (["checkbox", "radio"].includes(field.type) && !field.checked) continue;
    (values[field.name] ??= []).push(field.value);
  }
  storage((kept) => kept.setItem(key, JSON.stringify(values)));
}

function restore(values) {
  for (const field of typed()) {
    const was = values[field.name] ?? [];
    if (["checkbox", "radio"].includes(field.type)) field.checked = was.includes(field.value);
    else if (was.length) field.value = was[0];
  }
}

if (form) {
  const kept = storage((kept) => kept.getItem(key));
  if (!("restore" in form.dataset)) put();
  else if (kept) restore(JSON.parse(kept));
  form.addEventListener("input", put);
  document.addEventListener("submit", (event) => event.target.method === "post" && storage((kept) => kept.removeItem(key)));
}
