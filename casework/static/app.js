// What a script may add to pages that work without it: drafts kept while writing, a warning before the session ends, leaving at once, keys, a veil.
"use strict";

const UNREAD = 500;  // ms
const MINUTE = 60000;
const ENDED = [400, 403];  // what the server answers to a form of a session that is over, or that another one replaced
const OVER = "Votre session est terminée. Ne quittez pas cette page : connectez-vous dans un autre onglet, puis revenez ici. Le brouillon sera alors conservé.";
const ELSEWHERE = "Ce brouillon vient d’être conservé depuis un autre onglet. Rechargez celui-ci avant d’y écrire, ou fermez-le.";
const page = document.body;
const drafts = new BroadcastChannel("drafts");

function post(form, url, keepalive = false) {
  const data = new FormData(form);
  data.append("_keep", "1");
  return fetch(url || form.action, { method: "POST", body: data, credentials: "same-origin", redirect: "manual", keepalive });
}

// After a log-in in another tab, the forms of this page prove themselves anew: those of the same seat alone.
async function proven() {
  const answer = await fetch(location.href, { credentials: "same-origin" });
  const read = (from, name) => [...from.querySelectorAll(`main input[name="${name}"]`)];
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  const [proof, seat] = [read(fresh, "csrf_token")[0], read(fresh, "seat")[0]];
  if (!proof || !seat || seat.value !== read(document, "seat")[0].value) return false;
  document.querySelectorAll('input[name="csrf_token"]').forEach((input) => { input.value = proof.value; });
  return true;
}

function conditions() {
  for (const field of document.querySelectorAll("[data-only-if]")) {
    const name = CSS.escape(field.dataset.onlyIf);
    const inputs = [...document.querySelectorAll(`[name="${name}"]`)];
    if (!inputs.length) continue;
    const values = () => inputs.filter((input) => (input.type === "radio" || input.type === "checkbox" ? input.checked : true)).map((input) => input.value);
    const wanted = field.dataset.onlyValue;
    const met = (found) => (wanted.startsWith("!") ? found.length > 0 && !found.includes(wanted.slice(1)) : found.includes(wanted));
    const show = () => { field.hidden = !met(values()); };
    inputs.forEach((input) => input.addEventListener("change", show));
    show();
  }
}

function counters() {
  for (const hint of document.querySelectorAll("[data-count]")) {
    const area = document.getElementById(hint.id.replace(/-count$/, ""));
    const limit = Number(hint.dataset.count);
    const show = () => {
      const left = limit - [...area.value.replace(/\r\n?/g, "\n").trim()].length;  // what surrounds a text is not kept
      const unit = Math.abs(left) < 2 ? "caractère" : "caractères";
      hint.textContent = left < 0 ? `${(-left).toLocaleString("fr")} ${unit} de trop.` : `Encore ${left.toLocaleString("fr")} ${unit}.`;
    };
    area.addEventListener("input", show);
    if (area.value) show();
  }
}

function autosave() {
  for (const form of document.querySelectorAll("form[data-autosave]")) {
    const state = form.querySelector("[data-autosave-state]");
    let timer = 0;
    let ended = false;
    let elsewhere = false;
    let unkept = false;
    const save = async (leaving = false) => {
      clearTimeout(timer);
      unkept = false;
      const keep = () => post(form, form.dataset.autosave, leaving).catch(() => null);
      let answer = await keep();
      ended = Boolean(answer && ENDED.includes(answer.status));
      if (ended && (await proven().catch(() => false))) {
        answer = await keep();
        ended = Boolean(answer && ENDED.includes(answer.status));
      }
      const kept = Boolean(answer && answer.ok);
      if (!kept) unkept = true;
      if (kept) { alive(); drafts.postMessage(form.dataset.autosave); }
      state.textContent = kept ? "Brouillon conservé." : ended ? OVER : "Le brouillon n’a pas pu être conservé. Utilisez le bouton.";
    };
    form.addEventListener("input", () => { clearTimeout(timer); unkept = !elsewhere; if (!elsewhere) timer = setTimeout(save, 4000); });
    form.addEventListener("keydown", (event) => {  // a key meant for the next field keeps the draft, and leaves one where one was
      if (event.key !== "Enter" || !event.target.matches("input")) return;
      event.preventDefault();
      if (!elsewhere) save();
    });
    drafts.addEventListener("message", (event) => {
      if (event.data !== form.dataset.autosave) return;
      elsewhere = true;
      unkept = false;
      clearTimeout(timer);
      state.textContent = ELSEWHERE;
    });
    window.addEventListener("focus", () => { if (ended) save(); });  // back from the tab where one logged in again
    form.addEventListener("submit", () => clearTimeout(timer));
    document.addEventListener("submit", (event) => { if (!event.defaultPrevented && event.target.method !== "dialog") unkept = false; });  // sent, thrown away, or quitting
    const leave = () => { if (unkept && form.isConnected) save(true); };  // a page cleared at once is not one to keep
    window.addEventListener("pagehide", leave);
    document.addEventListener("visibilitychange", () => { if (document.hidden) leave(); });
  }
}

