// What this browser remembers of its user's taste: theme and pace. Nothing of the server's.

const THEME = "longshore.theme";
const PACE = "longshore.pace_ms";

/** Themes to choose from; `system` follows the device. */
export const THEMES = ["system", "light", "dark"];

/** How often lists are read again, in milliseconds; 0 for never. */
export const PACES_MS = [2000, 5000, 15_000, 0];

/** The chosen theme. */
export function theme() {
  return THEMES.find((known) => known === localStorage.getItem(THEME)) ?? "system";
}

/** Chooses a theme, at once. */
export function setTheme(chosen) {
  localStorage.setItem(THEME, chosen);
  if (chosen === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = chosen;
}

/** The chosen pace. */
export function pace() {
  const kept = localStorage.getItem(PACE);
  return PACES_MS.find((known) => String(known) === kept) ?? PACES_MS[0];
}

/** Chooses a pace. */
export function setPace(chosen_ms) {
  localStorage.setItem(PACE, String(chosen_ms));
}

/** Runs `again` at the chosen pace until `signal`; never two at a time, and not while nobody looks. */
export function repeatedly(signal, again) {
  let timer;
  const wait = () => {
    timer = setTimeout(run, pace() || 1000);
  };
  const run = async () => {
    if (pace() !== 0 && !document.hidden) {
      try {
        await again();
      } catch (error) {
        // A list that could not be read again stays as it is; the page's pulse tells that the server is away.
        if (error.name !== "AbortError") console.debug(error.message);
      }
    }
    if (!signal.aborted) wait();
  };
  signal.addEventListener("abort", () => clearTimeout(timer));
  wait();
}