function screens() {
  const form = document.querySelector("form[data-screens]");
  const parts = form ? [...form.querySelectorAll("section.compartment")] : [];
  const narrow = window.matchMedia("(max-width: 40rem)");
  if (parts.length < 2) return;
  const sending = [...form.querySelectorAll("[data-sending]")];
  const place = document.createElement("p");
  place.setAttribute("role", "status");
  parts[0].before(place);
  const target = form.querySelector("[autofocus]") || (location.hash && document.getElementById(location.hash.slice(1)));  // a group just added or taken away
  let here = Math.max(0, parts.findIndex((part) => part.contains(target || null)));
  const show = () => {
    parts.forEach((part, at) => { part.hidden = narrow.matches && at !== here; });
    sending.forEach((line) => { line.hidden = narrow.matches && here < parts.length - 1; });
    place.textContent = narrow.matches ? `Écran ${here + 1} sur ${parts.length}` : "";
  };
  const come = (at) => { here = at; show(); place.scrollIntoView(); const title = parts[here].querySelector("h2"); title.tabIndex = -1; title.focus(); };
  const go = (at) => { history.pushState({ screen: at }, ""); come(at); };
  window.addEventListener("popstate", (event) => { if (narrow.matches && !location.hash) come(event.state ? event.state.screen : 0); });  // back leads to the screen before
  const button = (label, style, at) => {
    const made = document.createElement("button");
    made.type = "button";
    made.className = `btn btn-${style} only-narrow`;
    made.textContent = label;
    made.addEventListener("click", () => go(at));
    return made;
  };
  parts.forEach((part, at) => {
    const line = document.createElement("p");
    line.className = "actions only-narrow";
    if (at < parts.length - 1) line.append(button("Continuer", "primary", at + 1));
    if (at) line.append(button("Revenir", "quiet", at - 1));
    part.append(line);
  });
  narrow.addEventListener("change", show);
  show();
  if (target) target.focus();
}

// All tabs of one session know when it goes on and when it is over.
const tabs = new BroadcastChannel("session");
const alive = () => page.dispatchEvent(new Event("alive"));

function cleared() {
  document.querySelector("main").replaceChildren();
  document.title = "";
  page.hidden = true;
}

function idle() {
  const dialog = document.getElementById("idle");
  if (!dialog) return;
  const length = Number(page.dataset.sessionSeconds) * 1000;
  let end = 0;
  const goesOn = () => { end = Date.now() + length; if (dialog.open) dialog.close(); };
  const over = () => { cleared(); location.replace(page.dataset.loginUrl); };  // never home: the session may still stand while the other tab leaves
  const watch = () => {
    if (Date.now() >= end) over();
    else if (Date.now() >= end - 2 * MINUTE && !dialog.open) dialog.showModal();
  };
  goesOn();
  tabs.postMessage("alive");
  tabs.addEventListener("message", (event) => (event.data === "alive" ? goesOn() : over()));
  page.addEventListener("alive", () => { goesOn(); tabs.postMessage("alive"); });
  setInterval(watch, 1000);  // by the clock, since a computer sleeps
  const form = dialog.querySelector("form");
  const stay = async () => {
    const answer = await post(form).catch(() => null);
    const stays = Boolean(answer && answer.ok);
    if (stays) alive();
    return stays;
  };
  form.addEventListener("submit", async (event) => { event.preventDefault(); if (!(await stay())) form.submit(); });
  let asking = false;
  document.addEventListener("input", async () => {  // who writes is here
    if (asking || Date.now() < end - length + 5 * MINUTE) return;
    asking = true;
    await stay();
    asking = false;
  });
}

function quit() {
  const form = document.querySelector("form.leave");
  if (form) form.addEventListener("submit", () => { cleared(); tabs.postMessage("over"); });
  window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
}

function keys() {
  const hint = document.querySelector("[data-keys]");
  if (!hint) return;
  const control = hint.querySelector("[data-keys-switch]");
  const on = () => sessionStorage.getItem("keys") !== "off";
  const show = () => { control.textContent = on() ? "Touches\u00a0: activées" : "Touches\u00a0: désactivées"; page.classList.toggle("keyless", !on()); };
  control.addEventListener("click", () => { sessionStorage.setItem("keys", on() ? "off" : "on"); show(); });
  show();
  hint.hidden = false;
  document.querySelectorAll("[data-with-keys]").forEach((line) => { line.hidden = false; });
  let ready = false;  // a key pressed before anybody can have read the page was meant for the one before
  let timer = 0;
  const unread = () => { clearTimeout(timer); timer = setTimeout(() => { ready = true; page.classList.remove("unread"); }, UNREAD); };
  page.classList.add("unread");
  unread();
  const writes = (place) => place.closest("input:not([type=radio]):not([type=checkbox]), textarea, select, dialog, details[open][data-writing] > :not(summary)");
  document.addEventListener("focusin", ({ target }) => page.classList.toggle("writing", Boolean(writes(target))));  // a letter is not shown where it does not act
  document.addEventListener("focusout", () => page.classList.remove("writing"));
  document.addEventListener("submit", (event) => { if (!event.defaultPrevented && event.target.method !== "dialog") ready = false; });  // one act for one page
  document.addEventListener("keydown", (event) => {
    if (writes(event.target) || event.ctrlKey || event.altKey || event.metaKey || event.repeat || !on()) return;
    const target = document.querySelector(`[data-key~="${CSS.escape(event.key.toLowerCase())}"]`);
    if (!ready && !page.classList.contains("unread")) return;  // sent
    if (!ready && !target?.matches("summary")) unread();  // whoever types on has not read either: a word begun too early decides nothing
    else if (target) { event.preventDefault(); sessionStorage.setItem("keyed", "1"); target.click(); }
  });
}

// Who came by a key goes on from the content: the next Tab does not begin with the menu.
function keyed() {
  if (sessionStorage.getItem("keyed") && document.activeElement === page) document.querySelector("main").focus({ preventScroll: true });
  sessionStorage.removeItem("keyed");
}

// Opened to write, it is written in at once; no letter acts meanwhile, and Escape gives them back.
function notes() {
  for (const note of document.querySelectorAll("details[data-writing]")) {
    const summary = note.querySelector("summary");
    summary.addEventListener("click", (event) => {
      event.preventDefault();  // opened at once, so that not even the first letter goes elsewhere
      note.open = !note.open || !event.isTrusted;  // its key opens, and never closes
      const area = note.querySelector("textarea");
      if (note.open) { area.focus(); area.scrollIntoView({ block: "center" }); }
    });
    note.addEventListener("keydown", (event) => { if (event.key === "Escape") summary.focus(); });
  }
}

// A button that needs answers folded away shows them first, rather than failing for want of them.
function unfold() {
  for (const folded of document.querySelectorAll("details[data-before]")) {
    const button = folded.closest("form").querySelector(`button[value="${CSS.escape(folded.dataset.before)}"]`);
    button.addEventListener("click", (event) => {
      if (folded.querySelector(":checked")) return;
      event.preventDefault();
      folded.open = true;
      folded.querySelector("input").focus();
    });
  }
}

function veil() {
  const dialog = document.getElementById("veil");
  if (!dialog) return;
  let left = 0;
  let timer = 0;
  const hide = () => { page.classList.add("veiled"); if (!dialog.open) dialog.showModal(); };
  const leave = () => { if (!left) { left = Date.now(); timer = setTimeout(hide, MINUTE); } };
  const back = () => { clearTimeout(timer); if (left && Date.now() - left >= MINUTE) hide(); left = 0; };
  window.addEventListener("blur", leave);
  window.addEventListener("focus", back);
  document.addEventListener("visibilitychange", () => (document.hidden ? leave() : back()));
  dialog.addEventListener("close", () => page.classList.remove("veiled"));
}

// Whoever followed a link to a field and sends again starts the next page at its top.
function fresh() {
  document.addEventListener("submit", ({ target }) => { if (location.hash && !target.hasAttribute("action")) target.action = location.pathname + location.search; });
}

// A form sent from a page that answered a refused one: going back to that page asks for it anew, rather than to send the same again.
function returning() {
  if (!document.querySelector("[data-focus]")) return;
  let sent = false;
  document.addEventListener("submit", () => { sent = true; });
  window.addEventListener("pagehide", () => { if (sent) history.replaceState(null, "", location.href); });
}

// What is chosen unseen can be looked at; it is hidden again before it leaves, so that the browser keeps it as a password or not at all.
function shown() {
  for (const button of document.querySelectorAll("[data-shows]")) {
    const field = document.getElementById(button.dataset.shows);
    const show = (visible) => { field.type = visible ? "text" : "password"; button.setAttribute("aria-pressed", String(visible)); };
    button.hidden = false;
    button.addEventListener("click", () => show(field.type === "password"));
    field.form.addEventListener("submit", () => show(false));
  }
}

function printing() {
  const button = document.querySelector("[data-print]");
  if (!button) return;
  button.hidden = false;
  document.querySelector("[data-print-hint]").hidden = true;
  button.addEventListener("click", () => window.print());
}

function elapsed() {
  const place = document.querySelector("[data-elapsed]");
  if (!place) return;
  const start = Date.now();
  setInterval(() => { place.textContent = `, depuis ${Math.floor((Date.now() - start) / MINUTE)}\u00a0min`; }, MINUTE);
}

conditions();
counters();
autosave();
screens();
idle();
quit();
keys();
unfold();
notes();
veil();
fresh();
returning();
shown();
printing();
elapsed();
const summary = document.querySelector("[data-focus]");
if (summary) summary.focus();
keyed();
